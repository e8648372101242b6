"""Small released tables made from a plain formula, so that the pages can be tried without the pipeline.

No figure here is an oracle of the statistics: only how figures are shown is tested with them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from assets import method_facts
from pipelines.care.windows import Windows
from pipelines.disclosure.released import ReleasedTable
from pipelines.vocabulary import PRIMARY_SCALES, TIMEPOINTS
from reports.about import About, Delivery, Fact, Licence, RuleFact, Scale

OUTCOMES = ("response", "remission", "reliable_improvement", "reliable_deterioration", "reliable_recovery")
LADDER = ("n_started", "n_due", "n_baseline", "n_any_followup", "n_analysed")
CONDITIONS = ("trd", "anxiety", "ptsd", "ocd", "addiction", "chronic_pain")
ROUTES = ("iv", "im", "intranasal", "sublingual")
SCALES = {
    "phq9": Scale("PHQ-9", True),
    "gad7": Scale("GAD-7", True),
    "pcl5": Scale("PCL-5", True),
    "ybocs": Scale("Y-BOCS", True),
    "bam_use": Scale("BAM use", True),
    "peg": Scale("PEG", True),
    "pct_days_abstinent_30": Scale("Days abstinent of 30", False),
}
BASELINES = {"phq9": 17.2, "gad7": 14.1, "pcl5": 48.0, "ybocs": 26.0, "bam_use": 6.1, "peg": 7.0}
KEYS = {
    "outcomes_by_route_condition": ("clinic_id", "condition", "route", "scale", "timepoint"),
    "denominators": ("clinic_id", "condition", "route", "timepoint"),
    "score_trajectories": ("clinic_id", "condition", "route", "scale", "axis", "position"),
    "data_quality": ("clinic_id", "rule", "table", "column"),
}


def wilson(part: float, whole: float) -> tuple[float, float]:
    z, p = 1.959964, part / whole
    centre, half = p + z * z / (2 * whole), z * math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    return 100 * (centre - half) / (1 + z * z / whole), 100 * (centre + half) / (1 + z * z / whole)


def outcome_row(clinic: str, condition: str, route: str, scale: str, timepoint: str, started: int) -> dict[str, Any]:
    fade = 1 - 0.15 * TIMEPOINTS.index(timepoint)
    due, baseline = round(started * 0.96), round(started * 0.9)
    analysed = round(baseline * (0.83 if route != "intranasal" else 0.6) * fade)
    row: dict[str, Any] = {
        "clinic_id": clinic,
        "condition": condition,
        "route": route,
        "scale": scale,
        "timepoint": timepoint,
    }
    withheld = 1 <= started <= 4 or 1 <= analysed <= 4
    paired = 100 * analysed / baseline if baseline else None
    evidence = (
        "withheld"
        if withheld
        else "not_enough"
        if analysed < 10 or (paired or 0) < 50
        else "imprecise"
        if analysed < 30 or (paired or 0) < 80
        else "reportable"
    )
    row |= dict(zip(LADDER, (started, due, baseline, round(baseline * 0.9), analysed), strict=True))
    row |= {
        "n_courses": round(started * 1.2),
        "n_completed_induction": round(started * 0.7),
        "followup_pct": 100 * analysed / due if due else None,
    }
    row |= {"paired_pct": paired, "n_case_baseline": round(analysed * 0.8)}
    moments = scale != "primary" and analysed > 1
    start = BASELINES.get(scale, 10.0)
    shift = -start * (0.42 if route != "intranasal" else 0.02) + (1.1 if route == "im" else 0.0)
    half = 1.96 * start * 0.35 / math.sqrt(max(analysed, 1))
    row |= {
        "baseline_mean": start if moments else None,
        "baseline_sd": start * 0.28 if moments else None,
        "followup_mean": start + shift if moments else None,
        "followup_sd": start * 0.36 if moments else None,
        "change_mean": shift if moments else None,
        "change_ci_low": shift - half if moments else None,
        "change_ci_high": shift + half if moments else None,
        "effect_size": -shift / (start * 0.32) if moments else None,
        "effect_size_ci_low": -shift / (start * 0.32) - 0.1 if moments else None,
        "effect_size_ci_high": -shift / (start * 0.32) + 0.1 if moments else None,
    }
    for outcome, rate in zip(OUTCOMES, (0.52, 0.31, 0.6, 0.06, 0.4), strict=True):
        of_n = row["n_case_baseline"] if outcome == "reliable_recovery" else analysed
        part = round(of_n * rate * (1.1 if route == "iv" else 0.9))
        low, high = wilson(part, of_n) if of_n else (None, None)
        row |= {f"{outcome}_n": part, f"{outcome}_of_n": of_n, f"{outcome}_pct": 100 * part / of_n if of_n else None}
        row |= {f"{outcome}_ci_low": low, f"{outcome}_ci_high": high}
        if outcome in ("response", "remission"):
            row[f"{outcome}_bounds_of_n"] = baseline
            row[f"{outcome}_pct_worst"] = 100 * part / baseline if baseline else None
            row[f"{outcome}_pct_best"] = 100 * (part + baseline - analysed) / baseline if baseline else None
            row |= {f"{outcome}_case_n": None, f"{outcome}_case_pct": None}
    if withheld:
        for column in list(row)[5:]:
            row[column] = None
    empty = [c for c, value in row.items() if value is None]
    row |= {"definition": "kap-outcomes@1", "due_basis": "assumed", "evidence": evidence}
    reason = "withheld" if withheld else "no_data"
    return row | {"empty_because": ";".join(f"{column}:{reason}" for column in empty)}


def cells(sizes: dict[str, float]) -> Iterator[tuple[str, str, str, int]]:
    for clinic, size in sizes.items():
        for i, condition in enumerate(CONDITIONS):
            for j, route in enumerate(ROUTES):
                if (i, j) in ((3, 2), (4, 1)):
                    continue
                yield clinic, condition, route, max(0, round(size * (7 - i) * (5 - j) / 4 - (i * j)))


def tables(sizes: dict[str, float] | None = None) -> dict[str, ReleasedTable]:
    """Released tables of a network: clinic id -> size; `all` is added as the sum."""
    sizes = {"alpha": 20.0, "beta": 6.0, "gamma": 0.3} if sizes is None else sizes
    found = list(cells({**sizes, "all": sum(sizes.values())})) if sizes else []
    totals: dict[tuple[str, str, str], int] = {}
    for clinic, condition, route, started in found:
        for key in (
            (clinic, condition, route),
            (clinic, condition, "all"),
            (clinic, "all", route),
            (clinic, "all", "all"),
        ):
            totals[key] = totals.get(key, 0) + started
    outcomes = [
        outcome_row(clinic, condition, route, scale, timepoint, started)
        for (clinic, condition, route), started in totals.items()
        for timepoint in TIMEPOINTS
        for scale in ("primary", *(() if condition == "all" else PRIMARY_SCALES[condition][:1]))
    ]
    ladder = [
        {column: row[column] for column in (*KEYS["denominators"], *LADDER, "evidence", "empty_because")}
        for row in outcomes
        if row["scale"] == "primary"
    ]
    return {
        "outcomes_by_route_condition": _table(
            "outcomes_by_route_condition", outcomes, outcome_row("x", "all", "all", "primary", "last", 9)
        ),
        "denominators": _table(
            "denominators", ladder, dict.fromkeys((*KEYS["denominators"], *LADDER, "empty_because"))
        ),
        "score_trajectories": _table(
            "score_trajectories", list(_course(totals)), _point("x", "all", "all", "phq9", 1, 20)
        ),
        "data_quality": _table("data_quality", list(_quality(sizes)), _rule("x", 1)),
    }


def _table(name: str, rows: list[dict[str, Any]], shape: dict[str, Any]) -> ReleasedTable:
    frame = pd.DataFrame(rows, columns=list(shape))
    return ReleasedTable(name, KEYS[name], "clinic", frame)


def _point(clinic: str, condition: str, route: str, scale: str, k: int, started: int) -> dict[str, Any]:
    n, start = round(started * 0.9 * 0.88 ** (k - 1)), BASELINES[scale]
    mean = start * (1 - 0.45 * (1 - 0.7 ** (k - 1)))
    half = 1.96 * start * 0.3 / math.sqrt(max(n, 1))
    row: dict[str, Any] = {
        "clinic_id": clinic,
        "condition": condition,
        "route": route,
        "scale": scale,
        "axis": "session",
    }
    row |= {"position": k, "n": n, "mean": mean, "ci_low": mean - half, "ci_high": mean + half}
    return row | {"n_stopped": started - n, "baseline_mean_of_stopped": start, "empty_because": ""}


def _course(totals: dict[tuple[str, str, str], int]) -> Iterator[dict[str, Any]]:
    for (clinic, condition, route), started in totals.items():
        if condition != "all" and route == "all":
            yield from (_point(clinic, condition, route, PRIMARY_SCALES[condition][0], k, started) for k in range(1, 9))


def _rule(clinic: str, i: int) -> dict[str, Any]:
    failed = (0, 3, 0, 41)[i % 4]
    status = ("passed", "passed_with_failures", "not_applicable", "failed")[i % 4]
    return {
        "clinic_id": clinic,
        "rule": f"S{i:02d}",
        "table": ("sessions", "scores")[i % 2],
        "column": ("session_day", "", "dose_mg")[i % 3],
        "status": status,
        "failed_n": None if status == "not_applicable" else failed,
        "evaluated_n": None if status == "not_applicable" else 812,
        "failed_pct": None if status == "not_applicable" else 100 * failed / 812,
        "threshold": 5.0 if i % 4 != 3 else 1.0,
        "effect": ("quarantines", "blanks", "warns")[i % 3],
        "empty_because": "failed_n:no_data;failed_pct:no_data" if status == "not_applicable" else "",
    }


def _quality(sizes: dict[str, float]) -> Iterator[dict[str, Any]]:
    for clinic in sizes:
        yield from (_rule(clinic, i) for i in range(1, 13))


def about(**changes: Any) -> About:
    """The facts of the sample network, with changes."""
    base = About(
        network_name="Harbour Network",
        profile="clinic",
        synthetic=True,
        definition_set="kap-outcomes@1",
        contract_version="1.0",
        product_version="0.1.0",
        clinics={"alpha": "Alder House", "beta": "Birch Street", "gamma": "Cedar Rooms"},
        windows=method_facts.windows(Windows()),
        lengths=method_facts.lengths(Windows()),
        deliveries=(
            Delivery("alpha", "sessions-01.csv", "sessions", 5210, 5188, 12, 10, 0, 3, "published"),
            Delivery("beta", "scores-01.csv", "scores", 1420, 0, 1420, 0, 0, 0, "blocked"),
            Delivery("gamma", "courses-01.csv", "courses", 0, 0, 0, 0, 0, 0, "refused"),
        ),
        facts=(Fact("phq9", "caseness", "op >=; value 10", "Kroenke 2001 J Gen Intern Med 16:606", "primary"),),
        instruments=(Licence("Patient Health Questionnaire-9", "public_domain", "none", "Kroenke 2001", "secondary"),),
        licences=("Vega, Vega-Lite, vega-embed: BSD-3-Clause.",),
        scales=SCALES,
        rules={
            "S01": RuleFact(
                "The day of a session is a whole number from 0 to 5000.",
                ("quarantines",),
                5.0,
                "single slips happen",
                "a calendar date in place of a day",
                "count days from the first session",
                "conformance",
                "verification",
                (("sessions", "session_day"),),
            ),
            "S04": RuleFact(
                "A session has a dose.",
                ("warns",),
                1.0,
                "a dose is needed",
                "the dose is kept elsewhere",
                "deliver dose_mg",
                "completeness",
                "verification",
                (("sessions", "dose_mg"),),
            ),
        },
        data_to="receipt 24",
    )
    return replace(base, **changes)
