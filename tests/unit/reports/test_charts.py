"""The charts: valid Vega-Lite without data, that reads only the fields it declares, drawn by Vega itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import altair as alt
import pytest

from pipelines.vocabulary import CONDITIONS, REPORTED_ROUTES
from reports import theme
from reports.charts import change_by_route, course_of_change, ladder, rate_by_group, route_by_condition
from reports.phrases import Number, Phrase
from reports.sections.declared import Chart
from reports.words import words_of

WORDS = words_of()
# What the page adds to every row of a chart.
OF_THE_PAGE = {"order", "points", "state", "condition_order", "route_order"}
CLAIMS: dict[str, tuple[Mapping[str, Any], Mapping[str, Phrase | Number]]] = {
    "rate_by_group": (
        rate_by_group.spec(WORDS, "condition", "response", True),
        rate_by_group.fields("condition", "response", True),
    ),
    "route_by_condition": (route_by_condition.spec(WORDS, 6), route_by_condition.fields()),
    "ladder": (ladder.spec(WORDS), ladder.fields()),
    "change_by_route": (change_by_route.spec(WORDS, "trd"), change_by_route.fields()),
    "course_of_change": (course_of_change.spec(WORDS, "week", "trd"), course_of_change.fields()),
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
    spec = dict(CLAIMS[claim][0])
    kind = alt.FacetChart if "facet" in spec else alt.LayerChart
    kind.from_dict(spec)  # checked against the schema of Vega-Lite
    assert "datasets" not in spec and spec["data"] == {"name": "rows"} and spec["description"]


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_chart_reads_only_the_fields_it_declares(claim: str) -> None:
    spec, declared = CLAIMS[claim]
    assert set(fields_of(spec)) <= set(declared) | OF_THE_PAGE
    spoken = set(re.findall(r"datum\.([a-z_]+)", str(spec)))
    assert spoken <= set(declared) | OF_THE_PAGE | {"label"}
    assert not set(declared) & {"title", "image", "clinic_id", "patient_id"}


@pytest.mark.parametrize("claim", CLAIMS)
def test_an_expression_never_holds_text_from_the_data_or_the_words(claim: str) -> None:
    expressions = re.findall(r"'(?:calculate|filter|test|expr|labelExpr)': (['\"])(.*?)\1", str(CLAIMS[claim][0]))
    assert expressions or claim == "route_by_condition"
    assert all(re.fullmatch(r"[!a-z_.A-Z0-9 ()?:=&%*+/,~'-]+", text) for _, text in expressions)


@pytest.mark.parametrize("field", ["title", "image"])
def test_a_field_that_a_tooltip_would_act_on_is_refused(field: str) -> None:
    phrase = Phrase("figure.plain")
    with pytest.raises(ValueError, match="tooltip"):
        Chart("x", {}, "subject", {field: phrase}, phrase, "def-x", "n")


def test_a_chart_that_carries_its_own_data_is_refused() -> None:
    with pytest.raises(ValueError, match="its own data"):
        Chart("x", {"datasets": {"rows": [{"a": 1}]}}, "subject", {}, Phrase("figure.plain"), "def-x", "n")


def grid_rows() -> list[dict[str, Any]]:
    """A grid of two conditions by three routes whose every cell is named after its own route; one cell is blank."""
    cells = [(c, r) for c in ("ptsd", "anxiety") for r in ("iv", "im", "oral")]
    return [
        {
            "condition": WORDS.name("condition", condition),
            "route": WORDS.name("route", route),
            "value": None if (condition, route) == ("ptsd", "im") else 40.0,
            "low": 30.0,
            "high": 50.0,
            "reading": "40",
            "of_n": f"@{WORDS.name('route', route)}",
            "people": "4 of 10",
            "evidence": "reportable",
            "state": "none" if (condition, route) == ("ptsd", "im") else "reportable",
            "order": i,
            "points": len(cells),
            "condition_order": CONDITIONS.index(condition),
            "route_order": REPORTED_ROUTES.index(route),
        }
        for i, (condition, route) in enumerate(cells)
    ]


def test_every_cell_of_the_grid_stands_under_its_own_route_in_the_order_of_the_contract() -> None:
    """Drawn by Vega itself: the figure of each cell lies between the edges of its route's column."""
    vlc = pytest.importorskip("vl_convert")
    positions = texts_with_x(
        vlc.vegalite_to_svg({**route_by_condition.spec(WORDS, 3), "datasets": {"rows": grid_rows()}})
    )
    by_route: dict[str, set[int]] = {}
    for text, x in positions:
        if text.startswith("@"):
            by_route.setdefault(text[1:], set()).add(round(x))
    assert all(len(places) == 1 for places in by_route.values())
    assert sorted(by_route, key=lambda route: min(by_route[route])) == ["Intravenous", "Intramuscular", "Oral"]
    headers = [text for text, _ in sorted(positions, key=lambda p: p[1]) if text in by_route]
    assert headers == ["Intravenous", "Intramuscular", "Oral"]
    assert sum(text.startswith("@") for text, _ in positions) == 5


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
    spec = CLAIMS["change_by_route"][0]
    scales = [layer["encoding"]["x"]["scale"] for layer in spec["layer"] if "scale" in layer["encoding"]["x"]]
    assert scales and all(scale["reverse"] == {"expr": "turned"} for scale in scales)
    assert WORDS.say("axis.change_better").startswith("◀ better")


def test_rates_run_from_0_to_100_and_bars_begin_at_zero() -> None:
    rates, steps = CLAIMS["rate_by_group"][0], CLAIMS["ladder"][0]
    across = [layer["encoding"]["x"] for layer in rates["layer"] if "scale" in layer["encoding"]["x"]]
    assert across and all(x["scale"]["domain"][0] == 0 and x["axis"]["values"] == [0, 50, 100] for x in across)
    assert steps["layer"][0]["encoding"]["x"]["scale"]["domainMin"] == 0


def test_the_theme_is_registered_and_each_route_has_a_colour_of_its_own() -> None:
    assert alt.theme.active == theme.NAME
    assert len(set(theme.ROUTE_COLOURS.values())) == len(theme.ROUTE_COLOURS)
