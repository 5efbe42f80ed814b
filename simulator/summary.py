"""A run as one plain value: what is printed, stored and read by other programs."""

from __future__ import annotations

from math import isfinite, sqrt
from typing import Any

from simulator.currency import name_in
from simulator.scenario.scenario import Scenario
from simulator.simulation import Run
from simulator.statistics.estimates import Estimate, Summary
from simulator.statistics.precision import Target

CROSSING = 0.70  # the utilization whose cluster size is reported
CROSSING_DRAWS = 1 << 14
LARGEST_CLUSTER = 1e7
HEAVY = 0.05  # share of the variance in one draw above which a mean's interval covers too seldom


def limits(scenario: Scenario, budget: float | None) -> list[tuple[str, float]]:
    """The values whose chances a report gives: published figures, then the budget."""
    figures = [(figure.quantity, figure.value) for figure in scenario.published]
    return figures if budget is None else [*figures, ("total_cost", budget)]


def summarised(run: Run, *, budget: float | None = None, name: str = "") -> dict[str, Any]:
    """The summary of a run made with these :func:`limits`; what cannot be estimated is None."""
    scenario, settings, model = run.scenario, run.settings, run.scenario.model
    published = [
        {**figure.as_written, **_chance(chance)}
        for figure, chance in zip(scenario.published, run.chances, strict=False)
    ]
    return {
        "name": name or scenario.name,
        **_identity(scenario),
        "run": None,
        "seed": settings.seed,
        "draws": settings.draws,
        "sampler": settings.sampler,
        **_basis(scenario),
        "quantities": {
            key: quantity_summary(run.summaries[key], model.units[key].symbol) for key in scenario.names
        },
        "budget": None if budget is None else {"limit": budget, **_chance(run.chances[-1])},
        "precision": [_reached(target, run) for target in settings.targets],
        "published": published,
        "warnings": warnings(run),
        **{name: contingency(run.summaries[total]) for name, total in _totals(scenario.currency).items()},
        "utilization_crossing": crossing(run),
    }


def _identity(scenario: Scenario) -> dict[str, Any]:
    """Which scenario and book."""
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "description": scenario.description,
        "book": scenario.book,
        "book_title": scenario.book_title,
        "book_as_of": scenario.book_as_of,
    }


def _basis(scenario: Scenario) -> dict[str, Any]:
    """What the numbers rest on: the plan, what was changed, where priors come from."""
    model = scenario.model
    pairs = [{"between": list(found.between), "spearman": found.spearman} for found in scenario.correlations]
    return {
        "plan": planned(scenario),
        "size": scenario.size,
        "experiments": scenario.experiments,
        **({"currency": scenario.currency} if scenario.currency else {}),
        "settings": list(scenario.settings),
        "own_priors": own_priors(scenario),
        "levers": list(scenario.levers),
        "components": list(model.components),
        "pinned": list(model.pinned),
        "pruned": list(model.pruned),
        "ignored": list(scenario.ignored),
        "origins": origins(scenario),
        "correlations": pairs,
        **({"priced_at": scenario.priced_at, "aged": aged_priors(scenario)} if scenario.priced_at else {}),
    }


def _chance(chance: Estimate) -> dict[str, Any]:
    return {"probability": chance.value, "se": chance.se, "ci95": [chance.low, chance.high]}


def _reached(target: Target, run: Run) -> dict[str, Any]:
    """A target, the relative standard error reached, and whether that is small enough."""
    reached = target.reached(run.summaries[target.name])
    return {
        "quantity": target.name,
        "statistic": target.statistic,
        "target": target.relative,
        "reached": _finite(reached),
        "met": reached <= target.relative,
    }


def planned(scenario: Scenario) -> dict[str, str | float]:
    """The plan: its words, and the inputs it gives a value."""
    words = {key: word for key, word in scenario.words.items() if key != "accelerator_family"}
    given = {name: prior.spec["value"] for name, prior in scenario.priors.items() if prior.origin == "plan"}
    return {**{name: float(value) for name, value in given.items()}, **words}


def quantity_summary(summary: Summary, unit: str) -> dict[str, Any]:
    """Unit, moments and percentiles of one name."""
    return {
        "unit": unit,
        "mean": _finite(summary.mean.value),
        "mean_se": _finite(summary.mean.se),
        "mean_ci95": [_finite(summary.mean.low), _finite(summary.mean.high)],
        "sd": _finite(summary.sd),
        "resolution": summary.resolution,
        "percentiles": {f"{level:g}": _estimate(e) for level, e in summary.percentiles.items()},
    }


def _estimate(estimate: Estimate) -> dict[str, Any]:
    ends = [_finite(estimate.low), _finite(estimate.high)]
    return {"value": _finite(estimate.value), "se": _finite(estimate.se), "ci95": ends}


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def origins(scenario: Scenario) -> dict[str, int]:
    """How many uncertain inputs come from each book, the scenario itself and the command line."""
    counts: dict[str, int] = {}
    for prior in scenario.priors.values():
        if not prior.is_fixed:
            counts[prior.origin] = counts.get(prior.origin, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def own_priors(scenario: Scenario) -> list[str]:
    """The priors that the scenario holds itself, those among them that were once set for a stored run."""
    found = [prior for prior in scenario.priors.values() if prior.origin in ("scenario", "--set")]
    return [prior.name for prior in found if not prior.where.startswith("--set")]


def aged_priors(scenario: Scenario) -> list[str]:
    """The priors whose prices were aged to the scenario's date."""
    return [name for name, prior in scenario.priors.items() if prior.ageing and prior.ageing.years >= 0.0]


def warnings(run: Run) -> list[str]:
    """Levers that do not act in full, and the sums of money whose mean and its error rest on a few draws."""
    money = [name for name in run.scenario.names if run.scenario.model.units[name].symbol == "USD"]
    shares = {name: run.summaries[name].largest_share for name in money}
    heavy = [f"{name} ({share:.0%})" for name, share in shares.items() if share > HEAVY]
    if not heavy:
        return list(run.scenario.idle)
    return [
        *run.scenario.idle,
        f"Mean and its error rest on few draws; the farthest one's share of the variance: {', '.join(heavy)}",
    ]


def _totals(currency: str) -> dict[str, str]:
    """The names of contingencies, and of the totals they are of."""
    return {name_in("contingency", each): name_in("total_cost", each) for each in ("USD", currency)}


def contingency(total: Summary) -> dict[str, Any] | None:
    """P80 less P50 of the total, with its standard error."""
    found = total.difference(80.0, 50.0)
    return found and {"value": _finite(found[0]), "se": _finite(found[1])}


def crossing(run: Run) -> dict[str, Any] | None:
    """The cluster size at which the median of the utilization passes 70%, all else as planned.

    None where the utilization or the cluster size is not the model's to vary.
    """
    size, name = run.scenario.priors.get("accelerator_count"), "system_utilization"
    if name not in run.scenario.model.formulas or size is None or not size.is_fixed:
        return None

    def median(accelerators: float) -> float:
        given = {"accelerator_count": accelerators}
        column = run.machine.columns([name], CROSSING_DRAWS, given=given, threads=1)[name]
        column.sort()
        return float(column[CROSSING_DRAWS // 2 - 1])

    if median(1.0) <= CROSSING or median(LARGEST_CLUSTER) > CROSSING:
        return {"utilization": CROSSING, "accelerators": None}
    low, high = 1.0, LARGEST_CLUSTER
    while high / low > 1.002:
        middle = sqrt(low * high)
        low, high = (middle, high) if median(middle) > CROSSING else (low, middle)
    return {"utilization": CROSSING, "accelerators": round(low)}
