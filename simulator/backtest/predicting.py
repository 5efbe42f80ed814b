"""Published runs predicted from size, tokens, accelerator, their number, region and date alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from simulator.backtest.bases import AS_HELD, NO_SITE, NotComparableError, hours_scope, pins
from simulator.backtest.chips import BARE, chip_of, chips
from simulator.backtest.published import BASES, PublishedRun
from simulator.backtest.scoring import Score, Summary, scored
from simulator.errors import InputError
from simulator.scenario.books import load_book
from simulator.scenario.loader import load_scenario
from simulator.scenario.reader import read
from simulator.scenario.scenario import Scenario
from simulator.shipped import shipped
from simulator.simulation import Settings, engine
from simulator.units import HOURS_PER_DAY, SECONDS_PER_HOUR, WATTS_PER_MEGAWATT
from simulator.watch import UNWATCHED, Watch

FRAME = "configs/published/run.yaml"
KNOWABLE = ("active_parameters", "tokens")
COUNT, PEAK = "accelerator_count", "peak_flop_per_second"
NOT_PUBLISHED = "not published"  # why most figures are skipped
ANYWHERE = "US"  # the region of figures that hang on none

# Where the number of accelerators is not published: so many that training takes 15 to 135 days (P5, P95) at
# 30% of the peak. Published runs took 9.5 (MPT-7B) to 118 days (BLOOM).
DAYS, UTILIZATION = (15.0, 135.0), 0.30

# The naive baseline: hours at an MFU of 0.375, times TDP, a server's 1.8, a load of 0.75 and a PUE of 1.2
# (Epoch AI, arXiv:2405.21015; 0.3 and 4 times that are its 90% interval); of what the figure leaves out, 1.
MFU, SERVER, LOAD, SITE = 0.375, 1.8, 0.75, 1.2


@dataclass(frozen=True)
class Skipped:
    """A figure that was not predicted, and why."""

    run: str
    quantity: str
    reason: str


@dataclass(frozen=True)
class Backtest:
    """Every figure that was predicted, those that were not, and what was taken for granted of which runs."""

    scores: tuple[Score, ...]
    skipped: tuple[Skipped, ...]
    book: str
    taken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def summaries(self) -> dict[str, Summary]:
        """The scores by quantity."""
        found = {name: tuple(s for s in self.scores if s.quantity == name) for name in BASES}
        return {name: Summary(scores) for name, scores in found.items() if scores}


@dataclass(frozen=True)
class Frame:
    """What the rows are laid over: a scenario to be loaded, names of accelerators, and the peak of each."""

    load: Callable[[Sequence[str]], Scenario]  # of settings
    chips: Mapping[str, str]
    peak: Callable[[str], float]  # FLOP/s of an accelerator


def frame_of(path: Path, book: Path, *, laid_over: Sequence[str] = (), levers: Sequence[str] = ()) -> Frame:
    """A frame from the scenario that the rows are laid over, with another book and settings over the rows."""

    def load(settings: Sequence[str]) -> Scenario:
        return load_scenario(path, book=book, levers=levers, settings=(*settings, *laid_over))

    @cache
    def peak(chip: str) -> float:
        return _middle(
            load([*(f"plan.{name}=1" for name in (*KNOWABLE, COUNT)), *_words(chip, ANYWHERE)]), PEAK
        )

    return Frame(load, chips(load_book(book, lambda complaint: None)), peak)


def backtest(
    runs: Sequence[PublishedRun],
    settings: Settings,
    *,
    frame: str | Path | None = None,
    book: str | Path | None = None,
    laid_over: Sequence[str] = (),
    levers: Sequence[str] = (),
    watch: Watch = UNWATCHED,
) -> Backtest:
    """Predict every figure that a run publishes; ``frame`` is the scenario that the rows are laid over.

    Without one it is the repository's own. What a run lacks, or what the book has no prior for, is skipped
    with the reason.
    """
    scenario = Path(frame) if frame else shipped(FRAME)
    path = Path(book) if book else scenario.parent / str(read(scenario).value["book"].value)
    framed = frame_of(scenario, path, laid_over=laid_over, levers=levers)
    scores: list[Score] = []
    skipped: list[Skipped] = []
    watch.expect(len(runs))
    for run in runs:
        scores += _scores(run, framed, settings, skipped)
        watch.done(1)
    return Backtest(tuple(scores), tuple(skipped), path.stem, _taken(runs, scores, framed.chips))


def _scores(run: PublishedRun, frame: Frame, settings: Settings, skipped: list[Skipped]) -> Iterator[Score]:
    """A score of each figure that a run publishes; what cannot be predicted joins those skipped."""
    for (region, pinned), quantities in _groups(run, frame, skipped).items():
        try:
            scenario = frame.load((*plan_of(run, frame, region), *pinned))
            yield from _predicted(run, quantities, scenario, settings)
        except InputError as error:
            reason = "; ".join(complaint.what for complaint in error.complaints)
            skipped += [Skipped(run.name, quantity, reason) for quantity in quantities]


def _groups(
    run: PublishedRun, frame: Frame, skipped: list[Skipped]
) -> dict[tuple[str, tuple[str, ...]], list[str]]:
    """The quantities that a run publishes, by the region and the pins that they are predicted with."""
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for quantity in BASES:
        try:
            _check_published(run, quantity)
            pinned = pins(run, quantity)
            sited = quantity == "emissions" or (quantity == "energy" and NO_SITE not in pinned)
            _check_known(run, quantity, sited, frame.chips)
        except NotComparableError as reason:
            skipped.append(Skipped(run.name, quantity, str(reason)))
        else:
            groups.setdefault((run.words["region"] if sited else ANYWHERE, pinned), []).append(quantity)
    return groups


def _check_published(run: PublishedRun, quantity: str) -> None:
    if quantity in run.faults:
        raise NotComparableError(run.faults[quantity])
    if quantity not in run.numbers:
        raise NotComparableError(NOT_PUBLISHED)


def _check_known(run: PublishedRun, quantity: str, sited: bool, known: Mapping[str, str]) -> None:
    """Raise :class:`NotComparableError` for what is missing of a run, or of the book."""
    if unread := [run.faults[name] for name in (*KNOWABLE, COUNT) if name in run.faults]:
        raise NotComparableError("; ".join(unread))
    numbers = (*KNOWABLE, COUNT) if quantity == "training_days" else KNOWABLE
    missing = [name for name in numbers if name not in run.numbers]
    missing += [word for word in (("chip", "region") if sited else ("chip",)) if not run.words[word]]
    if missing:
        raise NotComparableError(f"not published, though needed: {', '.join(missing)}")
    if chip_of(run.words["chip"], known) not in known:
        raise NotComparableError(
            f"the book has no accelerator {run.words['chip']}; list it, with an mfu of its family, in a book "
            "that extends this one"
        )


def _predicted(
    run: PublishedRun, quantities: Sequence[str], scenario: Scenario, settings: Settings
) -> Iterator[Score]:
    """The scores of figures that are predicted by one scenario."""
    draws = engine(scenario, settings).columns(quantities, settings.first_draws, threads=settings.threads)
    for quantity in quantities:
        yield scored(
            run.name,
            quantity,
            run.numbers[quantity],
            draws[quantity],
            baseline(run, quantity, scenario),
            grade=run.words["grade"],
            basis=run.words[BASES[quantity]] or hours_scope(run),
            developer=run.words["developer"] or run.name,
            family=scenario.words["accelerator_family"],
        )


def _taken(
    runs: Sequence[PublishedRun], scores: Sequence[Score], known: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """What was taken for granted, and of which of the runs that were predicted."""
    told: dict[str, tuple[str, ...]] = {}
    scored_hours = {s.run for s in scores if s.quantity in ("accelerator_hours", "training_days")}
    for run in (run for run in runs if run.name in {score.run for score in scores}):
        chip = chip_of(run.words["chip"], known)
        is_guess = run.words["chip"] in BARE or known.get(run.words["chip"]) != chip
        said = [f"{run.words['chip']} is taken for {chip}"] if is_guess else []
        if run.name in scored_hours and not run.words["hours_scope"]:
            said.append(f"hours of which nothing is said are taken for all that the run held ({AS_HELD})")
        for sentence in said:
            told[sentence] = (*told.get(sentence, ()), run.name)
    return told


def plan_of(run: PublishedRun, frame: Frame, region: str = ANYWHERE) -> tuple[str, ...]:
    """What was knowable of a run before it, as settings."""
    chip = chip_of(run.words["chip"], frame.chips)
    known = [f"plan.{name}={run.numbers[name]!r}" for name in KNOWABLE]
    known += [*_words(chip, region), f"plan.year={_quoted(run.words['published_month'][:4])}"]
    if COUNT in run.numbers:
        return (*known, f"plan.{COUNT}={run.numbers[COUNT]!r}")
    fewest, most = (_busy_for(run, frame.peak(chip), days) for days in reversed(DAYS))
    return (*known, f"{COUNT}={{lognormal: {{p5: {fewest!r}, p95: {most!r}}}, truncate: {{low: 1}}}}")


def _words(chip: str, region: str) -> tuple[str, ...]:
    return f"plan.accelerator={_quoted(chip)}", f"plan.region={_quoted(region)}"


def _quoted(word: str) -> str:
    """A word as text of YAML, whatever is in it.

    >>> _quoted("Z9: it's new")
    "'Z9: it''s new'"
    """
    return "'" + word.replace("'", "''") + "'"


def _busy_for(run: PublishedRun, peak: float, days: float) -> float:
    """So many accelerators are busy with a run for some days."""
    return _flop(run) / (peak * UTILIZATION * SECONDS_PER_HOUR * HOURS_PER_DAY * days)


def _flop(run: PublishedRun) -> float:
    """6ND (Kaplan et al. 2020, arXiv:2001.08361)."""
    return 6.0 * run.numbers["active_parameters"] * run.numbers["tokens"]


def _middle(scenario: Scenario, name: str) -> float:
    return float(scenario.priors[name].distribution.ppf(0.5))


def baseline(run: PublishedRun, quantity: str, scenario: Scenario) -> float:
    """The centre of the naive baseline: arithmetic at one utilization, carried through to the quantity."""
    hours = _flop(run) / (_middle(scenario, PEAK) * MFU * SECONDS_PER_HOUR)
    if quantity == "accelerator_hours":
        return hours
    if quantity == "training_days":
        return hours / run.numbers[COUNT] / HOURS_PER_DAY
    energy = hours * _watts(scenario) * _or_pinned(scenario, "pue", SITE) / WATTS_PER_MEGAWATT
    return energy if quantity == "energy" else energy * _middle(scenario, "grid_carbon_intensity")


def _watts(scenario: Scenario) -> float:
    """The baseline's power of an accelerator, of what the published figure covers."""
    if "accelerator_power" in scenario.priors:
        return _middle(scenario, "accelerator_power")
    server = _or_pinned(scenario, "server_power_factor", SERVER)
    return _middle(scenario, "tdp") * server * _or_pinned(scenario, "average_power_share", LOAD)


def _or_pinned(scenario: Scenario, name: str, naive: float) -> float:
    prior = scenario.priors[name]
    return _middle(scenario, name) if prior.is_fixed else naive
