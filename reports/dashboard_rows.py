"""The rows behind the dashboard: which released rows a page carries, and which of them a choice of filters shows.

A network's page carries the network's rows and each clinic's margins; a clinic's own page carries all rows of that
clinic. `chosen` is the one definition of what a list holds; dashboard.js has the same six lists over the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipelines.vocabulary import ALL, CONDITIONS, PRIMARY, PRIMARY_SCALES, REPORTED_ROUTES, TIMEPOINTS
from reports import released_rows
from reports.phrases import SPEAKING
from reports.profile_line import profile_lines
from reports.released_rows import Row
from reports.sections.declared import Chart, Declared, List, ListOf
from reports.sections.parts import Page

LADDER = ("n_started", "n_due", "n_baseline", "n_any_followup", "n_analysed")
RATES = ("response", "remission", "reliable_improvement", "reliable_deterioration", "reliable_recovery")
MOMENTS = ("baseline_mean", "baseline_sd", "followup_mean", "followup_sd", "change_mean", "change_ci_low")
KEY = ("clinic_id", "condition", "route", "scale", "timepoint")
COURSE_KEY = ("clinic_id", "condition", "route", "scale", "axis")
RELEASED_NUMBERS = (
    *LADDER,
    "n_completed_induction",
    "n_courses",
    "followup_pct",
    "paired_pct",
    *MOMENTS,
    "change_ci_high",
    *("effect_size", "effect_size_ci_low", "effect_size_ci_high"),
    *(f"{rate}_{part}" for rate in RATES for part in ("of_n", "n", "pct", "ci_low", "ci_high")),
    *(f"{rate}_{part}" for rate in RATES[:2] for part in ("bounds_of_n", "pct_worst", "pct_best")),
)
# Made from released columns by subtraction.
DERIVED_NUMBERS = (
    *("missed_n", "missed_pct", "clinics_n"),
    *(f"worst_{part}" for part in ("pct", "ci_low", "ci_high", "n", "of_n")),
    *(f"lost_{step}{part}" for step in LADDER[1:] for part in ("", "_pct")),
)
# Those that a silent row does not show: all but the counts of the ladder and the share measured.
SPEAKING_NUMBERS = tuple(
    name for name in RELEASED_NUMBERS if not name.startswith("n_") and name not in ("followup_pct", "paired_pct")
)
COURSE_NUMBERS = ("position", "n", "mean", "ci_low", "ci_high", "n_stopped")


@dataclass(frozen=True)
class Filters:
    """What a reader chose: one clinic (or `all`), condition, route, scale (or `primary`) and timepoint."""

    clinic: str = ALL
    condition: str = ALL
    route: str = ALL
    scale: str = PRIMARY
    timepoint: str = TIMEPOINTS[0]


@dataclass(frozen=True)
class DashboardRows:
    """outcomes: rows of outcomes_by_route_condition with DERIVED_NUMBERS and `direction`; course: of
    score_trajectories; main_scale: clinic -> condition -> the scale that shows its change; blocked: clinics without a
    row whose deliveries were held back; enough_n: people behind the last point that a title speaks of."""

    outcomes: Mapping[tuple[str, ...], Row]
    blocked: frozenset[str]
    course: Mapping[tuple[str, ...], Sequence[Row]]
    main_scale: Mapping[str, Mapping[str, str]]
    enough_n: float

    @property
    def conditions(self) -> list[str]:
        """The conditions seen, in the order of the contract."""
        return _in_order(CONDITIONS, {key[1] for key in self.outcomes})

    @property
    def routes(self) -> list[str]:
        """The routes seen, in the order of the contract."""
        return _in_order(REPORTED_ROUTES, {key[2] for key in self.outcomes})

    @property
    def scales(self) -> list[str]:
        """The single scales seen, in the order of the primary lists, then by name."""
        listed = list(dict.fromkeys(scale for scales in PRIMARY_SCALES.values() for scale in scales))
        seen = {key[3] for key in self.outcomes} - {PRIMARY}
        return [*_in_order(listed, seen), *sorted(seen - set(listed))]

    def row(self, filters: Filters) -> Row | None:
        """The one row of these filters."""
        return self.outcomes.get((filters.clinic, filters.condition, filters.route, filters.scale, filters.timepoint))

    def chosen(self, which: List | ListOf, filters: Filters, condition: str = "", axis: str = "") -> list[Row]:
        """The rows of one list, in the order of the contract. condition, axis: of a chart of one condition.

        A list over all groups shows, when one of them is chosen, that one beside `all`.
        """
        if which == "course":
            scale = self.scale_of(filters, condition)
            return list(self.course.get((filters.clinic, condition, filters.route, scale, axis), ()))
        asked = self._asked(which, filters, condition)
        if which == "grid":
            # A combination that nobody was treated with stands there blank: a facet with a gap would move the cells
            # after it under another heading.
            return [self.row(each) or blank(each) for each in asked]
        if which == "clinics":
            return [self.row(each) or blank(each, self.why_no_row(each.clinic)) for each in asked]
        return [row for each in asked if (row := self.row(each)) is not None]

    def _asked(self, which: List | ListOf, filters: Filters, condition: str) -> Iterator[Filters]:
        conditions = self.conditions if filters.condition == ALL else [filters.condition]
        routes = self.routes if filters.route == ALL else [filters.route]
        if which == "subject":
            yield filters
        elif which == "by_condition":
            yield from (replace(filters, condition=each) for each in (ALL, *conditions))
        elif which == "by_route":
            yield from (replace(filters, route=each) for each in (ALL, *routes))
        elif which == "grid":
            yield from (replace(filters, condition=c, route=r) for c in conditions for r in routes)
        elif which == "routes_of_condition":
            chosen = replace(filters, condition=condition, scale=self.scale_of(filters, condition))
            yield from (replace(chosen, route=each) for each in (ALL, *routes))
        elif ALL in (filters.condition, filters.route):
            # A network's page holds a clinic's margins only, on the primary scale.
            each_clinic = (clinic for clinic in self.main_scale if clinic != ALL)
            yield from (replace(filters, clinic=clinic, scale=PRIMARY) for clinic in each_clinic)

    def subject(self, section: Declared, filters: Filters) -> Row | None:
        """The row of the filters: all sections speak of the same one."""
        return self.row(filters)

    def blank(self, section: Declared, filters: Filters) -> Row:
        """The row of filters that have none."""
        return blank(filters)

    def listed(self, section: Declared, filters: Filters) -> list[Row]:
        """The rows of the section's list; of a section whose charts have rows of their own, all of these."""
        if section.by_chart:
            return [row for chart in section.charts for row in self.drawn(section, chart, filters)]
        return self.chosen(section.rows, filters)

    def told(self, section: Declared, filters: Filters) -> list[Row]:
        """The rows of the section's table: a row per step of the ladder, else the list without its blanks."""
        if section.rows == "subject" and not section.by_chart:
            subject = self.row(filters)
            return steps_of(subject) if subject else []
        return [row for row in self.listed(section, filters) if row.get("evidence") != "none"]

    def drawn(self, section: Declared, chart: Chart, filters: Filters) -> list[Row]:
        """The rows of one chart; none when the choice leaves it nothing to compare."""
        if chart.condition and filters.condition not in (ALL, chart.condition):
            return []
        found = self.chosen(chart.rows, filters, chart.condition, chart.axis)
        if chart.condition and not any(row["route"] == filters.route for row in found):
            return []
        return found if chart.rows != "course" or sum(row["mean"] is not None for row in found) > 1 else []

    def titled(self, section: Declared, chart: Chart, filters: Filters) -> Row | None:
        """The row of the filters; for a chart of one condition that of the chosen route, for a course with its ends."""
        if not chart.condition:
            return self.row(filters)
        drawn = self.drawn(section, chart, filters)
        found = next((row for row in drawn if row["route"] == filters.route), None)
        return {**found, **ends(drawn, self.enough_n)} if found and chart.rows == "course" else found

    def why_no_row(self, clinic: str) -> str:
        """The evidence of a clinic that has no row: what it delivered is blocked, or there is nothing."""
        return "blocked" if clinic in self.blocked else "no_data"

    def scale_of(self, filters: Filters, condition: str) -> str:
        """The scale whose change is shown for a condition: the chosen one, else the condition's main scale."""
        if filters.scale != PRIMARY:
            return filters.scale
        return self.main_scale.get(filters.clinic, {}).get(condition, "")


def dashboard_rows(page: Page) -> DashboardRows:
    """The rows that this page carries."""
    own = page.scope.clinic_id
    clinics = [own] if own != ALL else [ALL, *_by_name(page)]
    main = {clinic: _main_scales(page, clinic) for clinic in clinics}
    outcomes: dict[tuple[str, ...], dict[str, Any]] = {}
    seen_by, profiles = _clinics_by_group(page), profile_lines(page)
    for record in released_rows.rows(page.outcomes):
        clinic = record["clinic_id"]
        if clinic in main and (clinic == own or _is_margin(record, main[clinic])):
            outcomes[tuple(record[name] for name in KEY)] = _with_derived(page, record, seen_by, profiles)
    course: dict[tuple[str, ...], list[Row]] = {}
    for record in released_rows.rows(page.tables.get("score_trajectories"), clinic_id=own):
        if record["condition"] != ALL:
            course.setdefault(tuple(record[name] for name in COURSE_KEY), []).append(record)
    ordered = {key: sorted(rows, key=lambda row: float(row["position"])) for key, rows in course.items()}
    for key, row in outcomes.items():
        if key[1] == ALL:
            row.update(_worst(outcomes, key))
    held = {delivery.clinic_id for delivery in page.about.deliveries if delivery.state != "published"}
    return DashboardRows(
        outcomes, frozenset(held - {key[0] for key in outcomes}), ordered, main, page.about.limits.precise_n
    )


def _by_name(page: Page) -> list[str]:
    names = page.about.clinics
    return sorted(names, key=lambda clinic: (names[clinic].casefold(), clinic))


def _main_scales(page: Page, clinic: str) -> dict[str, str]:
    scope = replace(page.scope, clinic_id=clinic)
    found = {c: released_rows.main_scale(page.outcomes, scope, c) for c in CONDITIONS}
    return {condition: scale for condition, scale in found.items() if scale is not None}


def _is_margin(record: Row, main: Mapping[str, str]) -> bool:
    """A clinic's row on the network's page: one condition over all routes, or one route over all conditions."""
    if record["scale"] == PRIMARY:
        return ALL in (record["condition"], record["route"])
    return bool(record["route"] == ALL and record["scale"] == main.get(record["condition"]))


def _clinics_by_group(page: Page) -> Mapping[tuple[str, str], int]:
    """(condition, route) -> clinics that have a row of it."""
    clinics: dict[tuple[str, str], set[str]] = {}
    for record in released_rows.rows(page.tables.get("denominators")):
        if record["clinic_id"] != ALL:
            clinics.setdefault((record["condition"], record["route"]), set()).add(record["clinic_id"])
    return {group: len(found) for group, found in clinics.items()}


def _with_derived(
    page: Page, record: Row, seen_by: Mapping[tuple[str, str], int], profiles: Mapping[tuple[str, str, str], str]
) -> dict[str, Any]:
    row = dict(record)
    if record["evidence"] in released_rows.SILENT:
        # What the page does not show it does not carry either.
        row |= dict.fromkeys(SPEAKING_NUMBERS)
    steps = [released_rows.number(row, step) for step in LADDER]
    due, analysed = steps[1], steps[-1]
    row["missed_n"] = None if due is None or analysed is None else due - analysed
    followed = released_rows.number(record, "followup_pct")
    row["missed_pct"] = None if followed is None or row["missed_n"] is None else 100 - followed
    row["clinics_n"] = seen_by.get((record["condition"], record["route"])) if record["clinic_id"] == ALL else 1
    for step, had, have in zip(LADDER[1:], steps, steps[1:], strict=False):
        lost = None if had is None or have is None else had - have
        row[f"lost_{step}"] = lost
        row[f"lost_{step}_pct"] = 100 * lost / had if had and lost is not None else None
    row["worst_condition"] = ""
    group = (record["clinic_id"], record["condition"], record["route"])
    row["profile"] = profiles.get(group, "") if record["scale"] == PRIMARY else ""
    row |= dict.fromkeys(f"worst_{part}" for part in ("pct", "ci_low", "ci_high", "n", "of_n"))
    row["direction"] = _direction(record, page.about.scale(record["scale"]).lower_is_better)
    return row


def _worst(outcomes: Mapping[tuple[str, ...], Row], key: tuple[str, ...]) -> dict[str, Any]:
    """Of the conditions of a total that speak: the one with most people of 100 reliably worse, with its figures."""
    what = "reliable_deterioration"
    alike = (outcomes.get((key[0], condition, *key[2:])) for condition in CONDITIONS)
    speaking = [row for row in alike if row and released_rows.state(row, f"{what}_pct") in SPEAKING]
    if len(speaking) < 2:
        return {}
    worst = max(speaking, key=lambda row: float(row[f"{what}_pct"]))
    parts = ("pct", "ci_low", "ci_high", "n", "of_n")
    return {"worst_condition": worst["condition"], **{f"worst_{part}": worst[f"{what}_{part}"] for part in parts}}


def _direction(record: Row, lower_is_better: bool | None) -> str:
    """Better or worse only when the whole interval of the change is."""
    low, high = (released_rows.number(record, f"change_ci_{end}") for end in ("low", "high"))
    if low is None or high is None or lower_is_better is None:
        return ""
    if low <= 0 <= high:
        return "none"
    return "better" if (high < 0) == lower_is_better else "worse"


def _in_order(order: Iterable[str], seen: set[str]) -> list[str]:
    return [code for code in order if code in seen]


def blank(filters: Filters, evidence: str = "none") -> dict[str, Any]:
    """The row of a group that has none: its codes and no figure. evidence: `none` shows nothing at all."""
    codes = {"clinic_id": filters.clinic, "condition": filters.condition, "route": filters.route}
    more = {
        "scale": filters.scale,
        "timepoint": filters.timepoint,
        "direction": "",
        "profile": "",
        "empty_because": "",
        "worst_condition": "",
    }
    return {**dict.fromkeys((*RELEASED_NUMBERS, *DERIVED_NUMBERS)), **codes, **more, "evidence": evidence}


def steps_of(row: Row) -> list[Row]:
    """The ladder of a row as one row per step: `people`, and `lost` since the step before (nothing for the first)."""
    return [
        {
            **row,
            "step": step,
            "people": row[step],
            "lost": row.get(f"lost_{step}"),
            "lost_pct": row.get(f"lost_{step}_pct"),
            "empty_because": f"people:{released_rows.why_empty(row, step)};"
            f"lost:{'none' if step == LADDER[0] else released_rows.why_empty(row, step)}",
        }
        for step in LADDER
    ]


def summary(rows: Sequence[Row], column: str, group: str) -> dict[str, Any]:
    """What a heading may say of a whole list, its `all` row left out: rows_n, those that speak about `column`
    (spoken_n, None for none), the lowest and highest figure among these (None below two), and how many of them are
    clearly better or worse."""
    single = [row for row in rows if row[group] != ALL and row.get("evidence") != "none"]
    speaking = [row for row in single if column and released_rows.state(row, column) in SPEAKING]
    values = [value for row in speaking if (value := released_rows.number(row, column)) is not None]
    return {
        "rows_n": len(single),
        "spoken_n": len(speaking) or None,
        "lowest": min(values) if len(values) > 1 else None,
        "highest": max(values) if len(values) > 1 else None,
        **{f"{way}_n": sum(row.get("direction") == way for row in speaking) for way in ("better", "worse")},
    }


def ends(rows: Sequence[Row], enough_n: float) -> dict[str, Any]:
    """What a heading may say of a course: its first row that shows a mean, and the last one of at least `enough_n`
    people (else the last of all). None without two."""
    every = [row for row in rows if released_rows.number(row, "mean") is not None]
    shown = [row for i, row in enumerate(every) if i == 0 or row["n"] >= enough_n]
    shown = shown if len(shown) > 1 else every
    names = ("position", "n", "mean")
    pairs = (("first", shown[0]), ("last", shown[-1])) if len(shown) > 1 else ()
    empty = {f"{end}_{name}": None for end in ("first", "last") for name in names}
    return empty | {f"{end}_{name}": row[name] for end, row in pairs for name in names}
