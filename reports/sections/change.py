"""Change by route within condition, and the course of change over the sessions."""

from __future__ import annotations

from typing import Any

from reports import figures, released_rows
from reports.charts import change_by_route, course_of_change
from reports.sections import parts
from reports.sections.parts import Cell, Drawn, Page, Section, TableView


def change(page: Page) -> Section:
    """One small chart per condition on its main scale; one table of all."""
    words, charts = page.words, []
    lines: list[tuple[Cell, ...]] = []
    for condition, scale_id in _conditions(page):
        assert page.outcomes is not None
        choice = (page.outcomes, words, page.scope, condition, scale_id)
        found = change_by_route.records(*(choice[0], choice[2], condition, scale_id))
        if not found:
            continue
        scale = page.about.scale(scale_id)
        chart = change_by_route.chart(*choice, scale)
        charts.append(_drawn(f"change-{condition}", change_by_route.NAME, chart, change_by_route.rows(*choice)))
        lines += [_line(page, record, condition, scale_id) for record in found]
    sentence = words.say("change.sentence", when=page.when)
    if not lines:
        return Section("change", words.say("change.heading"), sentence, empty=words.say("empty.section"))
    columns = ("condition", "scale", "route", "analysed", "baseline_mean", "followup_mean", "change", "direction")
    table = TableView(
        words.say("change.caption", when=page.when),
        tuple(words.say(f"column.{c}") for c in (*columns, "effect_size")),
        tuple(lines),
    )
    return Section("change", words.say("change.heading"), sentence, words.say("reading.change"), tuple(charts), table)


def course(page: Page) -> Section:
    """Mean score by session, one small chart per condition, everyone with a score there."""
    words, table, charts = page.words, page.tables.get("score_trajectories"), []
    lines: list[tuple[Cell, ...]] = []
    for condition, scale_id in _conditions(page) if table is not None else []:
        assert table is not None
        choice = (table, words, page.scope, condition, scale_id)
        scale, data = page.about.scale(scale_id), course_of_change.rows(*choice)
        if len(data) < 2:
            continue
        chart = course_of_change.chart(*choice, scale)
        charts.append(_drawn(f"course-{condition}", course_of_change.NAME, chart, data))
        shown = {row["position"] for row in data}
        lines += [
            (
                parts.label(words.name("condition", condition)),
                parts.label(scale.name),
                Cell(figures.count(record["position"])),
                parts.people(record, "n", words),
                parts.moment(record, "mean", words),
                _interval(page, record, "ci_low", "ci_high"),
                parts.people(record, "n_stopped", words),
            )
            for record in course_of_change.records(table, page.scope, condition, scale_id)
            if figures.plot(released_rows.number(record, "position"), 0) in shown
        ]
    sentence = words.say("course.sentence")
    if not lines:
        return Section("course", words.say("course.heading"), sentence, empty=words.say("empty.section"))
    view = TableView(
        words.say("course.caption"),
        tuple(
            words.say(f"column.{c}") for c in ("condition", "scale", "session", "people", "mean", "interval", "stopped")
        ),
        tuple(lines),
    )
    return Section("course", words.say("course.heading"), sentence, words.say("reading.course"), tuple(charts), view)


def _conditions(page: Page) -> list[tuple[str, str]]:
    present = released_rows.conditions_in(released_rows.primary_rows(page.outcomes, page.scope))
    chosen = ((c, released_rows.main_scale(page.outcomes, page.scope, c)) for c in present)
    return [(condition, scale) for condition, scale in chosen if scale is not None]


def _drawn(chart_id: str, name: str, chart: Any, data: list[dict[str, Any]]) -> Drawn:
    return parts.drawn(chart_id.replace("_", "-"), name, chart, data)


def _line(page: Page, record: dict[str, Any], condition: str, scale_id: str) -> tuple[Cell, ...]:
    words = page.words
    return (
        parts.label(words.name("condition", condition)),
        parts.label(page.about.scale(scale_id).name),
        parts.label(words.name("route", record["route"])),
        parts.people(record, "n_analysed", words),
        _with_spread(page, record, "baseline"),
        _with_spread(page, record, "followup"),
        _change(page, record),
        _direction(page, record, scale_id),
        _effect(page, record),
    )


def _speaks(record: dict[str, Any], column: str) -> bool:
    return released_rows.state(record, column) in ("reportable", "imprecise")


def _silent(page: Page, record: dict[str, Any], column: str) -> Cell:
    state = released_rows.state(record, column)
    return parts.silent(page.words, state if state not in ("reportable", "imprecise") else "withheld")


def _with_spread(page: Page, record: dict[str, Any], moment: str) -> Cell:
    mean, spread = (released_rows.number(record, f"{moment}_{part}") for part in ("mean", "sd"))
    if mean is None or not _speaks(record, f"{moment}_mean"):
        return _silent(page, record, f"{moment}_mean")
    return Cell(figures.mean(mean) if spread is None else f"{figures.mean(mean)} ({figures.mean(spread)})")


def _change(page: Page, record: dict[str, Any]) -> Cell:
    mean, low, high = (released_rows.number(record, f"change_{part}") for part in ("mean", "ci_low", "ci_high"))
    if mean is None or low is None or high is None or not _speaks(record, "change_mean"):
        return _silent(page, record, "change_mean")
    text = page.words.say("figure.interval", figure=figures.mean(mean), low=figures.mean(low), high=figures.mean(high))
    return Cell(text, mark="imprecise" if record["evidence"] == "imprecise" else "")


def _direction(page: Page, record: dict[str, Any], scale_id: str) -> Cell:
    """Better or worse only when the whole interval is; by symbol and word, never by colour alone."""
    low, high = (released_rows.number(record, f"change_ci_{end}") for end in ("low", "high"))
    lower_is_better = page.about.scale(scale_id).lower_is_better
    if low is None or high is None or lower_is_better is None or not _speaks(record, "change_mean"):
        return parts.label("")
    if low <= 0 <= high:
        return parts.label(page.words.say("direction.none"))
    return parts.label(page.words.say("direction.better" if (high < 0) == lower_is_better else "direction.worse"))


def _effect(page: Page, record: dict[str, Any]) -> Cell:
    size, low, high = (released_rows.number(record, f"effect_size{end}") for end in ("", "_ci_low", "_ci_high"))
    if size is None or not _speaks(record, "effect_size"):
        return _silent(page, record, "effect_size")
    if low is None or high is None:
        return Cell(figures.effect(size))
    values = (figures.effect(value) for value in (size, low, high))
    return Cell(page.words.say("figure.interval", **dict(zip(("figure", "low", "high"), values, strict=True))))


def _interval(page: Page, record: dict[str, Any], low: str, high: str) -> Cell:
    ends = [released_rows.number(record, column) for column in (low, high)]
    if ends[0] is None or ends[1] is None:
        return parts.silent(page.words, released_rows.why_empty(record, low))
    return Cell(page.words.say("figure.from_to", low=figures.mean(ends[0]), high=figures.mean(ends[1])))
