"""A delivery with calendar dates as one without: days since the first dosing session, and the month as `period`.

Only for a clinic whose determination or agreement is declared and has not expired; whoever calls this has looked. What
comes out is a CSV, row for row as delivered, that holds no date: a date that cannot be read leaves a word that is none,
never its own text.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.contract.mapping_model import Mapping
from pipelines.contract.tables import DATES, FIRST_DATE
from pipelines.engine import Engine, load_sql, quoted
from pipelines.intake.naming import safe_name
from pipelines.intake.readers import Source, read_delivery
from pipelines.intake.receive import Kind
from pipelines.intake.refusals import refusal
from pipelines.problems import ExitCode, KapError, Problem


@dataclass(frozen=True)
class DateColumns:
    """Columns of a file that hold dates. dates: day column of the contract -> the file's column."""

    first: str | None
    dates: dict[str, str]
    patient: str

    @property
    def listed(self) -> tuple[str, ...]:
        """The file's columns that are left out of what is kept."""
        return (*([self.first] if self.first else []), *self.dates.values())


def date_columns(columns: Sequence[str], mapping: Mapping) -> DateColumns | None:
    """The date columns among these, by the contract's names or the mapping's; None where there is none."""
    named: dict[str, str] = {}
    for wanted in ("patient_id", FIRST_DATE, *DATES):
        sources = [table.columns[wanted].column for table in mapping.tables.values() if wanted in table.columns]
        found = next((column for column in (*sources, wanted) if column in columns), None)
        if found is not None:
            named[wanted] = found
    dates = {day: named[date] for date, day in DATES.items() if date in named}
    if not dates and FIRST_DATE not in named:
        return None
    return DateColumns(named.get(FIRST_DATE), dates, named.get("patient_id", "patient_id"))


def without_dates(mapping: Mapping) -> Mapping:
    """The mapping for the file as it is kept: what it says of date columns is done."""
    dated = {FIRST_DATE, *DATES}
    tables = {
        name: table.model_copy(
            update={"columns": {column: source for column, source in table.columns.items() if column not in dated}}
        )
        for name, table in mapping.tables.items()
    }
    return mapping.model_copy(update={"tables": tables})


def columns_without_dates(columns: Sequence[str], mapping: Mapping) -> tuple[str, ...]:
    """The columns of the file as it is kept."""
    found = date_columns(columns, mapping)
    if found is None:
        return tuple(columns)
    made = (*found.dates, *(["period"] if found.dates else []))
    return (*(column for column in columns if column not in found.listed), *made)


def convert_dates(engine: Engine, path: Path, name: str, kind: Kind, mapping: Mapping, scratch: Path) -> Path:
    """Write the delivery without its dates to a CSV in `scratch`; return its path.

    Raises:
        KapError: refused: it cannot be read, dates without first_session_date, a day beside its date, a malformed row.
    """
    shown = safe_name(name)
    source = read_delivery(engine, path, name, kind, scratch)
    found = date_columns(source.columns, mapping)
    if found is None:
        raise ValueError("a file without a date column has nothing to convert")
    problems = list(_problems(source, found, shown))
    if problems:
        raise KapError(ExitCode.REFUSED, problems)
    # A file without pseudonyms is refused for that, once its columns are judged.
    patient = found.patient if found.patient in source.columns else found.listed[0]
    kept = [column for column in source.columns if column not in found.listed]
    listed = [f"source.{quoted(column)}" for column in kept]
    for number, (day, column) in enumerate(found.dates.items()):
        select = load_sql(__file__, "days_from_dates")
        for mark, text in (("date", column), ("first", found.first or column), ("patient", patient)):
            select = select.replace(f"/* {mark} */", quoted(text))
        engine.materialise(f"days_{number}", select)
        listed.append(f"days_{number}.day AS {quoted(day)}")
    if found.dates:
        listed.append("days_0.period AS period")
    joins = " ".join(f"LEFT JOIN days_{number} USING (row_number)" for number in range(len(found.dates)))
    engine.materialise(
        "undated",
        f"SELECT {', '.join(listed)} FROM range(1, $rows_n + 1) AS lines(row_number) "
        f"LEFT JOIN source USING (row_number) {joins} ORDER BY row_number",
        rows_n=source.rows_n,
    )
    target = Path(tempfile.mkdtemp(prefix="undated-", dir=scratch)) / "undated.csv"
    engine.write_csv("SELECT * FROM undated", target)
    return target


def _problems(source: Source, found: DateColumns, shown: str) -> list[Problem]:
    problems = []
    if found.dates and found.first is None:
        problems.append(refusal("KAP-F27", shown, column=FIRST_DATE))
    problems += [refusal("KAP-F28", shown, column=day) for day in found.dates if day in source.columns]
    if source.malformed_n:
        problems.append(refusal("KAP-F29", shown, failed_n=source.malformed_n, of_n=source.rows_n))
    return problems
