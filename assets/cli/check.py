"""`kap check`: what intake would do with files, without storing anything."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from assets.cli.console import plain_console
from assets.cli.share import too_many_quarantined
from pipelines.contract.mapping import NO_MAPPING, Mapping, load_mapping
from pipelines.engine import Engine
from pipelines.home import Home
from pipelines.instruments.catalogue import load_catalogue
from pipelines.intake.check import ColumnCheck, check
from pipelines.intake.naming import safe_name
from pipelines.intake.readers import read_columns, read_delivery
from pipelines.intake.reading import Reading, WaitingFile, read_file
from pipelines.intake.receive import clinic_folder_problem, kind_of
from pipelines.problems import ExitCode, KapError, Problem, first_by_precedence

SHAPES_PRINTED = 2
# Whose file it is, is not known: then no row can name another clinic.
_OF_NO_CLINIC = Mapping(ignore={"clinic_id": "token"})


def check_files(files: list[Path], home: Path, clinic: str | None, show_values: bool, as_json: bool) -> ExitCode:
    """Read each file as intake would and print what would become of it.

    Raises:
        KapError: the mapping has problems, `clinic` is no clinic id, or values were asked for where others could read
            them (exit 2).
    """
    if clinic is not None and clinic_folder_problem(clinic):
        expected = "expected a clinic id: 2 to 32 of a-z, 0-9, _ and -, and no reserved word."
        problem = Problem("KAP-U03", expected, "give the clinic's id, or leave out --clinic.", column="--clinic")
        raise KapError(ExitCode.USAGE, [problem])
    if show_values and not sys.stdout.isatty():
        problem = Problem("KAP-U01", "expected a terminal: values are shown nowhere else.", "leave out --show-values.")
        raise KapError(ExitCode.USAGE, [problem])
    mapping = _mapping_of(Home(home), clinic) if clinic else None
    codes, reports = [], []
    for path in files:
        if not path.is_file():
            raise KapError(
                ExitCode.USAGE, [Problem("KAP-U02", "expected a file.", "check the path.", safe_name(path.name))]
            )
        named = clinic or _clinic_named_in(path)
        read_with = mapping or (_mapping_of(Home(home), named) if named else _OF_NO_CLINIC)
        code, report, columns = _check_file(path, named or "clinic", read_with, show_values)
        codes.append(code)
        reports.append(report | {"columns": [asdict(column) for column in columns]})
        if not as_json:
            _print(report, columns, plain_console())
    if as_json:
        print(json.dumps(reports, indent=1))
    if too_many_quarantined(*(sum(report.get(name, 0) for report in reports) for name in ("quarantined", "records"))):
        codes.append(ExitCode.REFUSED)
    return first_by_precedence(codes)


def _mapping_of(home: Home, clinic: str) -> Mapping:
    path = home.mapping_of(clinic)
    return load_mapping(path, load_catalogue().delivered_ids) if path.exists() else NO_MAPPING


def _clinic_named_in(path: Path) -> str | None:
    """The clinic that every row naming one names, when that is a clinic id; None else, and for an unreadable file."""
    kind = kind_of(path.name)
    try:
        if "clinic_id" not in read_columns(path, path.name, kind):
            return None
        with (
            tempfile.TemporaryDirectory(prefix="kap-check-") as folder,
            Engine([path.parent, scratch := Path(folder)], scratch=scratch) as engine,
        ):
            read_delivery(engine, path, safe_name(path.name), kind, scratch)
            rows = engine.rows("SELECT DISTINCT trim(clinic_id) FROM source WHERE trim(clinic_id) <> '' LIMIT 2")
    except KapError:  # said when the file is read to be checked
        return None
    named = [str(row[0]) for row in rows]
    return named[0] if len(named) == 1 and not clinic_folder_problem(named[0]) else None


def _check_file(
    path: Path, clinic: str, mapping: Mapping, show_values: bool
) -> tuple[ExitCode, dict[str, Any], tuple[ColumnCheck, ...]]:
    shown = safe_name(path.name)
    catalogue = load_catalogue()
    with (
        tempfile.TemporaryDirectory(prefix="kap-check-") as folder,
        Engine([path.parent, scratch := Path(folder)], scratch=scratch) as engine,
    ):
        try:
            reading = read_file(engine, path, path.name, kind_of(path.name), clinic, 1, mapping, True, scratch)
        except KapError as error:
            return ExitCode.REFUSED, _report(shown, "refused", error.problems), ()
        if isinstance(reading, WaitingFile):
            return ExitCode.REFUSED, _report(shown, "waits in the inbox", (reading.problem,)), ()
        columns = check(engine, reading.choice, catalogue.delivered_ids, show_values)
    return ExitCode.DONE, _report(shown, "would be taken in", reading.problems, reading), columns


def _report(file: str, outcome: str, problems: tuple[Problem, ...], reading: Reading | None = None) -> dict[str, Any]:
    report: dict[str, Any] = {"file": file, "outcome": outcome, "problems": [asdict(problem) for problem in problems]}
    if reading is not None:
        report |= {"table": reading.table, "quarantined": reading.quarantined_n, **asdict(reading.counts)}
    return report


def _print(report: dict[str, Any], columns: tuple[ColumnCheck, ...], console: Console) -> None:
    console.print(f"{report['file']}: {report['outcome']}", highlight=False, markup=False)
    if "table" in report:
        console.print(
            f"table {report['table']}: {report['source_rows']:,} rows = {report['rows_with_records']:,} with records + "
            f"{report['empty_rows']:,} empty; {report['records']:,} records, {report['quarantined']:,} to quarantine",
            highlight=False,
        )
    for problem in report["problems"]:
        console.print(Problem(**problem).sentence(), highlight=False, markup=False, soft_wrap=True)
    if not columns:
        return
    table = Table()
    for name in ("column", "type", "unit", "read", "damaged", "unknown", "empty", "nearest word", "shapes"):
        table.add_column(name)
    for column in columns:
        shapes = ", ".join(f"{shape} ({n:,})" for shape, n in column.shapes[:SHAPES_PRINTED])
        counts = (f"{n:,}" for n in (column.read_n, column.damaged_n, column.unknown_n, column.empty_n))
        table.add_row(column.column, column.kind, column.unit or "", *counts, column.nearest_word or "", shapes)
    console.print(table)
