"""The units of the model: what a number counts, and which values it may take.

A formula's annotations are these names. Each is ``float`` to a type checker and carries a
:class:`Unit` that the model checks between the formula that makes a quantity and those that use it.
Adding a unit is adding a line below.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Annotated

USD_SYMBOL = "USD"
HOURS_PER_DAY = 24.0
DAYS_PER_MONTH = 30.4  # 365.25 / 12, as project plans write it
MONTHS_PER_YEAR = 12.0
HOURS_PER_YEAR = 8766.0  # 365.25 days
SECONDS_PER_HOUR = 3600.0
WATTS_PER_MEGAWATT = 1e6
KILOWATTS_PER_MEGAWATT = 1e3
TOKENS_PER_MILLION = 1e6

# The words a plan may use where the model needs a number: how the accelerators are procured.
OWN, RENT, BUY = 0.0, 1.0, 2.0
PROCUREMENT = {"own": OWN, "rent": RENT, "buy": BUY}


@dataclass(frozen=True)
class Unit:
    """A unit's symbol, the domain of its values, and whether it marks a component of the total.

    >>> Unit("1", high=1).contains(0.5, 1.2)
    False
    """

    symbol: str
    low: float = 0.0
    high: float = inf
    component: bool = False

    def contains(self, low: float, high: float) -> bool:
        """Whether every value from ``low`` to ``high`` lies in the domain."""
        return self.low <= low and high <= self.high

    def narrowed(self, other: Unit) -> Unit:
        """The same unit on the values that both domains hold."""
        return Unit(self.symbol, max(self.low, other.low), min(self.high, other.high), self.component)

    @property
    def domain(self) -> str:
        """The domain in words.

        >>> Unit("1", high=1).domain, Unit("USD", low=-inf).domain, Unit("h").domain
        ('between 0 and 1', 'any number', 'at least 0')
        """
        if self.low == -inf:
            return "any number" if self.high == inf else f"at most {self.high:g}"
        return f"at least {self.low:g}" if self.high == inf else f"between {self.low:g} and {self.high:g}"


Accelerators = Annotated[float, Unit("accelerator", low=1)]
AcceleratorHours = Annotated[float, Unit("h")]
Component = Annotated[float, Unit("USD", low=-inf, component=True)]
Days = Annotated[float, Unit("day")]
FLOP = Annotated[float, Unit("FLOP")]
FLOPPerSecond = Annotated[float, Unit("FLOP/s")]
FailuresPerHour = Annotated[float, Unit("1/accelerator-hour")]
Hours = Annotated[float, Unit("h")]
Items = Annotated[float, Unit("item")]
KgPerKWh = Annotated[float, Unit("kgCO2e/kWh")]
MegawattHours = Annotated[float, Unit("MWh")]
Months = Annotated[float, Unit("month")]
OrdersPerYear = Annotated[float, Unit("OOM/year", low=-inf)]
Parameters = Annotated[float, Unit("parameter")]
PersonYears = Annotated[float, Unit("person-year")]
Persons = Annotated[float, Unit("person")]
Procurement = Annotated[float, Unit("own|rent|buy")]
Ratio = Annotated[float, Unit("1")]
RatioAboveOne = Annotated[float, Unit("1", low=1)]
Real = Annotated[float, Unit("1", low=-inf)]
Share = Annotated[float, Unit("1", high=1)]
SharePerYear = Annotated[float, Unit("1/year")]
Tokens = Annotated[float, Unit("token")]
TonnesCO2e = Annotated[float, Unit("tCO2e")]
USD = Annotated[float, Unit("USD", low=-inf)]
USDNotNegative = Annotated[float, Unit("USD")]
USDPerAccelerator = Annotated[float, Unit("USD/accelerator")]
USDPerAcceleratorHour = Annotated[float, Unit("USD/accelerator-hour")]
USDPerAcceleratorYear = Annotated[float, Unit("USD/accelerator-year")]
USDPerItem = Annotated[float, Unit("USD/item")]
USDPerKWh = Annotated[float, Unit("USD/kWh")]
USDPerMillionTokens = Annotated[float, Unit("USD/million tokens")]
USDPerPersonYear = Annotated[float, Unit("USD/person-year")]
USDPerWatt = Annotated[float, Unit("USD/W")]
Watts = Annotated[float, Unit("W")]
Years = Annotated[float, Unit("year")]

# What a file may write instead of the model's own unit: (written, wanted) -> factor.
CONVERSIONS = {
    ("%", "1"): 0.01,
    ("s", "h"): 1 / 3600,
    ("min", "h"): 1 / 60,
    ("day", "h"): 24.0,
    ("day", "year"): 1 / 365.25,
    ("month", "year"): 1 / 12,
    ("week", "month"): 7 / DAYS_PER_MONTH,
    ("kW", "W"): 1e3,
    ("TFLOP/s", "FLOP/s"): 1e12,
    ("USD/MWh", "USD/kWh"): 1e-3,
    ("gCO2e/kWh", "kgCO2e/kWh"): 1e-3,
    ("USD/token", "USD/million tokens"): 1e6,
    ("USD/kW", "USD/W"): 1e-3,
    ("%/year", "1/year"): 0.01,
}


def conversion(written: str, wanted: str) -> float | None:
    """The factor that turns a number in the written unit into the wanted one; None where there is none.

    >>> conversion("USD/MWh", "USD/kWh"), conversion("h", "h"), conversion("USD", "h")
    (0.001, 1.0, None)
    """
    return 1.0 if written == wanted else CONVERSIONS.get((written, wanted))
