"""The tables on sessions a second time, cell by cell in plain Python: nothing of `pipelines.outcomes` is used."""

from __future__ import annotations

import itertools
import math
import statistics
from collections import defaultdict
from typing import Any

from scipy import stats

from tests.outcomes_twin import courses_of

Row = dict[str, Any]
Cell = tuple[str, str, str]
STEPS = ("preparation", "intention", "dosing", "monitoring", "recovery", "integration")


def facts_of(sessions: list[Row]) -> tuple[list[Row], list[Row]]:
    """The sessions that count, each with its course; and all courses by patient."""
    facts, all_courses = [], []
    for who in sorted({(s["clinic_id"], s["patient_id"]) for s in sessions}):
        own = [s for s in sessions if (s["clinic_id"], s["patient_id"]) == who]
        for course in courses_of(own, []):
            course |= {"who": who}
            all_courses.append(course)
            for session in own:
                if course["start"] <= session["session_day"] <= course["last"]:
                    nasal = session["route"] == "intranasal" and session["drug"] == "esketamine"
                    fact = session | {
                        "who": who,
                        "course": course,
                        "condition": course["condition"],
                        "own_route": "intranasal_esketamine" if nasal else session["route"],
                        "counts": course["condition"] is not None and not course["truncated"],
                    }
                    facts.append(fact)
    return facts, all_courses


def cells_of(fact: Row, route: str) -> list[Cell]:
    return list(itertools.product((fact["who"][0], "all"), (fact["condition"], "all"), (route, "all")))


def safety(sessions: list[Row], events: list[Row]) -> dict[tuple[str, ...], Row]:
    facts, courses = facts_of(sessions)
    by_cell: dict[Cell, list[Row]] = defaultdict(list)
    for fact in facts:
        if fact["counts"]:
            for cell in cells_of(fact, fact["own_route"]):
                by_cell[cell].append(fact)
    happened: dict[int, list[str]] = defaultdict(list)
    unlinked: list[tuple[Cell, str]] = []
    for event in events:
        who = (event["clinic_id"], event["patient_id"])
        names = [event["event"], "any"] + (["serious"] if event["serious"] else [])
        here = [fact for fact in facts if fact["who"] == who and fact["session_day"] == event["session_day"]]
        if here:
            happened[id(here[0])] += names
            continue
        # A patient's first dosing session is day 0: a course begun elsewhere was under way by then.
        own = [c for c in courses if c["who"] == who and (c["truncated"] or c["start"] <= event["session_day"])]
        course = own[-1] if own else None
        if course and (course["condition"] is None or course["truncated"]):
            continue
        conditions = {"all", course["condition"]} if course else {"all"}
        unlinked += [((clinic, c, "all"), name) for clinic in (who[0], "all") for c in conditions for name in names]
    names = {name for listed in happened.values() for name in listed} | {"death", "any", "serious"}
    table = {}
    for cell, own in by_cell.items():
        for name in names:
            table[(*cell, name)] = _safety_row(own, name, happened) | {
                "events_unlinked_n": unlinked.count((cell, name)) if cell[2] == "all" else None
            }
    return table


def _safety_row(own: list[Row], name: str, happened: dict[int, list[str]]) -> Row:
    assessed = [fact for fact in own if fact["ae_assessed"]]
    count = {id(fact): happened[id(fact)].count(name) for fact in own}
    events = sum(count[id(fact)] for fact in assessed)
    people = sorted({fact["who"] for fact in assessed})
    per = {
        who: (
            sum(count[id(f)] for f in assessed if f["who"] == who),
            sum(1 for f in assessed if f["who"] == who),
        )
        for who in people
    }
    row: Row = {
        "patients_treated_n": len({fact["who"] for fact in own}),
        "sessions_n": len(own),
        "sessions_assessed_n": len(assessed),
        "events_n": events,
        "patients_n": len(people),
        "patients_with_event_n": sum(e > 0 for e, _ in per.values()),
        "events_not_assessed_n": sum(count.values()) - events,
    }
    if assessed:
        s = len(assessed)
        row["rate_per_100"] = 100 * events / s
        row["ci_low"] = 50 * stats.chi2.ppf(0.025, 2 * events) / s if events else 0.0
        row["ci_high"] = 50 * stats.chi2.ppf(0.975, 2 * events + 2) / s
        row["patients_with_event_pct"] = 100 * row["patients_with_event_n"] / len(people)
        if events and len(people) > 1:
            rate, k = events / s, len(people)
            error = math.sqrt(k / (k - 1) * sum((e - rate * n) ** 2 for e, n in per.values())) / s
            half = stats.t.ppf(0.975, k - 1) * error / rate
            row["clustered_ci_low"], row["clustered_ci_high"] = (100 * rate * math.exp(x) for x in (-half, half))
    return row


def measured(sessions: list[Row], measure: str) -> dict[Cell, Row]:
    """n, patients_n, mean, sd, median of a measure by cell."""
    values: dict[Cell, list[tuple[Any, float]]] = defaultdict(list)
    for fact in facts_of(sessions)[0]:
        value = fact.get(measure)
        if measure == "sbp_rise" and None not in (fact.get("sbp_peak"), fact.get("sbp_pre")):
            value = fact["sbp_peak"] - fact["sbp_pre"]
        if fact["counts"]:
            for cell in cells_of(fact, fact["own_route"]):
                values[cell] += [] if value is None else [(fact["who"], value)]
    table: dict[Cell, Row] = {}
    for cell, found in values.items():
        numbers = sorted(value for _, value in found)
        row: Row = {"n": len(numbers), "patients_n": len({who for who, _ in found})}
        if numbers:
            row |= {"mean": statistics.fmean(numbers), "median": statistics.median(numbers)}
            tenths = statistics.quantiles(numbers, n=10, method="inclusive") if len(numbers) > 1 else numbers * 9
            row |= {"p10": tenths[0], "p90": tenths[-1]}
        if len(numbers) > 1:
            row["sd"] = statistics.stdev(numbers)
        table[cell] = row
    return table


def pathway(sessions: list[Row], contacts: list[Row]) -> dict[tuple[str, ...], Row]:
    facts, courses = facts_of(sessions)
    counted = [fact for fact in facts if fact["counts"]]
    found: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    of_n: dict[tuple[str, ...], int] = defaultdict(int)
    for course in courses:
        inside = [fact for fact in counted if fact["course"] is course]
        if not inside:
            continue
        cells = cells_of(inside[0], course["route"])
        for step in ("consultation", "therapist_meeting"):
            before = [c for c in courses if c["who"] == course["who"] and c["start"] < course["start"]]
            own = [
                c
                for c in contacts
                if (c["clinic_id"], c["patient_id"]) == course["who"]
                and c["kind"] == step
                and c["contact_day"] <= course["start"]
                and (not before or c["contact_day"] > before[-1]["last"])
            ]
            _note(found, of_n, cells, step, course["who"], _contact_step(own, course["start"]))
        days = sorted({fact["session_day"] for fact in inside})
        for fact in inside:
            prepared = _assigned(contacts, facts, fact, "preparation")
            told = _contact_step(prepared, fact["session_day"], last=True)
            if fact["preparation_done"] is not None:
                told = {**(told or {}), "done": fact["preparation_done"]}
            both = {"preparation": told}
            for step, flag, minutes in (
                ("intention", fact["intention_set"], None),
                ("dosing", fact["completed"], fact["dosing_minutes"]),
                ("monitoring", _over_0(fact["monitoring_minutes"]), fact["monitoring_minutes"]),
            ):
                both[step] = None if flag is None else {"done": flag, "minutes": minutes}
            both["integration"] = _integration(contacts, facts, fact)
            for step in ("preparation", "intention", "dosing", "monitoring", "integration"):
                _note(found, of_n, cells, step, fact["who"], both.get(step))
        assert days
    return {key: _pathway_row(found[key], of_n[key]) for key in of_n}


def _integration(contacts: list[Row], facts: list[Row], fact: Row) -> Row | None:
    after = _assigned(contacts, facts, fact, "integration")
    took = [c for c in after if c["attended"] is not False]
    if fact["integration_minutes"] or fact["integration_after_minutes"] is not None or took:
        told_minutes = sum(c["minutes"] for c in took if c["minutes"] is not None)
        return {
            "done": True,
            "minutes": fact["integration_minutes"] or told_minutes or None,
            "delay_days": min((c["contact_day"] for c in took), default=math.nan) - fact["session_day"],
            "delay_minutes": fact["integration_after_minutes"],
        }
    return {"done": False} if fact["integration_minutes"] == 0 or after else None


def started_in_groups(sessions: list[Row], contacts: list[Row]) -> dict[str, dict[tuple[str, str, str], int]]:
    """Column of the group -> (clinic, condition, group) -> patients, each by the first course of the condition."""
    facts, courses = facts_of(sessions)
    found: dict[str, dict[tuple[str, str, str], int]] = {
        name: defaultdict(int) for name in ("presence", "sessions_group", "integration_group")
    }
    taken: dict[Any, set[str]] = defaultdict(set)
    for course in courses:
        who, condition = course["who"], course["condition"]
        if course["truncated"] or condition is None or condition in taken[who]:
            continue
        conditions = (condition,) if taken[who] else (condition, "all")
        taken[who].add(condition)
        days = [session["session_day"] for session in course["induction"]]
        own = [fact for fact in facts if fact["course"] is course and fact["session_day"] in days]
        told = [step["done"] for fact in own if (step := _integration(contacts, facts, fact)) is not None]
        present = [fact["therapist_presence"] for fact in own if fact["therapist_presence"]]
        groups = {
            "presence": _presence(present),
            "sessions_group": ["1", *["2_to_3"] * 2, *["4_to_6"] * 3, *["7_to_12"] * 6][len(days) - 1],
            "integration_group": _integrated(told),
        }
        for name, group in groups.items():
            for cell in itertools.product((who[0], "all"), conditions, (group, "all")):
                found[name][cell] += 1
    return found


def _presence(present: list[str]) -> str:
    if not present:
        return "not_recorded"
    most = max(present, key=present.count)
    return most if 5 * present.count(most) >= 4 * len(present) else "mixed"


def _integrated(told: list[bool]) -> str:
    if not told:
        return "not_recorded"
    if sum(told) in (0, len(told)):
        return "every" if told[0] else "none"
    return "most" if 2 * sum(told) >= len(told) else "few"


def _assigned(contacts: list[Row], facts: list[Row], fact: Row, kind: str) -> list[Row]:
    """Contacts of a kind that belong to this session: a preparation to the next one, an integration to the last."""
    own = sorted(f["session_day"] for f in facts if f["who"] == fact["who"])
    chosen = []
    for contact in contacts:
        if (contact["clinic_id"], contact["patient_id"]) != fact["who"] or contact["kind"] != kind:
            continue
        day = contact["contact_day"]
        near = [d for d in own if d >= day][:1] if kind == "preparation" else [d for d in own if d <= day][-1:]
        if near == [fact["session_day"]]:
            chosen.append(contact)
    return chosen


def _contact_step(own: list[Row], day: int, last: bool = False) -> Row | None:
    if not own:
        return None
    took = sorted((c for c in own if c["attended"] is not False), key=lambda c: c["contact_day"])
    if not took:
        return {"done": False}
    minutes = [c["minutes"] for c in took if c["minutes"] is not None]
    first = took[0]["minutes"]
    return {
        "done": True,
        "minutes": (sum(minutes) if minutes else None) if last else first,
        "delay_days": day - (took[-1] if last else took[0])["contact_day"],
    }


def _over_0(value: float | None) -> bool | None:
    return None if value is None else value > 0


def _note(
    found: dict[tuple[str, ...], list[Row]],
    of_n: dict[tuple[str, ...], int],
    cells: list[Cell],
    step: str,
    who: Any,
    told: Row | None,
) -> None:
    for cell in cells:
        of_n[(*cell, step)] += 1
        if told is not None:
            found[(*cell, step)].append(told | {"who": who})


def _pathway_row(told: list[Row], of_n: int) -> Row:
    done = [each for each in told if each["done"]]
    row: Row = {
        "of_n": of_n,
        "recorded_n": len(told),
        "patients_n": len({each["who"] for each in told}),
        "done_n": len(done),
    }
    if told:
        row["done_pct"] = 100 * len(done) / len(told)
        ci = stats.binomtest(len(done), len(told)).proportion_ci(0.95, "wilson")
        row["ci_low"], row["ci_high"] = 100 * ci.low, 100 * ci.high
    for figure in ("minutes", "delay_days", "delay_minutes"):
        listed = [e for e in done if e.get(figure) is not None and not math.isnan(e[figure])]
        row[f"{figure}_patients_n"] = len({each["who"] for each in listed})
        if listed:
            row[f"median_{figure}"] = statistics.median(each[figure] for each in listed)
    return row
