"""`kap check`: what intake would do with files, without storing anything."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from assets.cli.console import (
    BAD,
    GOOD,
    QUIET,
    Line,
    counted,
    number,
    reading_width,
    sentence,
    show_lines,
    shown_path,
    wrapped,
)
from assets.cli.share import blocked_by, share_set_aside, too_many_quarantined, totals_told
from assets.cli.told import ROWS_COUNTED_FROM, ROWS_SET_ASIDE, became, problem_lines
from pipelines.contract.mapping import NO_MAPPING, Mapping, load_mapping
from pipelines.contract.tables import SCORES
from pipelines.engine import Engine
from pipelines.home import Home
from pipelines.instruments.catalogue import load_catalogue
from pipelines.intake.check import ColumnCheck, check
from pipelines.intake.dates import convert_dates, date_columns, without_dates
from pipelines.intake.naming import safe_name
from pipelines.intake.readers import read_columns, read_delivery
from pipelines.intake.reading import Reading, read_file
from pipelines.intake.receive import clinic_folder_problem, kind_of
from pipelines.logs import utc_now
from pipelines.problems import ExitCode, KapError, Problem, first_by_precedence
from pipelines.rules.catalogue import BY_CODE
from pipelines.rules.deliveries import NAMED_LIMITS
from pipelines.rules.told_versions import told_versions
from pipelines.settings import load_settings

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
    console = Console()
    width = reading_width(console)
    limit_pct = load_settings(Home(home).settings_file).thresholds.of_rules()[NAMED_LIMITS["quarantined_pct_max"]]
    codes, reports = [], []
    for path in files:
        if not path.is_file():
            raise KapError(
                ExitCode.USAGE, [Problem("KAP-U02", "expected a file.", "check the path.", safe_name(path.name))]
            )
        named = clinic or _clinic_named_in(path)
        read_with = mapping or (_mapping_of(Home(home), named) if named else _OF_NO_CLINIC)
        settings = load_settings(Home(home).settings_file)
        dates = named is not None and settings.clinic(named).may_send_dates(utc_now().date())
        code, report, columns = _check_file(path, named or "clinic", read_with, show_values, dates)
        codes.append(code)
        # Totals of another form are set aside too: which form it is must be mended first.
        guards = (each["rule"] for each in report.get("versions", ()) if each["blocks"])
        too_many = blocked_by(report.get("quarantined", 0), report.get("records", 0), limit_pct)
        blocking = next(guards, too_many)
        if blocking:
            codes.append(ExitCode.REFUSED)
        reports.append(report | {"blocked_by": blocking or None, "columns": [asdict(column) for column in columns]})
        if not as_json:
            show_lines([*_lines(reports[-1], columns, width), Line()], console)
    if as_json:
        print(json.dumps(reports, indent=1))
    else:
        refused = any(code is not ExitCode.DONE for code in codes)
        show_lines(_legend(reports, width), console)
        show_lines(_next(Home(home), clinic, reports, refused, limit_pct, width), console)
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
    path: Path, clinic: str, mapping: Mapping, show_values: bool, may_send_dates: bool
) -> tuple[ExitCode, dict[str, Any], tuple[ColumnCheck, ...]]:
    shown = safe_name(path.name)
    catalogue = load_catalogue()
    with (
        tempfile.TemporaryDirectory(prefix="kap-check-") as folder,
        Engine([path.parent, scratch := Path(folder)], scratch=scratch) as engine,
    ):
        try:
            kind = kind_of(path.name)
            dated = may_send_dates and date_columns(read_columns(path, path.name, kind), mapping) is not None
            read_as = path
            if dated:
                read_as, kind = convert_dates(engine, path, path.name, kind, mapping, scratch), "csv"
                mapping = without_dates(mapping)
            reading = read_file(engine, read_as, path.name, kind, clinic, 1, mapping, True, scratch, dated)
        except KapError as error:
            return ExitCode.REFUSED, _report(shown, "refused", error.problems), ()
        columns = check(engine, reading.choice, catalogue.delivered_ids, show_values)
        is_scores = reading.table == SCORES.name
        versions = told_versions(engine, f"typed_{reading.table}") if is_scores else []
    report = _report(shown, "would be taken in", reading.problems, reading)
    return ExitCode.DONE, report | {"versions": [asdict(each) for each in versions]}, columns


def _report(file: str, outcome: str, problems: tuple[Problem, ...], reading: Reading | None = None) -> dict[str, Any]:
    report: dict[str, Any] = {"file": file, "outcome": outcome, "problems": [asdict(problem) for problem in problems]}
    if reading is not None:
        report |= {"table": reading.table, "quarantined": reading.quarantined_n, **asdict(reading.counts)}
    return report


def _lines(report: dict[str, Any], columns: tuple[ColumnCheck, ...], width: int) -> Iterator[Line]:
    outcome = f" as {report['table']}" if "table" in report else ""
    yield Line(f"{report['file']}: {report['outcome']}{outcome}", GOOD if "table" in report else BAD)
    if "table" in report:
        empty = f" ({number(report['empty_rows'])} empty)" if report["empty_rows"] else ""
        aside = f"{number(report['quarantined'])} would be set aside" if report["quarantined"] else "none set aside"
        rows, records = counted(report["source_rows"], "row"), counted(report["records"], "record")
        yield Line(f"  {rows}{empty}, {records}, {aside}.")
    problems = [Problem(**problem) for problem in report["problems"]]
    for problem in problems:
        yield from problem_lines(problem, width, became(problem))
    for told in report.get("versions", ()):
        if not told["blocks"]:
            yield from wrapped(f"{_totals(report, told)}.", width, 2, hang=4)
            yield from wrapped(f"To do: {sentence(BY_CODE[told['rule']].remedy)} [{told['rule']}]", width, 6)
    if columns:
        yield Line()
        yield from _column_lines(columns, width)


def _column_lines(columns: tuple[ColumnCheck, ...], width: int) -> Iterator[Line]:
    """The columns in which something stands, as a table within the width; the empty ones by name."""
    filled = [column for column in columns if column.read_n or column.damaged_n or column.unknown_n]
    names = max((len(column.column) for column in filled), default=0)
    kinds = max((len(_kind(column)) for column in filled), default=0)
    counts = f"{'read':>8}{'empty':>8}{'unusable':>10}"
    yield Line(f"  {'column':<{names}}  {'read as':<{kinds}}{counts}  looks like", QUIET)
    for column in filled:
        unusable = column.damaged_n + column.unknown_n
        counts = f"{number(column.read_n):>8}{number(column.empty_n):>8}{number(unusable):>10}"
        row = f"  {column.column:<{names}}  {_kind(column):<{kinds}}{counts}  "
        yield Line(_cut(row + _shapes(column, width - len(row)), width), BAD if unusable else "")
    empty = dict.fromkeys(_answers_as_one(column.column) for column in columns if column not in filled)
    if empty:
        yield from wrapped(f"Empty throughout: {', '.join(empty)}.", width, 2, QUIET)


def _answers_as_one(column: str) -> str:
    return "items" if column.startswith("item_") else column


def _cut(row: str, width: int) -> str:
    return row if len(row) <= width else f"{row[: width - 1]}…"


def _kind(column: ColumnCheck) -> str:
    return f"{column.kind}, {column.unit}" if column.unit else column.kind


def _shapes(column: ColumnCheck, room: int) -> str:
    """The commonest shapes with their counts, as many as fit whole; the commonest one in any case."""
    said = [f"{shape} ({number(n)})" for shape, n in column.shapes[:SHAPES_PRINTED]]
    while len(said) > 1 and len(", ".join(said)) > room:
        said.pop()
    return ", ".join(said)


def _legend(reports: list[dict[str, Any]], width: int) -> Iterator[Line]:
    """How rows are counted and shapes written, where any stand above."""
    said = []
    if any(problem["row"] is not None for report in reports for problem in report["problems"]):
        said.append(ROWS_COUNTED_FROM)
    if any(column["shapes"] for report in reports for column in report["columns"]):
        said.append("Looks like: a is a letter, d a digit; in brackets, how many.")
    if said:
        yield from wrapped(" ".join(said), width, 0, QUIET)
        yield Line()


def _next(
    home: Home, clinic: str | None, reports: list[dict[str, Any]], refused: bool, limit_pct: float, width: int
) -> Iterator[Line]:
    """Whether the files may be delivered as they are; if not, why and what to mend first."""
    blocking = [report for report in reports if report["blocked_by"]]
    for report in blocking:
        said = f"As they are, the clinic would be blocked: {_why(report, limit_pct)} ({report['blocked_by']})."
        yield from wrapped(said, width, 0, BAD)
        yield from wrapped(_first_to_mend(report), width)
    if refused or blocking:
        yield from wrapped("Nothing was stored. Mend what is named above and check again.", width)
    else:
        folder = shown_path(home.inbox_of(clinic or "<clinic_id>"))
        yield from wrapped(f"Nothing was stored. To deliver, put the files into {folder}, then `kap run`.", width)


def _why(report: dict[str, Any], limit_pct: float) -> str:
    """Too many rows set aside, or totals of another form or version."""
    told = [_totals(report, each) for each in report["versions"] if each["rule"] == report["blocked_by"]]
    return "; ".join(told) or share_set_aside(report["file"], report["quarantined"], report["records"], limit_pct)


def _totals(report: dict[str, Any], told: dict[str, Any]) -> str:
    return totals_told(report["file"], told["rule"], told["scale"], told["told_n"], told["of_n"])


def _first_to_mend(report: dict[str, Any]) -> str:
    """The problem that sets most rows aside; of totals of another form or version, what their guard says."""
    if any(each["rule"] == report["blocked_by"] for each in report["versions"]):
        return sentence(f"To do: {BY_CODE[report['blocked_by']].remedy}")
    problems = [Problem(**problem) for problem in report["problems"]]
    worst = max(problems, key=lambda problem: (became(problem) == ROWS_SET_ASIDE, problem.failed_n or 0))
    column = f"column {worst.column}, " if worst.column else ""
    return f"Mend first: {column}{counted(worst.failed_n or 0, 'row')}. {sentence(worst.remedy)}"
