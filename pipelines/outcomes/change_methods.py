"""The ways to say that one person changed: what each asks of a scale, and the band it makes of it, in points.

A method with a threshold is a band around the follow-up to expect, shift + slope x baseline: improved from `threshold`
on the better side of it, deteriorated from `threshold_worse` on the worse side. A method with a cut-off asks on which
side of it a person stood and stands. Who falls where: change_classes.sql.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from pipelines.instruments.cited import Cited
from pipelines.instruments.model import Scale
from pipelines.outcomes.estimates import Numbers, reliable_change_index, rounded

CLASSES = ("improved", "unchanged", "deteriorated", "recovered", "harmed")
_THREE = CLASSES[:3]
# Critical values as they are published.
_CRITICAL, _CRITICAL_HA = 1.96, 1.65
MARKS: Mapping[str, str] = MappingProxyType({"unverified": "†", "secondary": "‡"})
FROZEN = "computed from the network's first-course baselines and frozen"
NETWORK_SD = "first-course baselines of the network"


@dataclass(frozen=True)
class Frozen:
    """A reliable change in points that no publication gives, and what it was computed from when it was frozen."""

    value: float
    n: int
    sd: float
    alpha: float


@dataclass(frozen=True)
class Method:
    """A method: where its formula is published, and the classes it knows."""

    source: str
    classes: tuple[str, ...] = _THREE


_JACOBSON_TRUAX = "Jacobson and Truax 1991 J Consult Clin Psychol 59:12"
METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "default": Method("reliable change threshold in force"),
        "jt": Method(_JACOBSON_TRUAX),
        "gln": Method("Gulliksen-Lord-Novick, in Hsu 1989 Behav Assess 11:459"),
        "hll": Method("Hsu-Linn-Lord, in Hsu 1995 J Consult Clin Psychol 63:141"),
        "en": Method("Edwards-Nunnally, in Speer 1992 J Consult Clin Psychol 60:402"),
        "nk": Method("Nunnally and Kotsch 1983 Br J Clin Psychol 22:83"),
        "ha": Method("Hageman and Arrindell 1999 Behav Res Ther 37:1169"),
        "mid": Method("meaningful change, the same amount either way"),
        "percentage": Method("percent of the baseline above the scale's minimum"),
        "cutoff_a": Method(f"{_JACOBSON_TRUAX}, cut-off a"),
        "cutoff_b": Method(f"{_JACOBSON_TRUAX}, cut-off b"),
        "cutoff_c": Method(f"{_JACOBSON_TRUAX}, cut-off c"),
        "combined": Method(f"{_JACOBSON_TRUAX}, reliable change and cut-off", CLASSES),
        "partial_response": Method("percent of the baseline above the scale's minimum", ("improved",)),
    }
)
RELIABILITY_METHODS = ("jt", "gln", "hll", "en", "nk", "ha")
_BY_FIGURE = ("default", "mid", "percentage", "cutoff_b", "cutoff_c", "partial_response")
# Of everyone whom a person is held against: what a band or cut-off of the row is made of, as far as it is.
CLINICAL = ("clinical_mean", "clinical_followup_mean", "clinical_change_mean", "clinical_change_sd", "clinical_n")
# What a row says of its method beside the counts.
METHOD_WORDS = (
    *("threshold", "threshold_worse", "threshold_below", "threshold_unit", "cutoff"),
    *("sd", "sd_n", "sd_source", "reliability", "reliability_kind", "reliability_population"),
    *CLINICAL,
    *("source", "mark"),
)
# What a class is judged by.
CLASSIFYING = (
    *("block", "method", "defined", "better", "minimum", "maximum", "slope", "shift"),
    *("threshold", "threshold_worse", "threshold_below", "threshold_unit", "cutoff", "by_case"),
)
_COEFFICIENT = ("reliability", "reliability_kind", "reliability_population", "reliability_source", "reliability_mark")
_MEASURED = ("sd", "sd_n", "sd_source", *_COEFFICIENT[:3])
# The facts of a scale that a method takes its numbers from.
_NUMBERS = (
    "better",
    "minimum",
    "maximum",
    "published_sd",
    "reliability",
    "published_reliability",
    "frozen_sd",
    "frozen_sd_n",
    "frozen_reliability",
    "functional_mean",
    "functional_sd",
    "default",
    "mid",
    "caseness",
    "improvement",
    "deterioration",
    "partial",
    "partial_below",
)


def change_inputs(scales: Mapping[str, Scale], frozen: Mapping[str, Frozen]) -> pd.DataFrame:
    """One row per scale with a better and a worse end: what the methods need of it; empty = nothing gives it.

    better: -1 where lower is better, 1 where higher is. published_*: SD and reliability of the first of
    `reliable_change_inputs`, which belong together: no reliability of it where a clinic has set its own.
    improvement: percent, the clinic's own or else that of response. Each fact has its `<fact>_source` and `_mark`.
    `frozen`: reliable change of scales for which no publication gives one; frozen_*: what it was computed from.
    """
    rows = [_inputs(scale, frozen.get(scale.id)) for scale in scales.values() if scale.direction != "acute_effect"]
    return pd.DataFrame(rows).astype(dict.fromkeys(_NUMBERS, "float64"))


def _inputs(scale: Scale, frozen: Frozen | None) -> dict[str, Any]:
    default = scale.default_reliable_change
    mid = next((entry for entry in scale.meaningful_change if entry.default), None)
    reliability = next((entry for entry in scale.reliability if entry.default), None)
    published = next(iter(scale.reliable_change_inputs), None)
    pair = published if reliability is None or reliability.kind != "override" else None
    caseness = scale.caseness if scale.caseness and scale.caseness.applies_to is None else None
    response = scale.response if scale.response and scale.response.unit == "pct" else None
    improvement = scale.improvement_pct or response
    functional = scale.functional_norm
    facts = {
        "default": default,
        "mid": mid,
        "reliability": reliability,
        "caseness": caseness,
        "functional": scale.functional_mean or functional,
        "improvement": improvement,
        "partial": scale.partial_response,
    }
    row = {
        "scale": scale.id,
        "better": -1 if scale.direction == "lower_is_better" else 1,
        "minimum": scale.scoring.minimum,
        "maximum": scale.scoring.maximum,
        "published_sd": published and published.sd,
        "published_sd_source": published and f"{published.population}: {published.source}",
        "published_sd_mark": _cited(published)[1],
        "published_reliability": pair and pair.r,
        "published_reliability_kind": pair and pair.r_type,
        "published_reliability_population": pair and pair.population,
        "published_reliability_source": _cited(pair)[0],
        "published_reliability_mark": _cited(pair)[1],
        "reliability": reliability and reliability.value,
        "reliability_kind": reliability and reliability.kind,
        "reliability_population": reliability and reliability.population,
        "functional_mean": scale.functional_mean.value if scale.functional_mean else functional and functional.mean,
        "functional_sd": scale.functional_sd.value if scale.functional_sd else functional and functional.sd,
        "default": default and default.value,
        "mid": mid and mid.value,
        "mid_unit": mid and mid.unit,
        "caseness": caseness and caseness.value,
        "improvement": improvement and improvement.value,
        "deterioration": scale.deterioration_pct and scale.deterioration_pct.value,
        "partial": scale.partial_response and scale.partial_response.value,
        "partial_below": scale.partial_response and scale.partial_response.below,
    }
    for name, fact in facts.items():
        row[f"{name}_source"], row[f"{name}_mark"] = _cited(fact)
    return row | _frozen_facts(scale, frozen if default is None else None)


def _frozen_facts(scale: Scale, frozen: Frozen | None) -> dict[str, Any]:
    """What a frozen threshold was computed from; its alpha is cited as long as the catalogue still has it."""
    if frozen is None:
        names = ("sd", "sd_n", "sd_source", "reliability", "reliability_kind", "reliability_population")
        return {f"frozen_{name}": None for name in names}
    listed = (entry for entry in scale.reliability if entry.kind == "cronbach_alpha" and entry.value == frozen.alpha)
    alpha = next(listed, None)
    source, mark = _cited(alpha)
    return {
        "default": frozen.value,
        "default_source": f"{FROZEN}; alpha {source}" if source else FROZEN,
        "default_mark": mark,
        "frozen_sd": frozen.sd,
        "frozen_sd_n": frozen.n,
        "frozen_sd_source": f"{NETWORK_SD}, when it was frozen",
        "frozen_reliability": frozen.alpha,
        "frozen_reliability_kind": "cronbach_alpha",
        "frozen_reliability_population": alpha and alpha.population,
    }


def _cited(fact: Cited | None) -> tuple[str | None, str | None]:
    return (fact.source, MARKS.get(fact.source_status)) if fact else (None, None)


def change_methods(inputs: pd.DataFrame, moments: pd.DataFrame, sample: str | None = None) -> pd.DataFrame:
    """One row per row of `moments` (that has a scale of `inputs`) and method: its band or cut-off; empty = not defined.

    moments: block (a number of its own), scale, baseline_n, baseline_mean, baseline_sd, and of the pairs pair_n,
    pair_baseline_mean, followup_mean, change_mean and change_sd: those of the people held against each other, raw sign.
    sample: what to call them where their SD stands; None = the network, and a published SD goes before its own, with
    the reliability published beside it.
    A method that is nothing but a figure of the catalogue has no row where the catalogue has none.
    """
    given = moments.merge(inputs, on="scale").reset_index(drop=True)
    published = given["published_sd"].notna() & (sample is None)
    given["sd"] = rounded(given["published_sd"].where(published, given["baseline_sd"]))
    given["sd_n"] = given["baseline_n"].mask(published)
    given["sd_source"] = given["published_sd_source"].where(published, sample or NETWORK_SD)
    given["sd_mark"] = given["published_sd_mark"].where(published, None)
    paired = published & given["published_reliability"].notna()
    for name in _COEFFICIENT:
        given[name] = given[f"published_{name}"].where(paired, given[name])
    given["own_sd"], given["own_sd_source"] = rounded(given["baseline_sd"]), sample or NETWORK_SD
    bands = {**_reliability_bands(given), **_threshold_bands(given), **_cutoffs(given)}
    frame = pd.concat([_rows(given, name, bands[name]) for name in METHODS], ignore_index=True)
    return frame[frame["defined"] | ~frame["method"].isin(_BY_FIGURE)].reset_index(drop=True)


def _reliability_bands(given: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """The six bands that rest on an SD and a reliability; field.md 1.4, each checked against its publication.

    M, s: mean and SD at baseline, r: reliability, SEM = s sqrt(1 - r). EN, NK, GLN and HLL expect the follow-up to
    fall back towards the mean; HLL also to move with everyone, HA to the extent that differences are not reliable.
    """
    s, r, mean = (_column(given, name) for name in ("sd", "reliability", "baseline_mean"))
    sem = s * np.sqrt(1 - r)
    regressed = {"slope": r, "shift": mean * (1 - r)}
    # The post-treatment reliability of NK is the same coefficient: the catalogue has one.
    nk = np.sqrt(r**2 * s**2 * (1 - r) + s**2 * (1 - r))
    prediction = s * np.sqrt(1 - r**2)
    moved = _column(given, "followup_mean") - r * _column(given, "pair_baseline_mean")
    # Reliability of the differences with one SEM for both occasions, 0 or less: no band.
    r_dd = 1 - 2 * sem**2 / np.where(_column(given, "change_sd") > 0, _column(given, "change_sd"), np.nan) ** 2
    r_dd = np.where(r_dd > 0, r_dd, np.nan)
    bands = {
        "jt": {"threshold": reliable_change_index(s, r)},
        "gln": {**regressed, "threshold": _CRITICAL * prediction},
        "hll": {"slope": r, "shift": moved, "threshold": _CRITICAL * prediction},
        "en": {**regressed, "threshold": _CRITICAL * sem},
        "nk": {**regressed, "threshold": _CRITICAL * nk},
        "ha": {
            "shift": -_column(given, "change_mean") * (1 - r_dd) / r_dd,
            "threshold": _CRITICAL_HA * np.sqrt(2) * sem / np.sqrt(r_dd),
        },
    }
    held_against = _means(given, "baseline_n", clinical_mean="baseline_mean")
    means = {
        **dict.fromkeys(("gln", "en", "nk"), held_against),
        "hll": _means(given, "pair_n", clinical_mean="pair_baseline_mean", clinical_followup_mean="followup_mean"),
        "ha": _means(given, "pair_n", clinical_change_mean="change_mean", clinical_change_sd="change_sd"),
    }
    words = {name: given[name] for name in _MEASURED} | {
        "fact_source": given["reliability_source"],
        "mark": _worst(given["reliability_mark"], given["sd_mark"]),
    }
    return {name: {**words, **means.get(name, {}), **band} for name, band in bands.items()}


def _threshold_bands(given: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """The bands that are a number of points or percent, as given."""
    return {
        "default": {
            "threshold": given["default"],
            **{name: given[f"frozen_{name}"] for name in _MEASURED},
            **_from(given, "default"),
        },
        "mid": {"threshold": given["mid"], "threshold_unit": given["mid_unit"], **_from(given, "mid")},
        "percentage": {
            "threshold": given["improvement"],
            "threshold_worse": given["deterioration"],
            "threshold_unit": "pct",
            **_from(given, "improvement"),
        },
        "partial_response": {
            "threshold": given["partial"],
            "threshold_worse": np.nan,
            "threshold_below": given["partial_below"],
            "threshold_unit": "pct",
            **_from(given, "partial"),
        },
    }


def _cutoffs(given: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Cut-offs a, b and c (Jacobson and Truax 1991), and reliable change with caseness, else with cut-off c, else a.

    M_c, s_c: the people at baseline; M_f, s_f: the functional norm. a = M_c -/+ 2 s_c, b = M_f +/- 2 s_f,
    c = (s_c M_f + s_f M_c) / (s_c + s_f). Reliable change is the threshold in force, else that of jt.
    """
    names = ("better", "baseline_mean", "baseline_sd", "functional_mean", "functional_sd")
    better, clinical, s_c, functional, s_f = (_column(given, name) for name in names)
    a = clinical + better * 2 * s_c
    b = functional - better * 2 * s_f
    c = (s_c * functional + s_f * clinical) / (s_c + s_f)
    people = {"sd": given["own_sd"], "sd_n": given["baseline_n"], "sd_source": given["own_sd_source"]}
    people |= _means(given, "baseline_n", clinical_mean="baseline_mean")
    norm = _from(given, "functional")
    return {
        "cutoff_a": {"cutoff": a, **people},
        "cutoff_b": {"cutoff": b, **norm},
        "cutoff_c": {"cutoff": c, **people, **norm},
        "combined": _combined(given, people, np.where(np.isnan(c), a, c)),
    }


def _combined(given: pd.DataFrame, people: Mapping[str, Any], cutoff: Numbers) -> dict[str, Any]:
    """Reliable change, in force or else that of jt, and caseness or else `cutoff`; both cited, the worst mark shows.

    SD and reliability are those of the threshold; an SD of the people stands only where the threshold has none.
    """
    by_case, in_force = given["caseness"].notna(), given["default"].notna()
    jt = pd.Series(reliable_change_index(given["sd"], given["reliability"]), index=given.index)
    of_default, of_norm = _from(given, "default"), _from(given, "functional")
    of_case, by_norm = _from(given, "caseness"), given["functional_mean"].notna()
    measured = {name: given[f"frozen_{name}"].where(in_force, given[name]) for name in _MEASURED}
    has_none = measured["sd"].isna() & ~by_case
    for name in ("sd", "sd_n", "sd_source"):
        measured[name] = measured[name].mask(has_none, people[name])
    threshold_mark = of_default["mark"].where(in_force, _worst(given["reliability_mark"], given["sd_mark"]))
    threshold_source = of_default["fact_source"].where(in_force, given["reliability_source"])
    return {
        "threshold": given["default"].fillna(jt),
        "cutoff": given["caseness"].where(by_case, cutoff),
        "by_case": by_case,
        **measured,
        **{name: people[name].mask(by_case) for name in ("clinical_mean", "clinical_n")},
        "fact_source": _both(
            threshold_source, of_case["fact_source"].where(by_case, of_norm["fact_source"].where(by_norm, None))
        ),
        "mark": _worst(threshold_mark, of_case["mark"].where(by_case, of_norm["mark"].where(by_norm, None))),
    }


def _rows(given: pd.DataFrame, method: str, band: Mapping[str, Any]) -> pd.DataFrame:
    """The rows of one method: what it did not set is as a plain change in points has it."""
    plain = (
        {name: given[name] for name in ("block", "scale", "better", "minimum", "maximum")}
        | {"slope": 1.0, "shift": 0.0, "threshold": np.nan, "threshold_below": np.nan, "cutoff": np.nan}
        | {"sd": np.nan, "sd_n": np.nan, "reliability": np.nan, "by_case": False}
        | dict.fromkeys(CLINICAL, np.nan)
        | dict.fromkeys(("fact_source", "sd_source", "reliability_kind", "reliability_population", "mark"))
        | {"threshold_unit": "points"}
    )
    frame = pd.DataFrame(plain | dict(band), index=given.index)
    if "threshold_worse" not in band:
        frame["threshold_worse"] = frame["threshold"]
    method_source = METHODS[method].source
    facts = frame["fact_source"]
    frame["source"] = np.where(facts.isna(), method_source, method_source + "; " + facts.astype("object").fillna(""))
    rounded_columns = ["slope", "shift", "threshold", "threshold_worse", "threshold_below", "cutoff"]
    frame[rounded_columns] = rounded(frame[rounded_columns].astype("float64"))
    needs_threshold, needs_cutoff = not method.startswith("cutoff"), method.startswith("cutoff") or method == "combined"
    defined = frame["shift"].notna()
    if needs_threshold:
        defined &= frame["threshold"].notna()
    if needs_cutoff:
        defined &= frame["cutoff"].notna()
    return frame.assign(method=method, defined=defined)


def _means(given: pd.DataFrame, people: str, **named: str) -> dict[str, pd.Series]:
    """The means and SD of everyone that a band is made of, by the name they have in the row, and how many they are."""
    known = given[list(named.values())].notna().any(axis=1)
    return {name: given[column] for name, column in named.items()} | {"clinical_n": given[people].where(known)}


def _worst(*marks: pd.Series) -> pd.Series:
    """The worst mark of each row: † before ‡ before none."""
    shown = pd.concat(marks, axis=1)
    found = [(shown == mark).any(axis=1) for mark in MARKS.values()]
    return pd.Series(np.select(found, list(MARKS.values()), ""), index=shown.index, dtype="object").replace("", None)


def _both(first: pd.Series, second: pd.Series) -> pd.Series:
    """Two sources in one cell; one where they are the same or the other is missing."""
    only = first.isna() | second.isna() | (first == second)
    return (first + "; " + second).mask(only, first.fillna(second))


def _from(given: pd.DataFrame, fact: str) -> dict[str, pd.Series]:
    """Where a fact of a scale comes from, and its mark."""
    return {"fact_source": given[f"{fact}_source"], "mark": given[f"{fact}_mark"]}


def _column(given: pd.DataFrame, name: str) -> Numbers:
    return given[name].to_numpy(dtype=float)
