"""Numbers for people: as many digits as their error supports, in the unit's own style."""

from __future__ import annotations

from math import copysign, floor, inf, isfinite, isnan, log10
from typing import TYPE_CHECKING

from simulator.currency import SIGNS

if TYPE_CHECKING:
    from simulator.statistics.estimates import Estimate

SCALES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
MOST_DIGITS, DIGITS_UNTOLD = 3, 2
ROUNDING = 1e-12  # of a sum of shares
LARGEST_SPELT = 1e16  # 9,999T


def quantity(value: float, se: float, unit: str) -> str:
    """A value in its unit, rounded to three digits or to what its standard error supports.

    >>> quantity(128_345_000, 212_000, "USD"), quantity(0.6321, 0.0002, "1"), quantity(1287.4, 3, "MWh")
    ('$128M', '0.632', '1.29k')
    >>> quantity(128_345_000, 212_000, "CNY")
    '¥128M'
    >>> quantity(128_345_000, 8_000_000, "USD")
    '$128M'
    """
    text = rounded(value, se)
    return _money(text, unit) if unit in SIGNS else text


def stated(value: float, unit: str) -> str:
    """A number somebody stated, without digits they did not give.

    >>> stated(63e6, "USD"), stated(8930, "tCO2e"), stated(25_000, "accelerator"), stated(30.84e6, "h")
    ('$63M', '8,930', '25,000', '30.84M')
    >>> stated(1e30, "USD")
    '$1e+30'
    """
    if abs(value) >= LARGEST_SPELT:
        return _money(f"{value:.5g}", unit) if unit in SIGNS else f"{value:.5g}"
    scale, suffix = scale_of(value) if abs(value) >= 1e5 else (1.0, "")
    text = f"{float(f'{value / scale:.5g}'):,}".removesuffix(".0") + suffix
    return _money(text, unit) if unit in SIGNS else text


def with_error(value: float, se: float, unit: str) -> str:
    """A value and its standard error in the same scale, whose letter is said again beside a whole number.

    >>> with_error(128_345_000, 212_000, "USD"), with_error(0.6321, 0.0002, "1")
    ('$128.3M ± 0.2', '0.6321 ± 0.0002')
    >>> with_error(-887_000, 461_000, "USD"), with_error(512, 3, "MWh")
    ('-$887k ± 461k', '512 ± 3')
    """
    if not se or not isfinite(se):
        return quantity(value, se, unit)
    if not 1e-3 <= abs(value) < LARGEST_SPELT:
        return f"{quantity(value, se, unit)} ± {se:.0e}"
    scale, suffix = scale_of(value)
    places = _places(se, scale)
    return f"{to_error(value, se, unit)} ± {se / scale:.{places}f}{'' if places else suffix}"


def to_error(value: float, se: float, unit: str) -> str:
    """A value with all the digits that its standard error supports, however many.

    >>> to_error(128_345_000, 212_000, "USD"), to_error(0.6321, 0.0002, "1"), to_error(5.0, 0.0, "1")
    ('$128.3M', '0.6321', '5.00')
    """
    if not se or not isfinite(se) or not 1e-3 <= abs(value) < LARGEST_SPELT:
        return quantity(value, se, unit)
    scale, suffix = scale_of(value)
    text = f"{value / scale:,.{_places(se, scale)}f}{suffix}"
    return _money(text, unit) if unit in SIGNS else text


def _places(se: float, scale: float) -> int:
    """Decimals down to the first digit of a standard error."""
    return max(0, -exponent(se / scale))


def rounded(value: float, se: float) -> str:
    """A number with a k, M, B or T, and no digit below its standard error; ~ where that cannot be told.

    >>> rounded(21_850.0, 0.0), rounded(2.26e25, 0.0), rounded(0.0, 0.0), rounded(float("nan"), 0.0)
    ('21.9k', '2.26e+25', '0', '–')
    >>> rounded(1.00123e-4, 5e-5), rounded(21_850.0, float("nan"))
    ('1.0e-04', '~22k')
    >>> rounded(999.4e6, 1e7), rounded(-300.0, 4000.0)
    ('1.00B', '0')
    """
    if isnan(value):
        return "–"
    if value == 0.0 or not isfinite(value):
        return f"{value:g}"
    if isnan(se):
        return f"~{rounded(float(f'{value:.{DIGITS_UNTOLD - 1}e}'), 10.0 ** (exponent(value) - 1))}"
    if not 1e-3 <= abs(value) < LARGEST_SPELT:
        told = exponent(value) - exponent(se) if 0.0 < se < inf else MOST_DIGITS
        return f"{value:.{min(max(told, 0), MOST_DIGITS - 1)}e}"
    scale, suffix = scale_of(value)
    scaled = value / scale
    last = exponent(float(f"{scaled:.{MOST_DIGITS - 1}e}")) - MOST_DIGITS + 1
    if se > 0.0 and isfinite(se):
        last = max(last, exponent(se / scale))
    shown = float(round(scaled, -last))
    if abs(scaled) < 1000.0 <= abs(shown) and suffix != SCALES[0][1]:
        return rounded(copysign(1000.0 * scale, value), se)
    return f"{shown:,.{max(0, -last)}f}{suffix}" if shown else "0"


def error_text(se: float) -> str:
    """A standard error by its first digit, and no digit more.

    >>> error_text(4.9e6), error_text(0.0123), error_text(0.0), error_text(212_000.0)
    ('5M', '0.01', '0', '200k')
    """
    if se == 0.0 or not isfinite(se):
        return "0" if se == 0.0 else "–"
    first = float(f"{se:.0e}")
    if not 1e-3 <= first < LARGEST_SPELT:
        return f"{first:.0e}"
    scale, suffix = scale_of(first)
    return f"{first / scale:.{max(0, -exponent(first / scale))}f}{suffix}"


def plain(value: float) -> float:
    """A number for spreadsheets, without the digits that only its arithmetic put there.

    >>> plain(49.99999999999999), plain(0.07999999999999995)
    (50.0, 0.08)
    """
    return float(f"{value:.6g}")


def scale_of(value: float) -> tuple[float, str]:
    """The power of a thousand a number is written in, and its letter."""
    for scale, suffix in SCALES:
        if abs(value) >= 0.9995 * scale:
            return scale, suffix
    return 1.0, ""


def exponent(value: float) -> int:
    """The decimal place of a number's first digit.

    >>> exponent(0.02), exponent(314)
    (-2, 2)
    """
    return floor(log10(abs(value)))


def _money(text: str, unit: str) -> str:
    return f"-{SIGNS[unit]}{text[1:]}" if text.startswith("-") else SIGNS[unit] + text


def percent(share: float, se: float = 0.0) -> str:
    """A share as a percentage.

    >>> percent(0.0312, 0.0002), percent(1.0), percent(0.5, 0.02), percent(0.999999, 1e-6), percent(0.9998)
    ('3.12%', '100%', '50%', '>99.99%', '99.98%')
    """
    if 0.0 < share < 0.0001:
        return "<0.01%"
    if 0.9999 < share < 1.0 - ROUNDING:
        return ">99.99%"
    places = 2 if share < 0.1 or 0.999 < share < 1.0 - ROUNDING else 1
    if se > 0.0:
        places = min(places, max(0, -exponent(100.0 * se)))
    text = f"{100.0 * share:.{places}f}"
    return (text.rstrip("0").rstrip(".") if se == 0.0 and "." in text else text) + "%"


def percent_error(se: float) -> str:
    """The standard error of a share, as a percentage, by its first digit.

    >>> percent_error(0.0021), percent_error(0.00002)
    ('0.2%', '<0.01%')
    """
    return "–" if isnan(se) else percent(float(f"{se:.1g}"))


def chance(share: float, se: float, low: float, high: float) -> str:
    """An estimated chance as a percentage; of what was never or always met, the end of its interval.

    >>> chance(0.0, 0.0, 0.0, 0.0029), chance(1.0, 0.0, 1.0, 1.0), chance(1.0, 0.0, 0.99981, 1.0)
    ('<0.3%', '100%', '>99.98%')
    """
    if share == 0.0 < high:
        return f"<{_last_told(100.0 * high)[0]}%"
    if share == 1.0 > low:
        text, places = _last_told(100.0 * (1.0 - low))
        return f">{100.0 - float(text):.{places}f}%"
    return percent(share, se)


def chance_of(found: Estimate) -> str:
    """The same of an estimate."""
    return chance(found.value, found.se, found.low, found.high)


def _last_told(percentage: float) -> tuple[str, int]:
    """A small percentage by its first digit, no smaller than 0.01, and how many decimals that takes."""
    places = min(2, max(0, -exponent(percentage)))
    return f"{max(percentage, 10.0**-places):.{places}f}", places
