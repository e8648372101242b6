"""The charts: drawn from released tables only, with no column and no row but those they show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from pipelines.disclosure.released import ReleasedTable
from reports import theme
from reports.about import Scale
from reports.charts import change_by_route, course_of_change, ladder, rate_by_group, route_by_condition
from reports.released_rows import Scope
from reports.words import words_of
from tests import released_sample as sample

WORDS, SCOPE, PHQ9 = words_of(), Scope("all"), Scale("PHQ-9", True)
Draw = Callable[[Any], Any]
TABLES = sample.tables()
CLAIMS: dict[str, tuple[str, Draw, Draw, set[str]]] = {
    "rate_by_group": (
        rate_by_group.TABLE,
        lambda t: rate_by_group.chart(t, WORDS, SCOPE, "condition", "response", True),
        lambda t: rate_by_group.rows(t, WORDS, SCOPE, "condition", "response", True),
        {*rate_by_group.columns("condition", "response", True), *rate_by_group.DERIVED},
    ),
    "route_by_condition": (
        route_by_condition.TABLE,
        lambda t: route_by_condition.chart(t, WORDS, SCOPE),
        lambda t: route_by_condition.rows(t, WORDS, SCOPE),
        {*route_by_condition.COLUMNS, *route_by_condition.DERIVED},
    ),
    "ladder": (
        ladder.TABLE,
        lambda t: ladder.chart(t, WORDS, SCOPE),
        lambda t: ladder.rows(t, WORDS, SCOPE),
        set(ladder.DERIVED),
    ),
    "change_by_route": (
        change_by_route.TABLE,
        lambda t: change_by_route.chart(t, WORDS, SCOPE, "trd", "phq9", PHQ9),
        lambda t: change_by_route.rows(t, WORDS, SCOPE, "trd", "phq9"),
        {*change_by_route.COLUMNS, *change_by_route.DERIVED},
    ),
    "course_of_change": (
        course_of_change.TABLE,
        lambda t: course_of_change.chart(t, WORDS, SCOPE, "trd", "phq9", PHQ9),
        lambda t: course_of_change.rows(t, WORDS, SCOPE, "trd", "phq9"),
        {*course_of_change.COLUMNS, *course_of_change.DERIVED},
    ),
}


def fields_of(spec: Any) -> Iterator[str]:
    """Every field that an encoding of the spec reads."""
    if isinstance(spec, dict):
        if isinstance(spec.get("field"), str):
            yield spec["field"]
        for value in spec.values():
            yield from fields_of(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from fields_of(value)


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_chart_is_valid_vega_lite_without_any_data_in_it(claim: str) -> None:
    table, chart, _, _ = CLAIMS[claim]
    spec = chart(TABLES[table]).to_dict()
    assert "datasets" not in spec and spec["data"] == {"name": claim}
    assert '"values"' not in str(spec.get("data")) and spec["description"]


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_chart_reads_only_released_columns_and_its_frame_holds_no_others(claim: str) -> None:
    table, chart, rows, allowed = CLAIMS[claim]
    data = rows(TABLES[table])
    assert data and all(set(row) <= allowed for row in data)
    assert set(fields_of(chart(TABLES[table]).to_dict())) - {"place"} <= allowed
    assert not allowed & {"title", "image", "clinic_id", "patient_id"}


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_chart_of_anything_but_its_released_table_is_a_type_error(claim: str) -> None:
    table, chart, rows, _ = CLAIMS[claim]
    for wrong in (TABLES[table].frame, pd.DataFrame(), TABLES["data_quality"], None):
        with pytest.raises(TypeError):
            chart(wrong)
        with pytest.raises(TypeError):
            rows(wrong)


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_chart_of_an_empty_table_still_draws(claim: str) -> None:
    table, chart, rows, _ = CLAIMS[claim]
    empty = sample.tables({})[table]
    assert rows(empty) == [] and chart(empty).to_dict()


@pytest.mark.parametrize("claim", CLAIMS)
def test_an_expression_never_holds_text_from_the_data_or_the_words(claim: str) -> None:
    table, chart, _, _ = CLAIMS[claim]
    spec = chart(TABLES[table]).to_dict()
    expressions = re.findall(r"'(?:calculate|filter|test|expr)': (['\"])(.*?)\1", str(spec))
    known = r"[!a-z_.A-Z0-9 ()?:=&']+"
    assert all(re.fullmatch(known, text) for _, text in expressions)


def test_a_cell_without_enough_people_holds_no_number() -> None:
    silent = [
        row
        for row in CLAIMS["route_by_condition"][2](TABLES[route_by_condition.TABLE])
        if row["state"] in ("not_enough", "withheld")
    ]
    assert silent
    for row in silent:
        assert all(row[c] is None for c in route_by_condition.COLUMNS[2:]) and row["reading"] == WORDS.say(
            f"state.{row['state']}"
        )


def test_every_cell_of_the_grid_stands_under_its_own_route() -> None:
    """Drawn by Vega itself: the figure of each cell lies between the edges of its route's column."""
    vlc = pytest.importorskip("vl_convert")
    table = TABLES[route_by_condition.TABLE]
    rows = route_by_condition.rows(table, WORDS, SCOPE)
    # Four cells named after their own route, so that a shifted cell shows.
    for row in rows:
        if row["state"] not in ("none", "not_enough", "withheld"):
            row["people"] = f"@{row['route']}"
    spec = route_by_condition.chart(table, WORDS, SCOPE).to_dict() | {"datasets": {route_by_condition.NAME: rows}}
    positions = texts_with_x(vlc.vegalite_to_svg(spec))
    by_route: dict[str, set[int]] = {}
    for text, x in positions:
        if text.startswith("@"):
            by_route.setdefault(text[1:], set()).add(round(x))
    assert len(by_route) == 4 and all(len(places) == 1 for places in by_route.values())
    headers = [text for text, _ in sorted(positions, key=lambda p: p[1]) if text in by_route]
    assert headers == sorted(by_route, key=lambda route: min(by_route[route]))
    assert sum(row["state"] == "none" for row in rows) == 2


def texts_with_x(svg: str) -> list[tuple[str, float]]:
    """Each text of an SVG with its x, all translations of its ancestors added."""
    import xml.etree.ElementTree as ElementTree

    found: list[tuple[str, float]] = []

    def walk(element: ElementTree.Element, x: float) -> None:
        moved = re.search(r"translate\(([-\d.e]+)", element.get("transform", ""))
        x += float(moved.group(1)) if moved else 0.0
        if element.tag.endswith("}text") and element.text:
            found.append((element.text, x))
        for child in element:
            walk(child, x)

    walk(ElementTree.fromstring(svg), 0.0)
    return found


def test_better_lies_to_the_left_on_every_scale() -> None:
    table = TABLES[change_by_route.TABLE]
    for lower_is_better, reverse in ((True, False), (False, True)):
        chart = change_by_route.chart(table, WORDS, SCOPE, "trd", "phq9", Scale("x", lower_is_better)).to_dict()
        scales = [layer["encoding"]["x"]["scale"] for layer in chart["layer"]]
        assert all(scale["reverse"] is reverse for scale in scales)
        assert "better" in str(chart)
    assert "◀ better" not in str(change_by_route.chart(table, WORDS, SCOPE, "trd", "phq9", Scale("x", None)).to_dict())


def test_rates_run_from_0_to_100_and_bars_begin_at_zero() -> None:
    spec = CLAIMS["rate_by_group"][1](TABLES[rate_by_group.TABLE]).to_dict()
    assert all(layer["encoding"]["x"]["scale"]["domain"][0] == 0 for layer in spec["layer"])
    assert all(layer["encoding"]["x"]["axis"]["values"] == [0, 25, 50, 75, 100] for layer in spec["layer"])
    assert CLAIMS["ladder"][1](TABLES[ladder.TABLE]).to_dict()["layer"][0]["encoding"]["x"]["scale"]["domain"][0] == 0


def test_the_theme_is_registered_and_each_route_has_a_colour_of_its_own() -> None:
    import altair as alt

    assert alt.theme.active == theme.NAME
    assert len(set(theme.ROUTE_COLOURS.values())) == len(theme.ROUTE_COLOURS)


def test_a_mean_that_is_not_shown_is_not_drawn_in_the_course() -> None:
    table = TABLES[course_of_change.TABLE]
    few = ReleasedTable(table.name, table.key, "clinic", table.frame.assign(n=9, mean=None, ci_low=None, ci_high=None))
    assert course_of_change.rows(few, WORDS, SCOPE, "trd", "phq9") == []
