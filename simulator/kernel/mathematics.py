"""exp, expm1, log and log10 from + - * / alone: they vectorise, and give the same bits on every processor.

numba's wheels call libm for each number, which stops the vectoriser and whose last bits differ between
machines. Reduction to a short interval, then the textbook series; relative error at most 5e-16.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from simulator.kernel.options import OPTIONS

LN2_HIGH = float.fromhex("0x1.62e42fefa0000p-1")  # ln 2 to 40 bits: its products with exponents are exact
LN2_LOW = float.fromhex("0x1.cf79abc9e3b39p-40")  # ln 2 - LN2_HIGH
LOG2_E, LOG10_E = 1.0 / math.log(2.0), 1.0 / math.log(10.0)
ROUNDER = 1.5 * 2.0**52  # added to a float, it leaves the nearest whole number in the lowest bits
ROUNDER_BITS = 0x4338 << 48
EXPONENT, MANTISSA, ONE_BITS, BIAS = 52, (1 << 52) - 1, 0x3FF << 52, 1023
HIGHEST, LOWEST = 710.0, -746.0  # beyond these exp is inf and 0
SMALLEST_NORMAL, LIFT = 2.0**-1022, 54
SQRT_2 = math.sqrt(2.0)
# exp(r) - 1 = r + r^2 (1/2! + r/3! + ... + r^11/13!), |r| <= ln(2)/2: the next term is below 2^-57
E2, E3, E4, E5, E6, E7, E8, E9, E10, E11, E12, E13 = (1.0 / math.factorial(n) for n in range(2, 14))
# ln((1 + s)/(1 - s)) = 2 s + s (2/3 s^2 + 2/5 s^4 + ... + 2/21 s^20), |s| <= 3 - 2 sqrt 2: likewise
L3, L5, L7, L9, L11, L13, L15, L17, L19, L21 = (float(Fraction(2, n)) for n in range(3, 22, 2))


def _bits_of(context: Any, x: Any) -> Any:
    """The bits of a float as an integer."""
    return types.int64(types.float64), lambda _, b, __, args: b.bitcast(args[0], ir.IntType(64))


def _float_of(context: Any, bits: Any) -> Any:
    """The float of an integer's bits."""
    return types.float64(types.int64), lambda _, b, __, args: b.bitcast(args[0], ir.DoubleType())


bits_of: Any = intrinsic(_bits_of)
float_of: Any = intrinsic(_float_of)


@njit(**OPTIONS, forceinline=True)
def exp_less_one_near_zero(r):  # type: ignore[no-untyped-def]
    """exp(r) - 1 for |r| at most ln(2)/2."""
    r2 = r * r
    r4 = r2 * r2
    low = (E2 + r * E3) + r2 * (E4 + r * E5)
    middle = (E6 + r * E7) + r2 * (E8 + r * E9)
    high = (E10 + r * E11) + r2 * (E12 + r * E13)
    return r + r2 * (low + r4 * (middle + r4 * high))


@njit(**OPTIONS, forceinline=True)
def power_of_two(k):  # type: ignore[no-untyped-def]
    """2**k for -1022 <= k <= 1023."""
    return float_of((k + BIAS) << EXPONENT)


@njit(**OPTIONS, forceinline=True)
def exp(x):  # type: ignore[no-untyped-def]
    """e to the x: 2**k (1 + p), with k the whole number nearest x / ln 2, in two steps for the extremes."""
    x = min(max(x, LOWEST), HIGHEST)
    rounded = x * LOG2_E + ROUNDER
    whole = rounded - ROUNDER
    k = bits_of(rounded) - ROUNDER_BITS
    p = exp_less_one_near_zero((x - whole * LN2_HIGH) - whole * LN2_LOW)
    half = k >> 1
    return (1.0 + p) * power_of_two(half) * power_of_two(k - half)


@njit(**OPTIONS, forceinline=True)
def expm1(x):  # type: ignore[no-untyped-def]
    """e to the x, less 1, exact to the last digits near 0: 2**k p + (2**k - 1)."""
    x = min(max(x, -40.0), HIGHEST)  # below -40 the result is -1
    rounded = x * LOG2_E + ROUNDER
    whole = rounded - ROUNDER
    k = bits_of(rounded) - ROUNDER_BITS
    p = exp_less_one_near_zero((x - whole * LN2_HIGH) - whole * LN2_LOW)
    half = k >> 1
    first, second = power_of_two(half), power_of_two(k - half)
    return (p + (1.0 - power_of_two(-half) * power_of_two(half - k))) * first * second


@njit(**OPTIONS, forceinline=True)
def log(x):  # type: ignore[no-untyped-def]
    """The natural logarithm: e ln 2 + ln m, with x = m 2**e and m between sqrt(1/2) and sqrt 2."""
    tiny = x < SMALLEST_NORMAL
    bits = bits_of(x * 2.0**LIFT if tiny else x)
    m = float_of((bits & MANTISSA) | ONE_BITS)
    e = (bits >> EXPONENT) - BIAS - (LIFT if tiny else 0)
    above = m > SQRT_2
    m = m * 0.5 if above else m
    exponent = float_of(ROUNDER_BITS + e + (1 if above else 0)) - ROUNDER
    f = m - 1.0
    s = f / (m + 1.0)
    z = s * s
    z2 = z * z
    z4 = z2 * z2
    low = (L3 + z * L5) + z2 * (L7 + z * L9)
    high = (L11 + z * L13) + z2 * (L15 + z * L17) + z4 * (L19 + z * L21)
    series = z * (low + z4 * high)
    # 2 s = f - s f exactly, which keeps the rounding of s out of the leading term
    value = exponent * LN2_HIGH + (f - s * (f - series) + exponent * LN2_LOW)
    if x > 0.0:
        return value if x < math.inf else x
    return -math.inf if x == 0.0 else math.nan


@njit(**OPTIONS, forceinline=True)
def log10(x):  # type: ignore[no-untyped-def]
    """The decimal logarithm."""
    return log(x) * LOG10_E


VECTORISED = {math.exp: exp, math.expm1: expm1, math.log: log, math.log10: log10}
