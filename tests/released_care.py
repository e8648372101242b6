"""Released tables of care and safety from a plain formula, for the page of that name. No figure here is an oracle.

Their size follows the people of each group, so that a small group is withheld, a larger one not enough to say or
imprecise. Limits and published figures are those of the product, with their sources and marks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from pipelines.disclosure.declared import POLICIES
from pipelines.disclosure.released import ReleasedTable
from pipelines.outcomes.contrasts import CONTRAST_TIMEPOINTS, CONTRASTS
from pipelines.outcomes.measures import MEASURES
from pipelines.outcomes.published import published_routes
from tests.released_outcome import outcome_row, wilson

Row = dict[str, Any]
CELL = ("clinic_id", "condition", "route")
STEPS = {
    "consultation": "course",
    "preparation": "session",
    "dosing": "session",
    "integration": "session",
}
# Of 100 sessions; none of the last was ever reported.
EVENTS = {"any": 31.0, "serious": 0.4, "nausea": 18.7, "fall_or_injury": 0.11, "suicide_attempt": 0.0}
VITALS = ("sbp_pre", "sbp_peak", "dbp_rise", "spo2_min", "cadss_peak")
SPREADS = {"onset_minutes": 12.5, "effect_minutes": 70.0, "intensity_0_10": 5.0, "integration_after_minutes": 2880.0}
SHARES = {"adjusted": 0.28, "adjusted_up": 0.4, "target_effect_reached": 0.81}
GROUPS = {
    "sessions_group": ("all", "1", "2_to_3", "4_to_6"),
    "integration_group": ("all", "every", "most", "none", "not_recorded"),
    "presence": ("all", "in_room_throughout", "periodic_checks", "mixed"),
}
# What a group holds of the people of its condition: some groups are too small to say anything of.
PARTS = (1.0, 0.06, 0.5, 0.02, 0.3)
LEVELS = {"baseline": "phq9", "age_band": "25-34", "sex": "female", "condition": "trd", "route": "iv"}
_LIMIT = ("limit_op", "limit_value", "limit_source", "limit_mark")
_PUBLISHED = ("low", "high", "words", "citation", "mark")
_POINTS = {"median": 1.0, "p10": 0.4, "p25": 0.7, "p75": 1.3, "p90": 1.9}
STUDIES = (
    ("trd", "iv", "phq9", "mcinnes2022", "response_pct", "McInnes 2022 J Affect Disord", 53.6, None, "", 9016, 537),
    ("trd", "im", "phq9", "veterans2025", "change_mean", "Veterans programme 2025", -4.5, None, "‡", None, 20),
    ("trd", "sublingual", "phq9", "hull2022", "effect_size", "Hull 2022 J Affect Disord", 1.61, None, "", None, 1247),
    ("all", "im", "primary", "yermus2024", "effect_size", "Yermus 2024 Psychedelic Med", 0.75, 0.86, "", 1806, 346),
)


def care_tables(totals: Mapping[tuple[str, str, str], int]) -> dict[str, ReleasedTable]:
    """The tables of the page by name. totals: (clinic, condition, route) -> people, `all` among each."""
    cells = [(dict(zip(CELL, key, strict=True)), people) for key, people in totals.items()]
    by_condition = [
        ({name: cell[name] for name in CELL[:2]}, people) for cell, people in cells if cell["route"] == "all"
    ]
    made: dict[str, Iterable[Row]] = {
        "care_pathway": (_step(*cell, step) for cell in cells for step in STEPS),
        "safety_by_route": (_event(*cell, event) for cell in cells for event in EVENTS),
        "vitals_by_route": (_reading(*cell, measure) for cell in cells for measure in VITALS),
        "route_profile": _profiles(cells),
        **{table: _contrast(by_condition, group) for table, group in CONTRASTS.items()},
        "presence_balance": (
            _balance(*cell, place, kind) for cell in by_condition for place in range(1, 4) for kind in LEVELS
        ),
        "benchmarks": _studies(),
    }
    return {
        name: ReleasedTable(name, POLICIES[name].key, "clinic", pd.DataFrame(list(rows))) for name, rows in made.items()
    }


def _step(cell: Row, people: int, step: str) -> Row:
    of_n = people if STEPS[step] == "course" else 6 * people
    recorded = round(of_n * (0.35 if (step, cell["route"]) == ("integration", "im") else 0.9))
    done, asked = round(recorded * (0.55 if step == "integration" else 0.97)), round(people * 0.9)
    row = cell | {"step": step, "unit": STEPS[step], "patients_treated_n": people, "of_n": of_n}
    row |= {"recorded_n": recorded, "recorded_pct": _pct(recorded, of_n), "patients_n": asked, "done_n": done}
    row |= {"done_pct": _pct(done, recorded), **_interval(done, recorded)}
    timed = STEPS[step] == "session" and people >= 10
    for name, value in (("minutes", 47.5), ("delay_days", 3.0), ("delay_minutes", 1530.0)):
        told = timed and (name == "minutes" or step == "integration")
        row |= {f"median_{name}": value if told else None, f"{name}_patients_n": asked if told else 0}
    no_data = dict.fromkeys(("median_minutes", "median_delay_days", "median_delay_minutes"), "no_data")
    return _released(row, people, asked, row["recorded_pct"], known=5, why=no_data)


def _event(cell: Row, people: int, event: str) -> Row:
    sessions = 6 * people
    asked, seen = round(sessions * (0.85 if cell["route"] != "intranasal" else 0.4)), round(people * 0.9)
    events = round(asked * EVENTS[event] / 100)
    hit = min(seen, math.ceil(events / 2))
    row = cell | {"event": event, "patients_treated_n": people, "sessions_n": sessions, "sessions_assessed_n": asked}
    row |= {"assessed_pct": _pct(asked, sessions), "assessed_without_table_n": asked // 9, "events_n": events}
    row |= {"rate_per_100": _pct(events, asked), "rate_per_100_with_table": _pct(events, asked - asked // 9)}
    row |= {"ci_low": 90 * events / asked, "ci_high": (110 * events + 369) / asked} if asked else _none("ci")
    row |= (
        {"clustered_ci_low": 85 * events / asked, "clustered_ci_high": 115 * events / asked}
        if events
        else _none("clustered_ci")
    )
    row |= {"patients_n": seen, "patients_with_event_n": hit, "patients_with_event_pct": _pct(hit, seen)}
    row |= {f"patients_with_event_{end}": value for end, value in _interval(hit, seen).items()}
    row |= {"events_not_assessed_n": people // 9, "events_unlinked_n": 0}
    # A few people with an event are withheld, with every figure that would tell them.
    few = 1 <= hit <= 4
    told = [name for name in row if "event" in name and "assessed" not in name and name != "event"] if few else []
    told += ["rate_per_100", "rate_per_100_with_table", *(name for name in row if "ci_" in name)] if few else []
    row |= dict.fromkeys(told)
    withheld = dict.fromkeys(told, "withheld")
    return _released(row, people, seen, row["assessed_pct"], known=4, why=withheld)


def _reading(cell: Row, people: int, name: str) -> Row:
    measure, sessions = MEASURES[name], 6 * people
    n, seen = round(sessions * (0.93 if cell["route"] != "sublingual" else 0.6)), round(people * 0.9)
    middle = (measure.limit_value or 20) - 6.5
    row = cell | {"measure": name, "unit": measure.unit, "patients_treated_n": people, "sessions_n": sessions, "n": n}
    row |= {"recorded_pct": _pct(n, sessions), "patients_n": seen}
    row |= {"mean": middle + 0.26, "sd": 7.25, "median": middle, "p10": middle - 9, "p90": middle + 9.5}
    limited = measure.limit_op is not None
    beyond, hit = round(n * 0.04), round(seen * 0.11)
    row |= {"limit_op": measure.limit_op, "limit_value": measure.limit_value}
    row |= {"beyond_n": beyond if limited else None, "beyond_pct": _pct(beyond, n) if limited else None}
    row |= {"patients_beyond_n": hit if limited else None, "patients_beyond_pct": _pct(hit, seen) if limited else None}
    row |= {f"patients_beyond_{end}": value if limited else None for end, value in _interval(hit, seen).items()}
    row |= {"limit_source": measure.limit_source, "limit_mark": measure.limit_mark}
    return _released(row, people, seen, row["recorded_pct"], known=5, kept=_LIMIT)


def _profiles(cells: Sequence[tuple[Row, int]]) -> Iterator[Row]:
    published = published_routes().astype(object)
    facts = published.where(published.notna(), None).set_index(["route", "measure"]).to_dict("index")
    for cell, people in cells:
        alone = [name for route, name in facts if route == cell["route"] and name not in SPREADS]
        for name in (*SPREADS, *SHARES, *alone):
            yield _profile(cell, people, name, facts.get((cell["route"], name), {}))


def _profile(cell: Row, people: int, name: str, fact: Row) -> Row:
    measured, share = name in SPREADS or name in SHARES, name in SHARES
    of_n = 6 * people if name != "adjusted_up" else round(1.6 * people)
    n, seen = round(of_n * (0.9 if name != "integration_after_minutes" else 0.55)), round(people * 0.9)
    yes, middle = round(n * SHARES.get(name, 0)), SPREADS.get(name)
    row = cell | {"measure": name, "unit": MEASURES[name].unit if name in MEASURES else fact["unit"]}
    row |= {"patients_treated_n": people, "of_n": of_n, "n": n, "recorded_pct": _pct(n, of_n), "patients_n": seen}
    row |= {point: middle * times if middle else None for point, times in _POINTS.items()}
    row |= (
        {"with_n": yes, "pct": _pct(yes, n), **_interval(yes, n)}
        if share
        else {"with_n": None, "pct": None} | _none("ci")
    )
    row |= {f"published_{part}": fact.get(f"published_{part}") for part in _PUBLISHED}
    if not measured:
        row |= dict.fromkeys(("of_n", "n", "recorded_pct", "patients_n"))
    return _released(row, people, seen, row["recorded_pct"], known=5, kept=[f"published_{part}" for part in _PUBLISHED])


def _contrast(cells: Sequence[tuple[Row, int]], group: str) -> Iterator[Row]:
    """The rows of every cell's groups, on the primary scale and on one that the page leaves out."""
    for cell, people in cells:
        for code, part in zip(GROUPS[group], PARTS, strict=False):
            for timepoint in CONTRAST_TIMEPOINTS:
                for scale in ("primary", "phq9")[: 2 if cell["condition"] == "trd" else 1]:
                    row = outcome_row(*cell.values(), code, scale, timepoint, round(people * part))
                    yield {group if name == "route" else name: value for name, value in row.items()} | {
                        "adjusted": "no"
                    }


def _balance(cell: Row, people: int, place: int, kind: str) -> Row:
    n = round(people * PARTS[place])
    others, is_mean = people - n, kind == "baseline"
    row = cell | {"presence": GROUPS["presence"][place], "characteristic": kind, "level": LEVELS[kind], "n_started": n}
    row |= {"n": n, "with_n": None if is_mean else n // 3, "pct": None if is_mean else _pct(n // 3, n)}
    row |= {"mean": 17.25 if is_mean else None, "sd": 4.8 if is_mean else None, "others_n": others}
    row |= {
        "others_with_n": None if is_mean else others // 2,
        "others_pct": None if is_mean else _pct(others // 2, others),
    }
    row |= {"others_mean": 16.4 if is_mean else None, "others_sd": 5.05 if is_mean else None}
    row |= {"standardised_difference": 0.1724 if is_mean else -0.348}
    if n < 5:
        hidden = [name for name in row if name not in POLICIES["presence_balance"].key]
        return row | dict.fromkeys(hidden) | {"empty_because": _because(hidden, "withheld")}
    return row | {"empty_because": _because([name for name in row if row[name] is None], "not_defined")}


def _studies() -> Iterator[Row]:
    for condition, route, scale, study, measure, citation, value, high, mark, started, analysed in STUDIES:
        own = {"response_pct": 47.62, "change_mean": -6.64}.get(measure)
        row: Row = {"condition": condition, "route": route, "scale": scale, "study": study, "measure": measure}
        row |= {"citation": citation, "value": value, "value_high": high}
        row |= {"match": "comparable" if study == "mcinnes2022" else "context_only"}
        row |= {"why": "all_agree" if study == "mcinnes2022" else "several_routes;baseline_not_stated"}
        row |= {"population": "depression", "window": None, "n_started_published": started}
        row |= {"n_analysed_published": analysed, "mark": mark or None, "timepoint": "end_of_induction"}
        row |= {"network_value": own, "n_analysed": 1241 if own else 0, "n_started": 1802 if own else None}
        yield row | {"empty_because": "" if own else "network_value:not_defined;n_started:withheld"}


def _released(
    row: Row,
    people: int,
    seen: int,
    recorded_pct: float | None,
    known: int,
    kept: Sequence[str] = (),
    why: Mapping[str, str] = MappingProxyType({}),
) -> Row:
    """The row with its evidence, and why each empty cell is so. known: columns that tell of which group it is."""
    share = recorded_pct or 0.0
    withheld = 1 <= people <= 4 or 1 <= seen <= 4
    if withheld:
        told = {*list(row)[:known], *kept}
        row = {name: value if name in told else None for name, value in row.items()}
    evidence = (
        "withheld"
        if withheld
        else "not_enough"
        if seen < 10 or share < 50
        else "imprecise"
        if seen < 30 or share < 80
        else "reportable"
    )
    reason = "withheld" if withheld else "not_defined" if people else "no_data"
    empty = [name for name, value in row.items() if value is None and name not in kept]
    stated = dict.fromkeys(empty, reason) | (dict(why) if not withheld else {})
    return row | {
        "evidence": evidence,
        "empty_because": ";".join(f"{name}:{stated[name]}" for name in empty),
    }


def _because(columns: Iterable[str], reason: str) -> str:
    return ";".join(f"{column}:{reason}" for column in columns)


def _pct(part: float, whole: float) -> float | None:
    return 100 * part / whole if whole else None


def _interval(part: int, whole: int) -> Row:
    low, high = wilson(part, whole) if whole else (None, None)
    return {"ci_low": low, "ci_high": high}


def _none(name: str) -> Row:
    return {f"{name}_low": None, f"{name}_high": None}
