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
from pipelines.contract.mapping import NO_MAPPING, Mapping, load_mapping
from pipelines.engine import Engine
from pipelines.home import Home
from pipelines.instruments.catalogue import load_catalogue
from pipelines.intake.check import ColumnCheck, check
from pipelines.intake.naming import safe_name
from pipelines.intake.reading import Reading, WaitingFile, read_file
from pipelines.intake.receive import kind_of
from pipelines.problems import ExitCode, KapError, Problem, first_by_precedence

SHAPES_PRINTED = 2


def check_files(files: list[Path], home: Path, clinic: str | None, show_values: bool, as_json: bool) -> ExitCode:
    """Read each file as intake would and print what would become of it.

    Raises:
        KapError: the mapping has problems, or values were asked for where others could read them (exit 2).
    """
    if show_values and not sys.stdout.isatty():
        problem = Problem("KAP-U01", "expected a terminal: values are shown nowhere else.", "leave out --show-values.")
        raise KapError(ExitCode.USAGE, [problem])
    mapping_file = Home(home).mapping_of(clinic) if clinic else None
    catalogue = load_catalogue()
    mapping = NO_MAPPING
    if mapping_file and mapping_file.exists():
        mapping = load_mapping(mapping_file, catalogue.delivered_ids)
    codes, reports = [], []
    for path in files:
        if not path.is_file():
            raise KapError(
                ExitCode.USAGE, [Problem("KAP-U02", "expected a file.", "check the path.", safe_name(path.name))]
            )
        code, report, columns = _check_file(path, clinic or "clinic", mapping, show_values)
        codes.append(code)
        reports.append(report | {"columns": [asdict(column) for column in columns]})
        if not as_json:
            _print(report, columns, plain_console())
    if as_json:
        print(json.dumps(reports, indent=1))
    return first_by_precedence(codes)


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
