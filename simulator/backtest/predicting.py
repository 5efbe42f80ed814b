"""Published runs predicted from size, tokens, accelerator, their number, region and date alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from simulator.backtest.bases import NotComparableError, pins
from simulator.backtest.published import BASES, PublishedRun
from simulator.backtest.scoring import Score, Summary, scored
from simulator.errors import InputError
from simulator.scenario.loader import load_scenario
from simulator.scenario.reader import read
from simulator.scenario.scenario import Scenario
from simulator.simulation import Settings, engine
from simulator.units import HOURS_PER_DAY, SECONDS_PER_HOUR, WATTS_PER_MEGAWATT
from simulator.watch import UNWATCHED, Watch

FRAME = Path("configs/published/run.yaml")
KNOWABLE = ("active_parameters", "tokens")
COUNT, PEAK = "accelerator_count", "peak_flop_per_second"
ANYWHERE = "US"  # of a run whose region is not said, where nothing hangs on it
OF_A_SITE = ("energy", "emissions")

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
    """Every figure that was predicted, and those that were not."""

    scores: tuple[Score, ...]
    skipped: tuple[Skipped, ...]
    book: str

    @property
    def summaries(self) -> dict[str, Summary]:
        """The scores by quantity."""
        found = {name: tuple(s for s in self.scores if s.quantity == name) for name in BASES}
        return {name: Summary(scores) for name, scores in found.items() if scores}


def backtest(
    runs: Sequence[PublishedRun],
    settings: Settings,
    *,
    frame: str | Path = FRAME,
    book: str | Path | None = None,
    laid_over: Sequence[str] = (),
    levers: Sequence[str] = (),
    watch: Watch = UNWATCHED,
) -> Backtest:
    """Predict every figure that a run publishes; ``frame`` is the scenario that the rows are laid over.

    What a run lacks, or what the book has no prior for, is skipped with the reason.
    """
    load = partial(load_scenario, frame, book=book, levers=levers)
    scores: list[Score] = []
    skipped: list[Skipped] = []
    watch.expect(len(runs))
    for run in runs:
        for quantity in BASES:
            try:
                scores.append(_predicted(run, quantity, load, laid_over, settings))
            except NotComparableError as reason:
                skipped.append(Skipped(run.name, quantity, str(reason)))
            except InputError as error:
                reasons = "; ".join(complaint.what for complaint in error.complaints)
                skipped.append(Skipped(run.name, quantity, reasons))
        watch.done(1)
    return Backtest(tuple(scores), tuple(skipped), Path(book or str(read(frame).value["book"].value)).stem)


def _predicted(
    run: PublishedRun,
    quantity: str,
    load: partial[Scenario],
    laid_over: Sequence[str],
    settings: Settings,
) -> Score:
    _check_known(run, quantity)
    pinned = pins(run, quantity)
    scenario = load(settings=(*plan_of(run, load), *pinned, *laid_over))
    draws = engine(scenario, settings).columns([quantity], settings.first_draws, threads=settings.threads)
    centre = baseline(run, quantity, scenario)
    grade, basis = run.words["grade"], run.words[BASES[quantity]]
    return scored(
        run.name, quantity, run.numbers[quantity], draws[quantity], centre, grade=grade, basis=basis
    )


def _check_known(run: PublishedRun, quantity: str) -> None:
    """Raise :class:`NotComparableError` for what is missing of a run."""
    if quantity not in run.numbers:
        raise NotComparableError("not published")
    numbers = (*KNOWABLE, COUNT) if quantity == "training_days" else KNOWABLE
    words = ("chip", "region") if quantity in OF_A_SITE else ("chip",)
    missing = [name for name in numbers if name not in run.numbers]
    missing += [word for word in words if not run.words[word]]
    if missing:
        raise NotComparableError(f"not published, though needed: {', '.join(missing)}")


def plan_of(run: PublishedRun, load: partial[Scenario]) -> tuple[str, ...]:
    """What was knowable of a run before it, as settings."""
    numbers = [f"plan.{name}={run.numbers[name]!r}" for name in KNOWABLE]
    year = run.words["published_month"][:4]
    words = {"accelerator": run.words["chip"], "region": run.words["region"] or ANYWHERE, "year": year}
    known = (*numbers, *(f"plan.{key}={word}" for key, word in words.items() if word))
    if COUNT in run.numbers:
        return (*known, f"plan.{COUNT}={run.numbers[COUNT]!r}")
    scenario = load(settings=(*known, f"plan.{COUNT}=1"))
    fewest, most = (_busy_for(run, _middle(scenario, PEAK), days) for days in reversed(DAYS))
    return (*known, f"{COUNT}={{lognormal: {{p5: {fewest!r}, p95: {most!r}}}, truncate: {{low: 1}}}}")


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
