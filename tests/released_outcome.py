"""One released row of outcomes from a plain formula: of a route, or of a group that stands in its place."""

from __future__ import annotations

import math
from typing import Any

from pipelines.vocabulary import TIMEPOINTS

OUTCOMES = ("response", "remission", "reliable_improvement", "reliable_deterioration", "reliable_recovery")
LADDER = ("n_started", "n_due", "n_baseline", "n_any_followup", "n_analysed")
BASELINES = {"phq9": 17.2, "gad7": 14.1, "pcl5": 48.0, "ybocs": 26.0, "bam_use": 6.1, "peg": 7.0}


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
