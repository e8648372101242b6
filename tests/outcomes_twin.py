"""The outcome table a second time, patient by patient in plain Python: an independent reading of CONTRACT.md section 4.

Nothing of `pipelines.care` or `pipelines.outcomes` is used here. Exact fractions stand in for rounding.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from fractions import Fraction
from typing import Any

from scipy import optimize, stats

Row = dict[str, Any]
CENTRES = {"week_4": (21, 35, 28), "month_3": (76, 105, 91), "month_6": (150, 210, 182)}
ORDER = ["none", "end_of_induction", "week_4", "month_3", "month_6"]
NAMES = ["end_of_induction", "week_4", "month_3", "month_6", "last"]
DEPRESSION = ["phq9", "qids_sr16", "madrs", "bdi_ii"]
PRIMARY = {"trd": DEPRESSION, "ptsd": ["pcl5", "caps5"], "chronic_pain": ["peg"], "addiction": ["bam_use", "audit_c"]}
COMPARE = {"<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}


def exact(points: float) -> Fraction:
    return Fraction(points).limit_denominator(60)


def courses_of(sessions: list[Row], delivered: list[Row]) -> list[Row]:
    sessions = sorted(sessions, key=lambda s: s["session_day"])
    groups: list[list[Row]] = []
    for session in sessions:
        if groups and session["session_day"] - groups[-1][-1]["session_day"] <= 180:
            groups[-1].append(session)
        else:
            groups.append([session])
    found = []
    for index, group in enumerate(groups):
        start = group[0]["session_day"]
        induction = []
        for session in group:
            if induction and session["session_day"] - induction[-1]["session_day"] >= 15:
                break
            if session["session_day"] - start > 42 or len(induction) == 12:
                break
            induction.append(session)
        named = [
            "intranasal_esketamine" if s["route"] == "intranasal" and s["drug"] == "esketamine" else s["route"]
            for s in induction
        ]
        route = next((r for r in set(named) if Fraction(named.count(r), len(named)) >= Fraction(4, 5)), "mixed")
        stated = [s["condition"] for s in group if s["condition"]]
        row = delivered[0] if delivered else None
        found.append(
            {
                "number": index + 1,
                "start": start,
                "last": group[-1]["session_day"],
                "next": groups[index + 1][0]["session_day"] if index + 1 < len(groups) else math.inf,
                "induction": induction,
                "L": induction[-1]["session_day"] - start,
                "completed": len(induction) >= 4,
                "route": route,
                "condition": row["condition"] if row else (stated[0] if stated else None),
                "sex": row["sex"] if row else "unknown",
                "followed": row["followed_through"] if row and len(groups) == 1 else None,
                "truncated": index == 0 and start > 0,
            }
        )
    return found


def eligible_of(scores: list[Row], sessions: list[Row], courses: list[Row], own: str) -> dict[int, Fraction]:
    dosing = {s["session_day"] for s in sessions}
    starts = {c["start"] for c in courses}
    rank = ["pre_session", "baseline", "follow_up", "unspecified"]
    best: dict[int, tuple[Any, Fraction]] = {}
    for score in scores:
        day, kind = score["score_day"], score["administration"]
        allowed = set(rank)
        if day in dosing:
            allowed = {"pre_session", "baseline", "unspecified"} if day in starts else {"pre_session"}
        if kind not in allowed:
            continue
        given = score["respondent"]
        place = (0 if given == own else 1 if given is None else 2, rank.index(kind), score["row_number"])
        if day not in best or place < best[day][0]:
            best[day] = (place, exact(score["score"]))
    return {day: points for day, (_, points) in best.items()}


def judge(scale: Row, sex: str, before: Fraction, after: Fraction) -> Row:
    better = before - after if scale["direction"] == "lower_is_better" else after - before
    verdict: Row = {}
    if scale["response_unit"] == "points":
        verdict["response"] = better >= int(scale["response_value"])
    elif scale["response_unit"] == "pct":
        verdict["response"] = before > 0 and 100 * better / before >= int(scale["response_value"])
    if scale["remission_op"]:
        verdict["remission"] = COMPARE[scale["remission_op"]](after, int(scale["remission_value"]))
    if scale["reliable_change"]:
        verdict["reliable_improvement"] = better >= int(scale["reliable_change"])
        verdict["reliable_deterioration"] = -better >= int(scale["reliable_change"])
    if scale["caseness_op"]:
        cut = int(scale[f"caseness_value_{sex}"] or scale["caseness_value"]) if sex in ("male", "female") else None
        cut = int(scale["caseness_value"]) if cut is None else cut
        verdict["case"] = COMPARE[scale["caseness_op"]](before, cut)
        if scale["reliable_change"]:
            verdict["reliable_recovery"] = (
                verdict["case"] and verdict["reliable_improvement"] and not COMPARE[scale["caseness_op"]](after, cut)
            )
    return verdict


def outcome_rows(
    sessions: list[Row], scores: list[Row], delivered: list[Row], scales: list[Row]
) -> dict[tuple[str, ...], Row]:
    """(clinic, condition, route, scale, timepoint) -> the numbers of the row."""
    definitions = {scale["scale"]: scale for scale in scales}
    units: list[Row] = []
    patients = sorted({(s["clinic_id"], s["patient_id"]) for s in sessions})
    for patient in patients:

        def mine(rows: list[Row], patient: tuple[str, str] = patient) -> list[Row]:
            return [row for row in rows if (row["clinic_id"], row["patient_id"]) == patient]

        taken: set[str] = set()
        courses = courses_of(mine(sessions), mine(delivered))
        stated = [c["condition"] for c in courses if not c["truncated"] and c["condition"]]
        for course in courses:
            if course["truncated"] or course["condition"] is None or course["condition"] in taken:
                continue
            unit = {**course, "clinic": patient[0], "is_first": not taken, "scales": {}}
            unit |= {"courses_n": stated.count(course["condition"]), "all_courses_n": len(stated)}
            taken.add(course["condition"])
            for name, scale in definitions.items():
                own = [score for score in mine(scores) if score["scale"] == name]
                days = eligible_of(own, mine(sessions), courses, scale["own_respondent"])
                start = course["start"]
                before = [day for day in days if start - 30 <= day <= start]
                if not before:
                    continue
                after = {
                    day - start: points
                    for day, points in days.items()
                    if day - start >= max(1, int(scale["first_followup_day"])) and day < course["next"]
                }
                windows = {**CENTRES, "end_of_induction": tuple(course["L"] + d for d in (7, 31, 14))}
                at = {}
                for timepoint, (first, last, target) in windows.items():
                    inside = [day for day in after if first <= day <= last]
                    if inside:
                        at[timepoint] = after[min(inside, key=lambda day: (abs(day - target), day))]
                if after:
                    at["last"] = after[max(after)]
                unit["scales"][name] = {"before": days[max(before)], "at": at}
            unit["primary"] = next((s for s in PRIMARY[course["condition"]] if s in unit["scales"]), None)
            units.append(unit)

    cells: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for unit in units:
        for clinic in (unit["clinic"], "all"):
            for route in (unit["route"], "all"):
                cells[clinic, unit["condition"], route].append(unit)
                if unit["is_first"]:
                    cells[clinic, "all", route].append(unit)
    table = {}
    for (clinic, condition, route), members in cells.items():
        counted = "all_courses_n" if condition == "all" else "courses_n"
        names = {"primary"} | {name for unit in members for name in unit["scales"] if condition != "all"}
        for name in names:
            for timepoint in NAMES:
                row = summary(members, name, timepoint, definitions)
                row["n_courses"] = sum(unit[counted] for unit in members)
                table[clinic, condition, route, name, timepoint] = row
    return table


def summary(members: list[Row], name: str, timepoint: str, definitions: dict[str, Row]) -> Row:
    due = [
        unit
        for unit in members
        if timepoint == "last" or unit["followed"] is None or ORDER.index(unit["followed"]) >= ORDER.index(timepoint)
    ]
    based = [(unit, unit["primary"] if name == "primary" else name) for unit in due]
    based = [(unit, scale) for unit, scale in based if scale in unit["scales"]]
    declared = sum(unit["followed"] is not None for unit in members)
    row: Row = {
        "n_started": len(members),
        "n_completed_induction": sum(unit["completed"] for unit in members),
        "n_due": len(due),
        "n_baseline": len(based),
        "n_any_followup": sum(bool(unit["scales"][scale]["at"].get("last") is not None) for unit, scale in based),
        "due_basis": "declared" if declared == len(members) else "assumed" if declared == 0 else "mixed",
    }
    pairs = [
        (unit, scale, unit["scales"][scale]["before"], unit["scales"][scale]["at"][timepoint])
        for unit, scale in based
        if timepoint in unit["scales"][scale]["at"]
    ]
    row["n_analysed"] = len(pairs)
    n = len(pairs)
    if name != "primary" and n >= 2:
        before, after = [p[2] for p in pairs], [p[3] for p in pairs]
        change = [b - a for a, b in zip(before, after, strict=True)]
        s1, s2, sd = (math.sqrt(statistics.variance(values)) for values in (before, after, change))
        sign = -1 if definitions[name]["direction"] == "lower_is_better" else 1
        mean = float(sum(change) / n)
        row |= {"baseline_mean": float(sum(before) / n), "followup_mean": float(sum(after) / n), "change_mean": mean}
        row |= {"baseline_sd": s1, "followup_sd": s2}
        row["change_ci_low"], row["change_ci_high"] = (
            stats.t.interval(0.95, n - 1, mean, sd / math.sqrt(n)) if sd else (mean, mean)
        )
        if s1 or s2:
            row["effect_size"] = (1 - 3 / (4 * (n - 1) - 1)) * sign * mean / math.sqrt((s1**2 + s2**2) / 2)
    verdicts = [judge(definitions[scale], unit["sex"], b, f) for unit, scale, b, f in pairs]
    any_scale = {unit["primary"] for unit in members if unit["primary"]} if name == "primary" else {name}
    for rate in ("response", "remission", "reliable_improvement", "reliable_deterioration", "reliable_recovery"):
        key = {"response": "response_unit", "remission": "remission_op"}.get(rate, "reliable_change")
        if any_scale and not any(definitions[scale][key] for scale in any_scale):
            continue
        of = [v[rate] for v in verdicts if rate in v and (rate != "reliable_recovery" or v["case"])]
        row[f"{rate}_of_n"], row[f"{rate}_n"] = len(of), sum(of)
        if of:
            row[f"{rate}_pct"] = 100 * sum(of) / len(of)
            ci = stats.binomtest(sum(of), len(of)).proportion_ci(0.95, "wilson")
            row[f"{rate}_ci_low"], row[f"{rate}_ci_high"] = 100 * ci.low, 100 * ci.high
        if key != "reliable_change":
            whole = sum(bool(definitions[scale][key]) for _, scale in based)
            row[f"{rate}_bounds_of_n"] = whole
            if whole:
                row[f"{rate}_pct_worst"] = 100 * sum(of) / whole
                row[f"{rate}_pct_best"] = 100 * (sum(of) + whole - len(of)) / whole
            cases = [v[rate] for v in verdicts if rate in v and v["case"]]
            row[f"{rate}_case_of_n"], row[f"{rate}_case_n"] = len(cases), sum(cases)
            if cases:
                row[f"{rate}_case_pct"] = 100 * sum(cases) / len(cases)
    row["n_case_baseline"] = sum(v["case"] for v in verdicts)
    if len(due):
        row["followup_pct"] = 100 * n / len(due)
    if based:
        row["paired_pct"] = 100 * n / len(based)
    paired = 100 * n / len(based) if based else 0
    row["evidence"] = (
        "withheld"
        if 1 <= len(members) <= 4 or 1 <= n <= 4
        else "not_enough"
        if n < 10 or paired < 50
        else "imprecise"
        if n < 30 or paired < 80
        else "reportable"
    )
    return row


def noncentrality_limits(t_value: float, df: int) -> tuple[float, float]:
    """By root finding on the distribution function; a negative t by symmetry."""
    if t_value < 0:
        low, high = noncentrality_limits(-t_value, df)
        return -high, -low
    spread = 12 * (abs(t_value) / math.sqrt(2 * df) + 1)

    def limit(probability: float) -> float:
        return float(
            optimize.brentq(
                lambda nc: stats.nct.cdf(t_value, df, nc) - probability, t_value - spread, t_value + spread, xtol=1e-12
            )
        )

    return limit(0.975), limit(0.025)
