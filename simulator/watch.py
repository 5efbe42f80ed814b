"""Who watches a run: told how much is to be done, what is done, how large the error still is."""

from __future__ import annotations


class Watch:
    """A watcher who looks away; those who look override what they want to know."""

    def expect(self, draws: int) -> None:
        """So many more draws are to be made."""

    def done(self, draws: int) -> None:
        """So many more draws are made. Called from several threads."""

    def say(self, text: str) -> None:
        """How large the error is now, or what is run."""

    def expect_cases(self, count: int) -> None:
        """So many runs are to be made, one after the other or on other machines."""

    def case_ended(self) -> None:
        """One of them has ended; the draws that follow are another's."""


UNWATCHED = Watch()
