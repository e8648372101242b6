"""Intervals and effect sizes, on arrays. Every interval is at 95 %. An estimate that does not exist is NaN.

What does not belong here: who is counted, and when a number may be shown.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

Numbers: TypeAlias = NDArray[np.float64]

CONFIDENCE = 0.95
UPPER_TAIL = 1 - (1 - CONFIDENCE) / 2
Z = float(special.ndtri(UPPER_TAIL))
DECIMALS = 6


def rounded(values: ArrayLike, decimals: int = DECIMALS) -> Numbers:
    """Half away from zero, as everything is before it meets a threshold or a table (CONTRACT.md section 1)."""
    numbers = np.asarray(values, dtype=np.float64)
    scale = 10.0**decimals
    # `+ 0.0` turns a negative zero into zero.
    return np.asarray(np.trunc(numbers * scale + np.copysign(0.5, numbers)) / scale + 0.0)


def ratio(numerator: ArrayLike, denominator: ArrayLike) -> Numbers:
    """numerator / denominator; NaN where the denominator is 0 or either is missing."""
    above, below = np.broadcast_arrays(_numbers(numerator), _numbers(denominator))
    result: Numbers = np.full(above.shape, np.nan)
    np.divide(above, below, out=result, where=below != 0)
    return result


def wilson(successes: ArrayLike, n: ArrayLike) -> tuple[Numbers, Numbers]:
    """Score interval of a proportion, 0 to 1 (Wilson 1927, J Am Stat Assoc 22:209). NaN where n is 0."""
    # Loaded here: the graph is loaded far more often than an interval is made.
    from statsmodels.stats.proportion import proportion_confint

    count, size = np.broadcast_arrays(_numbers(successes), _numbers(n))
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = proportion_confint(count, np.where(size == 0, np.nan, size), alpha=1 - CONFIDENCE, method="wilson")
    return np.maximum(low, 0.0), np.minimum(high, 1.0)


def poisson_exact(events: ArrayLike, exposure: ArrayLike) -> tuple[Numbers, Numbers]:
    """Exact interval of a rate per unit of exposure (Garwood 1936, Biometrika 28:437). NaN where exposure is 0."""
    count, size = np.broadcast_arrays(_numbers(events), _numbers(exposure))
    tail = (1 - CONFIDENCE) / 2
    low = np.where(count > 0, special.gammaincinv(np.where(count > 0, count, 1.0), tail), 0.0)
    return ratio(low, size), ratio(special.gammaincinv(count + 1, UPPER_TAIL), size)


def clustered_rate_interval(
    events: ArrayLike,
    exposure: ArrayLike,
    event_squares: ArrayLike,
    cross: ArrayLike,
    exposure_squares: ArrayLike,
    clusters: ArrayLike,
) -> tuple[Numbers, Numbers]:
    """Interval of a rate whose events come in clusters (patients): the ratio estimator's, on the logarithm.

    Variance of R = sum e / sum s: k / (k - 1) x sum (e - R s)^2 / (sum s)^2 over k clusters (Cochran 1977, Sampling
    Techniques, 2.11); Student's t with k - 1 degrees of freedom. event_squares, cross, exposure_squares: the sums of
    e^2, e s and s^2. NaN without an event or with fewer than two clusters.
    """
    total, size, k = _numbers(events), _numbers(exposure), _at_least_two(clusters)
    rate = ratio(total, np.where(total > 0, size, np.nan))
    squares = _numbers(event_squares) - 2 * rate * _numbers(cross) + rate**2 * _numbers(exposure_squares)
    error = np.sqrt(k / (k - 1) * np.maximum(squares, 0.0)) / size
    half = special.stdtrit(k - 1, UPPER_TAIL) * error / rate
    return rate * np.exp(-half), rate * np.exp(half)


def t_interval(mean: ArrayLike, sd: ArrayLike, n: ArrayLike) -> tuple[Numbers, Numbers]:
    """Interval of a mean by Student's t with n - 1 degrees of freedom. NaN where n is under 2."""
    size = _at_least_two(n)
    half = special.stdtrit(size - 1, UPPER_TAIL) * _numbers(sd) / np.sqrt(size)
    return _numbers(mean) - half, _numbers(mean) + half


def hedges_g_av(mean_improvement: ArrayLike, sd_first: ArrayLike, sd_second: ArrayLike, n: ArrayLike) -> Numbers:
    """J x mean improvement / sqrt((sd_first^2 + sd_second^2) / 2), J = 1 - 3 / (4 (n - 1) - 1), n = pairs.

    Hedges (1981), J Educ Stat 6:107, with n - 1 degrees of freedom; clinical.md section 5. NaN where both SDs are 0
    or n is under 2.
    """
    size = _at_least_two(n)
    average_sd = np.sqrt((_numbers(sd_first) ** 2 + _numbers(sd_second) ** 2) / 2)
    return (1 - 3 / (4 * (size - 1) - 1)) * ratio(mean_improvement, average_sd)


def algina_keselman(
    mean_improvement: ArrayLike, sd_first: ArrayLike, sd_second: ArrayLike, sd_change: ArrayLike, n: ArrayLike
) -> tuple[Numbers, Numbers]:
    """Interval of the population's standardised mean change with the average variance.

    Algina and Keselman (2003), Educ Psychol Meas 63:537: limits of the noncentrality parameter of t with n - 1
    degrees of freedom, times sqrt(2 (S1^2 + S2^2 - 2 S12) / (n (S1^2 + S2^2))), where S1^2 + S2^2 - 2 S12 is the
    variance of the changes. The limits are those of the population value: they are not multiplied by J.
    NaN where the changes do not vary or n is under 2.
    """
    size, change_sd = _at_least_two(n), _numbers(sd_change)
    t_value = ratio(mean_improvement, change_sd / np.sqrt(size))
    scale = np.sqrt(ratio(2 * change_sd**2, size * (_numbers(sd_first) ** 2 + _numbers(sd_second) ** 2)))
    low = noncentrality(size - 1, UPPER_TAIL, t_value)
    high = noncentrality(size - 1, 1 - UPPER_TAIL, t_value)
    return low * scale, high * scale


def noncentrality(df: ArrayLike, probability: float, t_value: ArrayLike) -> Numbers:
    """The noncentrality at which P(T <= t_value) = probability; NaN where t_value is.

    `nctdtrinc` gives about 6 digits; secant steps do the rest.
    """
    degrees, observed = np.broadcast_arrays(_numbers(df), _numbers(t_value))
    result = np.full(observed.shape, np.nan)
    known = np.isfinite(observed) & np.isfinite(degrees)
    if not known.any():
        return result
    # nc(df, p, t) = -nc(df, 1 - p, -t): the distribution function is at its best for t above 0.
    sign = np.where(observed[known] < 0, -1.0, 1.0)
    df_known, t_known = degrees[known], np.abs(observed[known])
    tail = np.where(sign < 0, 1 - probability, probability)

    def miss(candidate: Numbers) -> Numbers:
        return np.asarray(stats.nct.cdf(t_known, df_known, candidate) - tail)

    start = np.asarray(special.nctdtrinc(df_known, tail, t_known))
    before, now = start, start + 1e-4 * np.maximum(1.0, np.abs(start))
    miss_before, miss_now = miss(before), miss(now)
    for _ in range(4):
        rise = miss_now - miss_before
        step = np.divide(miss_now * (now - before), rise, out=np.zeros_like(now), where=rise != 0)
        before, miss_before, now = now, miss_now, now - step
        miss_now = miss(now)
    result[known] = sign * np.where(np.isfinite(now), now, start)
    return result


def _numbers(values: ArrayLike) -> Numbers:
    return np.asarray(values, dtype=np.float64)


def _at_least_two(n: ArrayLike) -> Numbers:
    size = _numbers(n)
    return np.where(size >= 2, size, np.nan)
