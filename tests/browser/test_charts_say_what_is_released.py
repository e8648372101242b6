"""Each figure of a chart stands where its headings are, and says what the released row says: read by place.

`make faults` reads the charts of two more choices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tests.browser import released_twin as twin
from tests.browser.handling import texts_of, tight
from tests.browser.released_twin import DEFAULTS, Filters
from tests.browser.shown import Shown, shown

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# What is chosen before the charts are read: nothing, something, and everything again (so all was drawn anew).
WALKS: list[list[dict[str, str]]] = [
    [],
    [{"clinic": "beta", "route": "iv"}],
    [{"condition": "ptsd", "route": "iv"}, {"condition": "all", "route": "all"}],
]
MORE_WALKS: list[list[dict[str, str]]] = [[{"timepoint": "month_3"}], [{"condition": "ptsd"}]]
LISTS = {
    "response-by-condition": ("by-condition", "condition", "response"),
    "response-by-route": ("by-route", "route", "response"),
    "remission-by-condition-bounds": ("bounds", "condition", "remission"),
    "reliable-deterioration-by-route": ("better-and-worse", "route", "reliable_deterioration"),
}


@pytest.fixture(
    scope="module",
    params=[*WALKS, *(pytest.param(walk, marks=pytest.mark.long) for walk in MORE_WALKS)],
    ids=lambda walk: " then ".join(" ".join(step.values()) for step in walk) or "delivered",
)
def walked(
    request: pytest.FixtureRequest, chromium: Browser, folder_of: Callable[[str], Path]
) -> Iterator[tuple[Shown, Filters]]:
    chosen = dict(DEFAULTS)
    with shown(chromium, folder_of("network") / "index.html") as page:
        for step in request.param:
            for name, value in step.items():
                page.page.select_option(f"#filters select[name={name}]", value)
                page.wait()
            chosen |= step
        yield page, Filters(**chosen)


def people(row: pd.Series, outcome: str) -> str:
    """What stands for how many, or why not, in a cell of the grid."""
    return tight(twin.state(row, f"{outcome}_pct") or f"n{twin.half_up(row[f'{outcome}_of_n'])}")


def reading(row: pd.Series, outcome: str) -> str:
    """The figure with its interval and n, or why not, at the right of a row."""
    if silent := twin.state(row, f"{outcome}_pct"):
        return tight(silent)
    low, high = (twin.share_brief(row[f"{outcome}_ci_{end}"]) for end in ("low", "high"))
    return tight(f"{twin.share_brief(row[f'{outcome}_pct'])} ({low} to {high}), {people(row, outcome)}")


@pytest.mark.parametrize("chart", LISTS)
def test_the_rows_of_a_chart_stand_in_the_order_of_the_table_each_with_its_own_n(
    chart: str, walked: tuple[Shown, Filters], tables: dict[str, pd.DataFrame]
) -> None:
    page, filters = walked
    section, group, outcome = LISTS[chart]
    rows = [row for _, row in twin.released(tables, filters, section).iterrows()]
    names = [tight(twin.WORDS.name(group, row[group])) for row in rows]
    texts = texts_of(page, chart)
    labels = sorted((text for text in texts if text.said in names), key=lambda text: text.y)
    assert [label.said for label in labels] == names
    others = [text for text in texts if text.x > max(label.x for label in labels)]
    assert [min(others, key=lambda text: abs(text.y - label.y)).said for label in labels] == [
        reading(row, outcome) for row in rows
    ]


def test_every_cell_of_the_grid_stands_under_its_route_and_beside_its_condition(
    walked: tuple[Shown, Filters], tables: dict[str, pd.DataFrame]
) -> None:
    page, filters = walked
    expected = {
        (row["condition"], row["route"]): {people(row, "response")}
        | ({twin.share(row["response_pct"])} if twin.state(row, "response_pct") == "" else set())
        for _, row in twin.released(tables, filters, "grid").iterrows()
    }
    if not expected:
        # The network's page holds no single group of a clinic.
        assert not page.page.locator("#route-by-condition").is_visible()
        return
    texts = texts_of(page, "route-by-condition")
    conditions, routes = (
        {code: text for code in codes for text in texts if text.said == tight(twin.WORDS.name(kind, code))}
        for kind, codes in (("condition", {c for c, _ in expected}), ("route", {r for _, r in expected}))
    )
    lowest = max(text.y for text in conditions.values()) + 24
    inside = [
        text
        for text in texts
        if min(text.y for text in conditions.values()) - 24 < text.y < lowest
        and text not in conditions.values()
        and text not in routes.values()
    ]
    found: dict[tuple[str, str], set[str]] = {}
    for text in inside:
        condition = min(conditions, key=lambda code: abs(conditions[code].y - text.y))
        route = min(routes, key=lambda code: abs(routes[code].x - text.x))
        found.setdefault((condition, route), set()).add(text.said)
    assert found == expected


def test_the_ladder_goes_down_step_by_step(walked: tuple[Shown, Filters], tables: dict[str, pd.DataFrame]) -> None:
    page, filters = walked
    row = twin.subject(tables, filters)
    assert row is not None
    texts = texts_of(page, "ladder-chart")
    names = [tight(twin.WORDS.say(f"step.{step}")) for step in twin.LADDER]
    labels = sorted((text for text in texts if text.said in names), key=lambda text: text.y)
    assert [label.said for label in labels] == names
    others = [text for text in texts if text not in labels]
    assert [min(others, key=lambda text: abs(text.y - label.y)).said for label in labels] == [
        tight(twin.people(row, step)) for step in twin.LADDER
    ]
