"""What the page on care and safety should say for a choice of filters, worked out from the released CSV with pandas."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from pipelines.vocabulary import ADVERSE_EVENTS, CONDITIONS, REPORTED_ROUTES
from tests.browser.released_twin import WORDS, Filters, Tables, half_up, missing, people, rate, share, state

STEPS = ["consultation", "preparation", "dosing", "integration"]
VITALS = ["sbp_pre", "sbp_peak", "dbp_rise", "spo2_min", "cadss_peak"]
SPREADS = ["onset_minutes", "effect_minutes", "intensity_0_10", "integration_after_minutes"]
SHARES = ["adjusted", "adjusted_up", "target_effect_reached"]
PUBLISHED = ["time_to_peak_minutes", "bioavailability_pct", "adjustability"]
GROUPS = {
    "by-sessions": ("outcomes_by_sessions", "sessions_group", ["all", "1", "2_to_3", "4_to_6"]),
    "by-integration": (
        "outcomes_by_integration",
        "integration_group",
        ["all", "every", "most", "none", "not_recorded"],
    ),
    "by-presence": ("presence_contrast", "presence", ["all", "in_room_throughout", "periodic_checks", "mixed"]),
}
# Columns that the page shows however weak the evidence of the row is.
ALWAYS_SHOWN = {
    "care_pathway": {"of_n", "recorded_n", "recorded_pct"},
    "safety_by_route": {
        *("patients_treated_n", "sessions_n", "sessions_assessed_n", "assessed_pct"),
        "assessed_without_table_n",
    },
    "route_profile": {"of_n", "n", "recorded_pct", "published_low", "published_high"},
    "presence_contrast": {"n_started", "n_due", "n_baseline", "n_analysed", "followup_pct"},
}
RECORDED = {
    "care_pathway": "recorded_n",
    "safety_by_route": "sessions_assessed_n",
    "vitals_by_route": "n",
    "route_profile": "n",
}
SECTIONS = ("pathway", "safety", "events", "vitals", "route-profile", "adjusting", "published", *GROUPS, "benchmarks")
_ROUTES = ["all", *REPORTED_ROUTES]


# ---- figures as they are read ----


def amount(value: float) -> str:
    return half_up(value, 1).removesuffix(".0")


def per_100(value: float) -> str:
    if 0 < value < 0.005:
        return "under 0.01"
    return amount(value) if value == 0 or value >= 1 else half_up(value, 2)


def part_of(row: pd.Series, part: str, whole: str) -> str:
    return missing(row, part) or missing(row, whole) or f"{half_up(row[part])} of {half_up(row[whole])}"


def hours(value: float) -> str:
    return amount(float(half_up(value / 60, 1)))


def rate_per_100(row: pd.Series) -> str:
    # The interval that allows for people with many events, where there is one.
    end = "ci" if pd.isna(row["clustered_ci_low"]) else "clustered_ci"
    return state(row, "rate_per_100") or (
        f"{per_100(row['rate_per_100'])} ({per_100(row[f'{end}_low'])} to {per_100(row[f'{end}_high'])}); "
        f"events: {half_up(row['events_n'])}"
    )


def share_of(row: pd.Series, pct: str, ends: str, part: str, whole: str) -> str:
    return state(row, pct) or (
        f"{share(row[pct])} of 100 ({share(row[f'{ends}_low'])} to {share(row[f'{ends}_high'])}), "
        f"{half_up(row[part])} of {half_up(row[whole])}"
    )


def median(row: pd.Series, column: str, people_n: str, read: Callable[[float], str] = amount) -> str:
    return state(row, column) or f"{read(row[column])} ({half_up(row[people_n])} people)"


# ---- rows ----


def released(tables: Tables, filters: Filters, section: str) -> pd.DataFrame:
    """The released rows that a section lists, in its order."""
    if section == "benchmarks":
        frame = tables["benchmarks"]
        condition = frame["condition"].isin(["all", filters.condition]) | (filters.condition == "all")
        found = frame[condition & (frame["route"].isin(["all", filters.route]) | (filters.route == "all"))]
        return _sorted(found, condition=["all", *CONDITIONS], route=_ROUTES)
    if section in GROUPS:
        table, group, codes = GROUPS[section]
        frame = tables[table]
        frame = frame[(frame["scale"] == "primary") & (frame["timepoint"] == filters.timepoint)]
        of_condition = frame[(frame["clinic_id"] == filters.clinic) & (frame["condition"] == filters.condition)]
        return _sorted(of_condition, **{group: codes})
    table, wanted = {
        "pathway": ("care_pathway", {"step": STEPS}),
        "safety": ("safety_by_route", {"event": ["any"]}),
        "events": ("safety_by_route", {"event": ["any", "serious", *ADVERSE_EVENTS]}),
        "vitals": ("vitals_by_route", {"measure": VITALS}),
        "route-profile": ("route_profile", {"measure": SPREADS}),
        "adjusting": ("route_profile", {"measure": SHARES}),
        "published": ("route_profile", {"measure": PUBLISHED}),
    }[section]
    frame = tables[table]
    frame = frame[frame["clinic_id"] == filters.clinic]
    if filters.clinic != "all":
        # The network's page holds a clinic's totals.
        frame = frame[(frame["condition"] == "all") | (frame["route"] == "all")]
    # What is published is the same for every condition.
    frame = frame[frame["condition"] == ("all" if section == "published" else filters.condition)]
    beside = section in ("safety", "route-profile", "adjusting", "published")
    every = frame["route"].isin(["all", filters.route]) | (filters.route == "all")
    frame = frame[every if beside else frame["route"] == filters.route]
    for column, codes in wanted.items():
        frame = frame[frame[column].isin(codes)]
    # Where nothing at all was recorded the page says so, and not that it was too little.
    nothing = (frame[RECORDED[table]] == 0) & (frame["evidence"] == "not_enough")
    frame = frame.assign(evidence=frame["evidence"].mask(nothing, "no_data"))
    return _sorted(frame, **wanted, route=_ROUTES)


def _sorted(frame: pd.DataFrame, **orders: list[str]) -> pd.DataFrame:
    places = pd.DataFrame({column: frame[column].map(codes.index) for column, codes in orders.items()})
    return frame.loc[places.sort_values(list(orders)).index]


# ---- what stands on the page ----


def tiles(tables: Tables, filters: Filters) -> list[str]:
    steps = {row["step"]: row for _, row in released(tables, filters, "pathway").iterrows()}
    events = {row["event"]: row for _, row in released(tables, filters, "events").iterrows()}
    if not events:
        return ["no data"] * 5
    return [
        people(events["any"], "sessions_n"),
        *(
            state(steps[step], "done_pct") or f"{share(steps[step]['done_pct'])} of 100"
            for step in ("preparation", "integration")
        ),
        *(
            state(events[event], "rate_per_100") or per_100(events[event]["rate_per_100"])
            for event in ("any", "serious")
        ),
    ]


def table(tables: Tables, filters: Filters, section: str) -> list[dict[str, str]]:
    """The cells of a section's table, by the place and heading of their columns."""
    return [_cells(row, section) for _, row in released(tables, filters, section).iterrows()]


def name_of(row: pd.Series, section: str) -> str:
    """The group that a row is of, as the first column and the charts say it."""
    if section == "by-sessions":
        code = str(row["sessions_group"])
        return {"all": "All", "1": "1 session"}.get(code, code.replace("_to_", " to ") + " sessions")
    if section in GROUPS:
        group = GROUPS[section][1]
        return WORDS.name(group, row[group])
    if section == "pathway":
        return WORDS.name("care_step", row["step"])
    return WORDS.name("route", row["route"])


def _cells(row: pd.Series, section: str) -> dict[str, str]:
    if section in GROUPS:
        return {
            _heading(0, GROUPS[section][1]): name_of(row, section),
            _heading(1, "started"): people(row, "n_started"),
            _heading(2, "analysed"): people(row, "n_analysed"),
            _heading(4, "response"): rate(row, "response"),
            _heading(6, "reliable_deterioration"): rate(row, "reliable_deterioration"),
        }
    if section == "pathway":
        recorded = part_of(row, "recorded_n", "of_n")
        unit = WORDS.name("counted", row["unit"])
        return {
            _heading(0, "care_step"): name_of(row, section),
            _heading(1, "recorded_of"): recorded if missing(row, "recorded_n") else f"{recorded} {unit}",
            _heading(2, "done"): share_of(row, "done_pct", "ci", "done_n", "recorded_n"),
            _heading(3, "median_minutes"): median(row, "median_minutes", "minutes_patients_n"),
            _heading(5, "median_delay_minutes"): median(row, "median_delay_minutes", "delay_minutes_patients_n", hours),
        }
    if section in ("safety", "events"):
        at = 3 if section == "safety" else 1
        return {
            _heading(0, "route" if section == "safety" else "event"): name_of(row, section)
            if section == "safety"
            else WORDS.name("event", row["event"]),
            _heading(at, "events_per_100"): rate_per_100(row),
            _heading(at + 2, "people_with_event"): share_of(
                row, "patients_with_event_pct", "patients_with_event_ci", "patients_with_event_n", "patients_n"
            ),
        }
    if section == "vitals":
        beyond = "patients_beyond"
        return {
            _heading(0, "measure"): WORDS.name("measure", row["measure"]),
            _heading(1, "sessions_recorded"): part_of(row, "n", "sessions_n"),
            _heading(2, "median"): state(row, "median")
            or f"{amount(row['median'])} ({amount(row['p10'])} to {amount(row['p90'])})",
            _heading(6, "people_beyond"): share_of(row, f"{beyond}_pct", f"{beyond}_ci", f"{beyond}_n", "patients_n"),
        }
    if section == "benchmarks":
        return {
            _heading(1, "scale"): {"primary": "Primary scale", "phq9": "PHQ-9"}[row["scale"]],
            _heading(5, "match"): WORDS.name("match", row["match"]),
        }
    cells = {_heading(0, "measure"): WORDS.name("measure", row["measure"]), _heading(1, "route"): name_of(row, section)}
    if section == "route-profile":
        spread = f"{amount(row['median'])} ({amount(row['p10'])} to {amount(row['p90'])})" if row["median"] else ""
        unit = "of 10" if row["measure"] == "intensity_0_10" else row["unit"]
        return cells | {_heading(3, "median"): state(row, "median") or f"{spread} {unit}"}
    if section == "adjusting":
        return cells | {_heading(3, "share"): share_of(row, "pct", "ci", "with_n", "n")}
    mark = "" if pd.isna(row["published_mark"]) else f" {row['published_mark']}"
    return cells | {_heading(3, "source"): f"{row['published_citation']}{mark}"}


def _heading(place: int, key: str) -> str:
    return f"{place} {WORDS.say(f'column.{key}')}"
