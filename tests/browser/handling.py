"""What a reader does on a page, by keyboard, and what then stands in its tables and charts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.browser.shown import Shown


def choose(shown: Shown, name: str, value: str) -> None:
    """Go to the list with the keyboard and press the arrow until the value stands there."""
    choice = shown.page.locator(f"#filters select[name={name}]")
    options = choice.evaluate("list => Array.from(list.options, option => option.value)")
    choice.focus()
    steps = options.index(value) - options.index(choice.input_value())
    for _ in range(abs(steps)):
        shown.page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
    shown.wait()
    assert choice.input_value() == value


def rows_of(shown: Shown, section: str) -> list[dict[str, str]]:
    """The section's table as it stands, each row by the headings of its columns; none when it is not shown."""
    found: list[dict[str, str]] = shown.page.evaluate(
        """id => {
          const table = document.querySelector(`#${id} table`);
          if (document.querySelector(`#${id} .shown`).hidden) return [];
          const heads = Array.from(table.tHead.rows[0].cells, (cell, i) => `${i} ${cell.textContent}`);
          return Array.from(table.tBodies[0].rows, (row) =>
            Object.fromEntries(Array.from(row.cells, (cell, i) => [heads[i], cell.textContent])));
        }""",
        section,
    )
    return found


def texts(shown: Shown, selector: str) -> list[str]:
    return [text.strip() for text in shown.page.locator(selector).all_text_contents()]


def saved(shown: Shown, chart: str, form: str) -> str:
    button = shown.page.locator(f"button.download[data-chart={chart}][data-format={form}]")
    with shown.page.expect_download() as started:
        button.press("Enter")
    return Path(started.value.path()).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Text:
    """A text of a chart without its spaces (a long one is broken into lines), and the middle of it."""

    said: str
    x: float
    y: float


def texts_of(shown: Shown, chart: str) -> list[Text]:
    found = shown.page.evaluate(
        """id => Array.from(document.querySelectorAll(`#${id} svg text`))
          .filter((text) => text.textContent.trim() && text.checkVisibility({ opacityProperty: true }))
          .map((text) => [text.textContent, text.getBoundingClientRect()])
          .map(([said, box]) => [said, box.x + box.width / 2, box.y + box.height / 2])""",
        chart,
    )
    return [Text("".join(said.split()), x, y) for said, x, y in found]


def tight(said: str) -> str:
    return "".join(said.split())
