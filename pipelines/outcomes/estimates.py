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


def standardised_difference(mean: ArrayLike, sd: ArrayLike, other_mean: ArrayLike, other_sd: ArrayLike) -> Numbers:
    """Difference of two means, first minus other, in pooled SDs (Austin 2009, Commun Stat Simul Comput 38:1228).

    NaN where neither group varies.
    """
    pooled = np.sqrt((_numbers(sd) ** 2 + _numbers(other_sd) ** 2) / 2)
    return ratio(_numbers(mean) - _numbers(other_mean), pooled)


def newcombe_difference(
    successes: ArrayLike, n: ArrayLike, other_successes: ArrayLike, other_n: ArrayLike
) -> tuple[Numbers, Numbers]:
    """Interval of a difference of two independent proportions, first minus other, -1 to 1: the hybrid score method.

    Method 10 of Newcombe (1998), Stat Med 17:873: the Wilson limits of each, put together. NaN where an n is 0.
    """
    share, other = ratio(successes, n), ratio(other_successes, other_n)
    (low, high), (other_low, other_high) = wilson(successes, n), wilson(other_successes, other_n)
    below = np.sqrt((share - low) ** 2 + (other_high - other) ** 2)
    above = np.sqrt((high - share) ** 2 + (other - other_low) ** 2)
    return share - other - below, share - other + above


def welch_interval(
    mean: ArrayLike, sd: ArrayLike, n: ArrayLike, other_mean: ArrayLike, other_sd: ArrayLike, other_n: ArrayLike
) -> tuple[Numbers, Numbers]:
    """Interval of a difference of two means, first minus other, with unequal variances (Welch 1947, Biometrika 34:28).

    NaN where an n is under 2 or neither group varies.
    """
    size, other_size = _at_least_two(n), _at_least_two(other_n)
    part, other_part = _numbers(sd) ** 2 / size, _numbers(other_sd) ** 2 / other_size
    difference, variance = _numbers(mean) - _numbers(other_mean), part + other_part
    df = ratio(variance**2, part**2 / (size - 1) + other_part**2 / (other_size - 1))
    half = special.stdtrit(df, UPPER_TAIL) * np.sqrt(variance)
    return difference - half, difference + half


def clustered_mean_interval(
    total: ArrayLike,
    n: ArrayLike,
    total_squares: ArrayLike,
    cross: ArrayLike,
    n_squares: ArrayLike,
    clusters: ArrayLike,
) -> tuple[Numbers, Numbers]:
    """Interval of a mean whose values come in clusters (patients, clinics): the ratio estimator's, with k - 1 degrees.

    Variance of m = sum T / sum n over k clusters: k / (k - 1) x sum (T - m n)^2 / (sum n)^2 (Cochran 1977, Sampling
    Techniques, 2.11), which is the cluster-robust one of a regression on a constant. T: a cluster's total, n: its
    values; total_squares, cross, n_squares: the sums of T^2, T n and n^2. NaN with fewer than two clusters.
    """
    size, k = _numbers(n), _at_least_two(clusters)
    mean = ratio(total, size)
    squares = _numbers(total_squares) - 2 * mean * _numbers(cross) + mean**2 * _numbers(n_squares)
    half = special.stdtrit(k - 1, UPPER_TAIL) * ratio(np.sqrt(k / (k - 1) * np.maximum(squares, 0.0)), size)
    return mean - half, mean + half


def expected_regression_to_the_mean(cut: ArrayLike, mean: ArrayLike, sd: ArrayLike, reliability: ArrayLike) -> Numbers:
    """Points by which people taken on at a score of `cut` or more fall back at the next one though nothing changed.

    SD (1 - r) phi(a) / (1 - Phi(a)), a = (cut - mean) / SD of the population they come from, r = test-retest
    reliability (clinical.md section 5; truncated normal distribution). Where `cut` or less is taken on, turn the signs
    of cut and mean. Measurement noise only: it leaves out natural recovery.
    """
    spread = _numbers(sd)
    a = ratio(_numbers(cut) - _numbers(mean), spread)
    # phi / (1 - Phi), through logarithms: far in the tail both are 0.
    hazard = np.exp(-(a**2) / 2 - np.log(2 * np.pi) / 2 - special.log_ndtr(-a))
    return np.asarray(spread * (1 - _numbers(reliability)) * hazard)


def pairs_to_halve_a_mean_s_interval(n: ArrayLike) -> Numbers:
    """Further pairs until the t interval of a mean is half as wide at the same SD, which cancels. NaN for n under 2."""
    size = _at_least_two(n)

    def width(pairs: Numbers) -> Numbers:
        return np.asarray(special.stdtrit(pairs - 1, UPPER_TAIL) / np.sqrt(pairs))

    goal = width(size) / 2
    # The quantile of t only falls with n, so four times as many always do; bisection on whole numbers.
    low, high = size, 4 * size
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        narrow = width(middle) <= goal
        low, high = np.where(narrow, low, middle), np.where(narrow, middle, high)
    return high - size


def people_to_halve_a_share_s_interval(successes: ArrayLike, n: ArrayLike) -> Numbers:
    """Further people until the Wilson interval of a proportion is half as wide at the same rate. NaN where n is 0.

    Half the width at n is w = z sqrt(p q / n + z^2 / 4 n^2) / (1 + z^2 / n); solved for n it is a quadratic equation,
    w^2 n^2 + (2 w^2 - p q) z^2 n + (w^2 - 1/4) z^4 = 0, of which one root is above 0.
    """
    size = np.where(_numbers(n) > 0, _numbers(n), np.nan)
    share = ratio(successes, size)
    low, high = wilson(successes, size)
    goal, z2, variance = ((high - low) / 4) ** 2, Z**2, share * (1 - share)
    linear = (2 * goal - variance) * z2
    root = (-linear + np.sqrt(linear**2 + (1 - 4 * goal) * goal * z2**2)) / (2 * goal)
    return np.asarray(np.ceil(rounded(root)) - size)


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


def reliable_change_index(sd: ArrayLike, reliability: ArrayLike) -> Numbers:
    """1.96 x SD x sqrt(2) x sqrt(1 - reliability), in the SD's unit: what 95 % of changes by error alone stay within.

    Jacobson and Truax (1991), J Consult Clin Psychol 59:12; 1.96 as they print it.
    """
    return np.asarray(np.round(Z, 2) * _numbers(sd) * np.sqrt(2) * np.sqrt(1 - _numbers(reliability)))


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
