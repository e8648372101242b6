"""What the dashboard should say for a choice of filters, worked out from the released CSV with pandas alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from pipelines.vocabulary import CONDITIONS, PRIMARY_SCALES, REPORTED_ROUTES
from reports.words import words_of
from tests.released_sample import SCALES

WORDS = words_of()
Tables = Mapping[str, pd.DataFrame]
DEFAULTS = {"clinic": "all", "condition": "all", "route": "all", "scale": "primary", "timepoint": "end_of_induction"}
LADDER = ("n_started", "n_due", "n_baseline", "n_any_followup", "n_analysed")


@dataclass(frozen=True)
class Filters:
    clinic: str
    condition: str
    route: str
    scale: str
    timepoint: str


# ---- figures as they are read ----


def half_up(value: float, decimals: int = 0) -> str:
    size = math.floor(abs(value) * 10**decimals + 0.5 + 1e-9) / 10**decimals
    return ("−" if value < 0 and size else "") + f"{size:,.{decimals}f}"


def share(value: float) -> str:
    return "under 1" if 0 < value < 0.5 else "over 99" if 99.5 <= value < 100 else half_up(value)


def share_brief(value: float) -> str:
    return "<1" if 0 < value < 0.5 else ">99" if 99.5 <= value < 100 else half_up(value)


def state(row: pd.Series, column: str) -> str:
    """'' when the figure is shown, else its reason in words."""
    if row["evidence"] in ("withheld", "not_enough"):
        return WORDS.say(f"state.{row['evidence']}")
    return missing(row, column)


def missing(row: pd.Series, column: str) -> str:
    if not pd.isna(row[column]):
        return ""
    stated = "" if pd.isna(row["empty_because"]) else str(row["empty_because"])
    reasons = dict(part.split(":") for part in stated.split(";") if part)
    return WORDS.say(f"state.{reasons.get(column, 'no_data')}")


def people(row: pd.Series, column: str) -> str:
    return missing(row, column) or half_up(row[column])


def rate(row: pd.Series, outcome: str) -> str:
    low, high = (
        share(row[f"{outcome}_ci_{end}"]) if state(row, f"{outcome}_pct") == "" else "" for end in ("low", "high")
    )
    return state(row, f"{outcome}_pct") or (
        f"{share(row[f'{outcome}_pct'])} of 100 ({low} to {high}), "
        f"{half_up(row[f'{outcome}_n'])} of {half_up(row[f'{outcome}_of_n'])}"
    )


def of_100(row: pd.Series, column: str) -> str:
    return state(row, column) or f"{share(row[column])} of 100"


def spread(row: pd.Series, moment: str) -> str:
    return state(row, f"{moment}_mean") or f"{half_up(row[f'{moment}_mean'], 1)} ({half_up(row[f'{moment}_sd'], 1)})"


def interval(row: pd.Series, figure: str, ends: str, decimals: int) -> str:
    return state(row, figure) or (
        f"{half_up(row[figure], decimals)} "
        f"({half_up(row[f'{ends}_low'], decimals)} to {half_up(row[f'{ends}_high'], decimals)})"
    )


# ---- rows ----


def pick(tables: Tables, **keys: str) -> pd.DataFrame:
    frame = tables["outcomes_by_route_condition"]
    for column, value in keys.items():
        frame = frame[frame[column] == value]
    return frame


def subject(tables: Tables, filters: Filters) -> pd.Series | None:
    found = pick(
        tables,
        clinic_id=filters.clinic,
        condition=filters.condition,
        route=filters.route,
        scale=filters.scale,
        timepoint=filters.timepoint,
    )
    return found.iloc[0] if len(found) else None


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """By condition, then by route, in the order of the contract, `all` first."""
    conditions, routes = ["all", *CONDITIONS], ["all", *REPORTED_ROUTES]
    place = frame["condition"].map(conditions.index) * len(routes) + frame["route"].map(routes.index)
    return frame.loc[place.sort_values().index]


def scale_of(tables: Tables, filters: Filters, condition: str) -> str:
    """The chosen scale; else, of the condition's primary scales, the one most people were measured with."""
    if filters.scale != "primary":
        return filters.scale
    found = pick(tables, clinic_id=filters.clinic, condition=condition, route="all", timepoint="end_of_induction")
    found = found[found["scale"].isin(PRIMARY_SCALES[condition])]
    return str(found.sort_values("n_analysed", ascending=False).iloc[0]["scale"]) if len(found) else ""


def released(tables: Tables, filters: Filters, section: str, condition: str = "") -> pd.DataFrame:
    """The released rows that a section lists."""
    frame = pick(tables, clinic_id=filters.clinic, timepoint=filters.timepoint)
    if filters.clinic != "all":
        # The network's page holds a clinic's totals: one condition over all routes, or one route over all conditions.
        total = (frame["condition"] == "all") | (frame["route"] == "all")
        frame = frame[total & ((frame["scale"] == "primary") | (frame["route"] == "all"))]
    chosen = {
        "condition": frame["condition"].isin(["all", filters.condition]) | (filters.condition == "all"),
        "route": frame["route"].isin(["all", filters.route]) | (filters.route == "all"),
    }
    if section == "change":
        scale = scale_of(tables, filters, condition)
        found = frame[chosen["route"] & (frame["condition"] == condition) & (frame["scale"] == scale)]
        # A condition that nobody of the chosen route has is not shown.
        return in_order(found if (found["route"] == filters.route).any() else found.iloc[:0])
    frame = frame[frame["scale"] == filters.scale]
    if section in ("by-condition", "bounds"):
        return in_order(frame[chosen["condition"] & (frame["route"] == filters.route)])
    if section in ("by-route", "better-and-worse"):
        return in_order(frame[chosen["route"] & (frame["condition"] == filters.condition)])
    single = (frame["condition"] != "all") & (frame["route"] != "all")
    return in_order(frame[chosen["condition"] & chosen["route"] & single])


# ---- what stands on the page ----


def tiles(tables: Tables, filters: Filters) -> list[str]:
    row = subject(tables, filters)
    if row is None or (row["evidence"] == "withheld" and pd.isna(row["n_started"])):
        return []
    outcomes = ("response", "remission", "reliable_improvement", "reliable_deterioration")
    followed = missing(row, "followup_pct") or f"{share(row['followup_pct'])} of 100"
    return [people(row, "n_started"), followed, *(of_100(row, f"{outcome}_pct") for outcome in outcomes)]


def table(tables: Tables, filters: Filters, section: str) -> list[dict[str, str]]:
    """The cells of a section's table, by the place and heading of their columns."""
    if section == "ladder":
        row = subject(tables, filters)
        lines = [] if row is None else list(_steps(row))
    elif section == "course":
        lines = list(_points(tables, filters))
    elif section == "change":
        conditions = list(CONDITIONS) if filters.condition == "all" else [filters.condition]
        shown = [c for c in conditions if c in set(tables["outcomes_by_route_condition"]["condition"])]
        lines = [_cells(row, section) for c in shown for _, row in released(tables, filters, section, c).iterrows()]
    else:
        lines = [_cells(row, section) for _, row in released(tables, filters, section).iterrows()]
    return lines


def _heading(place: int, key: str) -> str:
    return f"{place} {WORDS.say(f'column.{key}')}"


def _cells(row: pd.Series, section: str) -> dict[str, str]:
    condition, route = WORDS.name("condition", row["condition"]), WORDS.name("route", row["route"])
    if section in ("by-condition", "by-route"):
        of = section.removeprefix("by-")
        return {
            _heading(0, of): condition if of == "condition" else route,
            _heading(1, "started"): people(row, "n_started"),
            _heading(2, "analysed"): people(row, "n_analysed"),
            _heading(4, "response"): rate(row, "response"),
        }
    if section == "grid":
        return {
            _heading(0, "condition"): condition,
            _heading(1, "route"): route,
            _heading(2, "started"): people(row, "n_started"),
            _heading(5, "analysed"): people(row, "n_analysed"),
            _heading(6, "response"): rate(row, "response"),
            _heading(7, "remission"): rate(row, "remission"),
        }
    if section == "bounds":
        worst, best = (
            state(row, "response_pct") or missing(row, column) or share(row[column])
            for column in ("response_pct_worst", "response_pct_best")
        )
        return {
            _heading(0, "condition"): condition,
            _heading(1, "baseline"): people(row, "n_baseline"),
            _heading(2, "response"): rate(row, "response"),
            _heading(3, "worst"): worst,
            _heading(4, "best"): best,
        }
    if section == "better-and-worse":
        better, worse = "reliable_improvement", "reliable_deterioration"
        return {
            _heading(0, "route"): route,
            _heading(1, better): rate(row, better),
            _heading(2, worse): rate(row, worse),
        }
    return {
        _heading(0, "condition"): condition,
        _heading(1, "scale"): SCALES[row["scale"]].name,
        _heading(2, "route"): route,
        _heading(3, "analysed"): people(row, "n_analysed"),
        _heading(4, "baseline_mean"): spread(row, "baseline"),
        _heading(5, "followup_mean"): spread(row, "followup"),
        _heading(6, "change"): interval(row, "change_mean", "change_ci", 1),
        _heading(8, "effect_size"): interval(row, "effect_size", "effect_size_ci", 2),
    }


def _steps(row: pd.Series) -> Iterator[dict[str, str]]:
    before: float | None = None
    for step in LADDER:
        have = None if pd.isna(row[step]) else float(row[step])
        if before is None or have is None:
            lost = "" if step == LADDER[0] else missing(row, step)
        elif before == 0:
            lost = WORDS.say("state.no_data")
        else:
            gone = before - have
            lost = WORDS.say("ladder.lost", people=half_up(gone), share=share(100 * gone / before))
        yield {
            _heading(0, "step"): WORDS.say(f"step.{step}"),
            _heading(1, "people"): people(row, step),
            _heading(2, "lost"): lost,
        }
        before = have


def _points(tables: Tables, filters: Filters) -> Iterator[dict[str, str]]:
    """A course is shown from two points on; the network's page holds the network's own courses only."""
    course = tables["score_trajectories"]
    conditions = list(CONDITIONS) if filters.condition == "all" else [filters.condition]
    for condition in conditions if filters.clinic == "all" else ():
        for axis in ("session", "week"):
            found = course[
                (course["clinic_id"] == filters.clinic)
                & (course["condition"] == condition)
                & (course["route"] == filters.route)
                & (course["scale"] == scale_of(tables, filters, condition))
                & (course["axis"] == axis)
                & course["mean"].notna()
            ].sort_values("position")
            if len(found) < 2:
                continue
            for _, row in found.iterrows():
                yield {
                    _heading(0, "condition"): WORDS.name("condition", condition),
                    _heading(1, "scale"): SCALES[row["scale"]].name,
                    _heading(3, "position"): half_up(row["position"]),
                    _heading(4, "people"): half_up(row["n"]),
                    _heading(5, "mean"): half_up(row["mean"], 1),
                    _heading(6, "interval"): f"{half_up(row['ci_low'], 1)} to {half_up(row['ci_high'], 1)}",
                }
