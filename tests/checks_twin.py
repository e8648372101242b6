"""The checks of the estimate a second time, patient by patient: nothing of `pipelines.care` or `.outcomes` is used."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from fractions import Fraction
from typing import Any

from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from tests.outcomes_twin import CENTRES, NAMES, ORDER, PRIMARY, courses_of, eligible_of, judge, summary

Row = dict[str, Any]
Cell = tuple[str, ...]
RULES = ("last_before", "first", "highest", "mean")


def people_of(made: dict[str, list[Row]], definitions: dict[str, Row]) -> list[Row]:
    """The counted first courses, each with its sessions, the scores of its baseline window and its follow-ups."""
    found = []
    for patient in sorted({(s["clinic_id"], s["patient_id"]) for s in made["sessions"]}):
        mine = {
            name: [row for row in rows if (row["clinic_id"], row["patient_id"]) == patient]
            for name, rows in made.items()
        }
        sessions = sorted(mine["sessions"], key=lambda session: session["session_day"])
        courses, ended = courses_of(sessions, mine["courses"]), -math.inf
        taken: set[str] = set()
        for course in courses:
            own = [s for s in sessions if course["start"] <= s["session_day"] <= course["last"]]
            after_previous, ended = ended, course["last"]
            if course["truncated"] or course["condition"] is None or course["condition"] in taken:
                continue
            unit: Row = {**course, "clinic": patient[0], "is_first": not taken, "scales": {}}
            taken.add(course["condition"])
            unit["sessions"] = [(s["session_day"] - course["start"], route_of(s)) for s in own]
            for name, scale in definitions.items():
                scores = [score for score in mine["scores"] if score["scale"] == name]
                days = eligible_of(scores, sessions, courses, scale["own_respondent"])
                told = scores_of_course(days, course, after_previous, int(scale["first_followup_day"]))
                if told["window"]:
                    unit["scales"][name] = told
            unit["primary"] = next((s for s in PRIMARY[course["condition"]] if s in unit["scales"]), None)
            found.append(unit)
    return found


def route_of(session: Row) -> str:
    nasal = session["route"] == "intranasal" and session["drug"] == "esketamine"
    return "intranasal_esketamine" if nasal else str(session["route"])


def scores_of_course(days: dict[int, Fraction], course: Row, after_previous: float, first_day: int) -> Row:
    start = course["start"]
    window = [(day - start, days[day]) for day in sorted(days) if start - 30 <= day <= start and day > after_previous]
    after = {
        day - start: days[day] for day in sorted(days) if max(1, first_day) <= day - start and day < course["next"]
    }
    windows = {**CENTRES, "end_of_induction": tuple(course["L"] + off for off in (7, 31, 14))}
    at_day = {}
    for timepoint, (first, last, target) in windows.items():
        inside = [day for day in after if first <= day <= last]
        if inside:
            at_day[timepoint] = min(inside, key=lambda day: (abs(day - target), day))
    if after:
        at_day["last"] = max(after)
    told: Row = {"window": window, "after": after, "at_day": at_day, "at": {t: after[day] for t, day in at_day.items()}}
    if window:
        told["before"] = window[-1][1]
    return told


def cells_of(people: list[Row], definitions: dict[str, Row]) -> dict[Cell, list[Row]]:
    """(clinic, condition, route, scale) -> its people; a scale stands where anyone has a baseline on it."""
    cells: dict[Cell, list[Row]] = defaultdict(list)
    for unit in people:
        for clinic in (unit["clinic"], "all"):
            for route in (unit["route"], "all"):
                cells[clinic, unit["condition"], route].append(unit)
                if unit["is_first"]:
                    cells[clinic, "all", route].append(unit)
    listed: dict[Cell, list[Row]] = {}
    for cell, members in cells.items():
        names = {name for unit in members for name in unit["scales"]} if cell[1] != "all" else set()
        listed |= {(*cell, name): members for name in {"primary", *names}}
    return listed


def with_baseline(unit: Row, rule: str, definitions: dict[str, Row]) -> Row:
    """The same person with another score of the window as baseline."""
    scales = {}
    for name, told in unit["scales"].items():
        points = [score for _, score in told["window"]]
        worst = max if definitions[name]["direction"] == "lower_is_better" else min
        chosen = {"last_before": points[-1], "first": points[0], "highest": worst(points)}
        scales[name] = {**told, "before": chosen.get(rule, sum(points) / len(points))}
    return {**unit, "scales": scales}


def is_due(unit: Row, timepoint: str) -> bool:
    declared = timepoint != "last" and unit["followed"] is not None
    return not declared or ORDER.index(unit["followed"]) >= ORDER.index(timepoint)


def pairs_of(members: list[Row], name: str, timepoint: str) -> tuple[list[Row], list[Row]]:
    """(analysed, lost): scale, window, before, after of the due ones with a baseline."""
    analysed: list[Row] = []
    lost: list[Row] = []
    for unit in members:
        scale = unit["primary"] if name == "primary" else name
        if is_due(unit, timepoint) and scale in unit["scales"]:
            told = unit["scales"][scale]
            row = {"unit": unit, "scale": scale, "window": told["window"], "before": told["before"]}
            (analysed if timepoint in told["at"] else lost).append({**row, "after": told["at"].get(timepoint)})
    return analysed, lost


def sensitivity(people: list[Row], definitions: dict[str, Row]) -> dict[Cell, Row]:
    table = {}
    for cell, members in cells_of(people, definitions).items():
        for rule in RULES:
            moved = [with_baseline(unit, rule, definitions) for unit in members]
            for timepoint in NAMES:
                row = summary(moved, cell[3], timepoint, definitions)
                analysed, _ = pairs_of(members, cell[3], timepoint)
                row["n_with_several"] = sum(len(pair["window"]) > 1 for pair in analysed)
                table[(*cell, timepoint, rule)] = row
    return table


def attribution(people: list[Row]) -> dict[Cell, Row]:
    """Session by session: the score before it that the session before has not touched, and the next one after it."""
    pairs: dict[Cell, list[tuple[int, Fraction, int]]] = defaultdict(list)
    population: dict[Cell, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for number, unit in enumerate(people):
        days = [day for day, _ in unit["sessions"]]
        used = {route for _, route in unit["sessions"]}
        routes = {"course": {unit["route"]}, "session": used}
        for level, own in routes.items():
            for clinic in (unit["clinic"], "all"):
                for route in {*own, "all"}:
                    told = population[clinic, unit["condition"], route, level]
                    told["treated"].add(number)
                    told["several"] |= {number} if len(used) > 1 else set()
                    for scale in unit["scales"]:
                        told[scale].add(number)
        for scale, told in unit["scales"].items():
            found = []
            if is_due(unit, "end_of_induction") and "end_of_induction" in told["at"]:
                between = told["at_day"]["end_of_induction"] - told["window"][-1][0]
                found.append(("course", unit["route"], told["at"]["end_of_induction"] - told["before"], between))
            points = dict([told["window"][-1]]) | told["after"]
            for place, (day, route) in enumerate(unit["sessions"]):
                previous = days[place - 1] if place else -math.inf
                following = days[place + 1] if place + 1 < len(days) else math.inf
                before = [point for point in points if previous < point <= day]
                after = [point for point in points if day < point <= following]
                if before and after:
                    first, second = max(before), min(after)
                    found.append(("session", route, points[second] - points[first], second - first))
            for level, route, change, between in found:
                for clinic in (unit["clinic"], "all"):
                    for shown in (route, "all"):
                        pairs[clinic, unit["condition"], shown, scale, level].append((number, change, between))
    table: dict[Cell, Row] = {}
    for (clinic, condition, route, level), told in population.items():
        for scale in told.keys() - {"treated", "several"}:
            key = (clinic, condition, route, scale, level)
            table[key] = attribution_row(pairs[key], told, scale)
    return table


def attribution_row(pairs: list[tuple[int, Fraction, int]], told: dict[str, set[int]], scale: str) -> Row:
    people = sorted({number for number, _, _ in pairs})
    row: Row = {
        "patients_treated_n": len(told["treated"]),
        "several_routes_n": len(told["several"]),
        "several_routes_pct": 100 * len(told["several"]) / len(told["treated"]),
        "n_baseline": len(told[scale]),
        "patients_n": len(people),
        "n_pairs": len(pairs),
    }
    if pairs:
        mean = float(sum(change for _, change, _ in pairs) / len(pairs))
        row |= {"change_mean": mean, "median_days": statistics.median(between for _, _, between in pairs)}
        if len(pairs) > 1:
            row["change_sd"] = math.sqrt(statistics.variance([change for _, change, _ in pairs]))
        if len(people) > 1:
            left = [sum(float(change) - mean for number, change, _ in pairs if number == one) for one in people]
            k = len(people)
            error = math.sqrt(k / (k - 1) * sum(value**2 for value in left)) / len(pairs)
            half = stats.t.ppf(0.975, k - 1) * error
            row |= {"change_ci_low": mean - half, "change_ci_high": mean + half}
    return row


def checks(people: list[Row], definitions: dict[str, Row]) -> dict[Cell, Row]:
    """(clinic, condition, route, scale, timepoint) -> lost patients, screening, other routes."""
    cells = cells_of(people, definitions)
    table = {}
    for cell, members in cells.items():
        clinic, condition, route, name = cell
        everyone = cells[clinic, condition, "all", name]
        others = [unit for unit in everyone if unit["route"] != route]
        for timepoint in NAMES:
            analysed, lost = pairs_of(members, name, timepoint)
            row: Row = {"n_lost": len(lost), "clinics_n": len({pair["unit"]["clinic"] for pair in analysed})}
            if name != "primary":
                row |= compared([float(p["before"]) for p in analysed], [float(p["before"]) for p in lost])
                screened = [pair for pair in analysed if len(pair["window"]) > 1]
                row["screening_n"] = len(screened)
                if screened:
                    moved = [pair["window"][-1][1] - pair["window"][-2][1] for pair in screened]
                    row["screening_change_mean"] = float(sum(moved) / len(moved))
            if route != "all":
                row["others_started_n"] = len(others)
                for rate in ("response", "remission"):
                    row |= difference(analysed, pairs_of(others, name, timepoint)[0], rate, definitions)
            table[(*cell, timepoint)] = row
    return table


def compared(analysed: list[float], lost: list[float]) -> Row:
    row: Row = {}
    if lost:
        row["lost_baseline_mean"] = statistics.fmean(lost)
    if len(lost) > 1:
        row["lost_baseline_sd"] = statistics.stdev(lost)
    if analysed and lost:
        row["baseline_difference"] = statistics.fmean(analysed) - statistics.fmean(lost)
    if len(analysed) > 1 and len(lost) > 1 and (len(set(analysed)) > 1 or len(set(lost)) > 1):
        interval = stats.ttest_ind(analysed, lost, equal_var=False).confidence_interval(0.95)
        row["baseline_difference_ci_low"], row["baseline_difference_ci_high"] = interval.low, interval.high
        spread = math.sqrt((statistics.variance(analysed) + statistics.variance(lost)) / 2)
        row["baseline_standardised_difference"] = row["baseline_difference"] / spread
    return row


def difference(own: list[Row], others: list[Row], rate: str, definitions: dict[str, Row]) -> Row:
    counts = []
    for pairs in (own, others):
        verdicts = [judge(definitions[p["scale"]], p["unit"]["sex"], p["before"], p["after"]) for p in pairs]
        known = [verdict[rate] for verdict in verdicts if rate in verdict]
        counts += [sum(known), len(known)]
    n, of_n, others_n, others_of_n = counts
    row: Row = {"n": (n, of_n), "others": (others_n, others_of_n)}
    if of_n and others_of_n:
        low, high = confint_proportions_2indep(n, of_n, others_n, others_of_n, method="newcomb", compare="diff")
        row = row | {"pct": 100 * (n / of_n - others_n / others_of_n), "ci_low": 100 * low, "ci_high": 100 * high}
    return {f"{rate}_difference": row}
