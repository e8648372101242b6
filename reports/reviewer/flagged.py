"""Which rows fail a rule that sets nothing aside, as its page and a file list them: by file, row, field."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.vocabulary import ALL
from reports import figures
from reports.reviewer.trends import receipt_of_file
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Page, TableView
from reports.table_file import text_cell

ROWS = "rows.csv"
COLUMNS = ("clinic_id", "file", "receipt", "row", "table", "column", "rule", "expected", "remedy")
# So many rows of a rule stand on a clinic's page, and of each clinic on the network's; the file holds all.
SHOWN_MOST_N, OF_EACH_CLINIC_N = 100, 5


@dataclass(frozen=True)
class Flagged:
    """One failing record of a check: its file and row (1 = the first under the header), None where it has none.

    about: the `table.column` that a rule on the clinic's own history compares; else empty.
    """

    clinic_id: str
    rule: str
    table: str
    column: str
    receipt: int | None
    file: str
    row: int | None
    about: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """The table and column to look at."""
        if not self.about:
            return self.table, self.column
        table, _, column = self.about.partition(".")
        return table, column

    @property
    def order(self) -> tuple[str, str, int, int, str]:
        """Sorts as whoever mends reads: by clinic and rule, then as the rows were delivered."""
        return (self.clinic_id, self.rule, self.receipt or 0, self.row or 0, ".".join(self.place))


def shown_rows(page: Page, flagged: Iterable[Flagged]) -> list[Flagged]:
    """The rows that stand on the page."""
    most, told, shown = SHOWN_MOST_N if page.scope.clinic_id != ALL else OF_EACH_CLINIC_N, Counter[str](), []
    for each in sorted(flagged, key=lambda each: each.order):
        told[each.clinic_id] += 1
        if told[each.clinic_id] <= most:
            shown.append(each)
    return shown[:SHOWN_MOST_N]


def are_moves(flagged: Sequence[Flagged]) -> bool:
    """Whether they are what moved in a clinic's own history, and so neither a file nor a row."""
    return bool(flagged) and all(each.about for each in flagged)


def table(page: Page, rule: str, shown: Sequence[Flagged]) -> TableView:
    """One row per failing record, or per thing that moved."""
    words, many, moves = page.words, page.scope.clinic_id == ALL, are_moves(shown)
    names = (*(("clinic",) if many else ()), *(() if moves else ("file", "row")), "where")
    return TableView(
        words.say("rule.moved_caption" if moves else "rule.flagged_caption", rule=rule),
        tuple(words.say(f"column.{name}") for name in names),
        tuple(
            (
                *((parts.label(rule_lines.clinic_name(page, each.clinic_id)),) if many else ()),
                *(() if moves else _file_and_row(page, each)),
                rule_lines.where(page, *each.place),
            )
            for each in shown
        ),
    )


def _file_and_row(page: Page, each: Flagged) -> tuple[Cell, Cell]:
    return (
        Cell(each.file or "–", numeric=False, note=receipt_of_file(page, each.receipt)),
        Cell("–" if each.row is None else figures.count(each.row)),
    )


def rows_csv(page: Page, flagged: Iterable[Flagged]) -> bytes:
    """Every row listed, for whoever mends the export: what is expected of it and what to do."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in sorted(flagged, key=lambda each: each.order):
        rule = rule_lines.fact(page, each.rule)
        numbers = ("" if number is None else str(number) for number in (each.receipt, each.row))
        said = (*each.place, each.rule, rule.sentence, rule.remedy)
        writer.writerow([text_cell(each.clinic_id), text_cell(each.file), *numbers, *map(text_cell, said)])
    return text.getvalue().encode()
