"""One delivered file, from bytes to typed records with their flags: door, gate, mapping, typing, rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.contract.fields import FIELDS
from pipelines.contract.mapping import Mapping
from pipelines.contract.table_choice import UNKNOWN_COLUMN, Refusal, TableChoice, domains, which_table
from pipelines.contract.tables import Table
from pipelines.durable import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, write_whole
from pipelines.engine import Engine, load_sql, quoted
from pipelines.instruments.catalogue import Catalogue, load_catalogue
from pipelines.intake.accept import type_records
from pipelines.intake.dates import columns_without_dates, date_columns, without_dates
from pipelines.intake.identifiers import scan
from pipelines.intake.naming import safe_name
from pipelines.intake.quarantine import reasons_csv, rows_folder
from pipelines.intake.readers import Source, read_columns, read_delivery
from pipelines.intake.receive import Candidate, Kind
from pipelines.intake.records import RecordCounts, make_records
from pipelines.intake.spellings import Near, nearest_words
from pipelines.lake import delivered_path, store
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.rules.catalogue import BY_CODE
from pipelines.rules.flags import flag_select
from pipelines.vocabulary import VOCABULARIES

# Rules on words: a condition, route or other word of a vocabulary; a scale of the catalogue.
WORD_RULES = ("KAP-T04", "KAP-Q01")
NUMBER_RULE = "KAP-T01"


@dataclass(frozen=True)
class Reading:
    """A file that was read: its table, counts, and a problem per rule and column that quarantined or blanked.

    The engine holds `typed_<table>` with all its records.
    """

    choice: TableChoice
    counts: RecordCounts
    quarantined_n: int
    problems: tuple[Problem, ...]

    @property
    def table(self) -> str:
        """Name of the table the file holds."""
        return self.choice.table.name


def table_of_file(file: Candidate, mapping: Mapping, dates_allowed: bool = False) -> str | None:
    """Which table a file of the inbox would be read as, from its column names alone; None if that cannot be told."""
    try:
        columns = read_columns(file.path, file.name, file.kind)
    except KapError:
        return None
    had_dates = dates_allowed and date_columns(columns, mapping) is not None
    if had_dates:
        columns, mapping = columns_without_dates(columns, mapping), without_dates(mapping)
    choice = which_table(columns, mapping, file=file.name, courses_delivered=True, had_dates=had_dates)
    return choice.table.name if isinstance(choice, TableChoice) else None


def read_file(
    engine: Engine,
    path: Path,
    name: str,
    kind: Kind,
    clinic_id: str,
    receipt: int,
    mapping: Mapping,
    courses_delivered: bool,
    scratch: Path,
    had_dates: bool = False,
) -> Reading:
    """Read one file into `typed_<table>`. `name` is the delivered file's own; `scratch` a folder the engine may use.

    had_dates: `path` was made by `convert_dates` from what was delivered.

    Raises:
        KapError: the file is refused (exit 3), with every problem of the gate and the table at once.
    """
    file = safe_name(name)
    source = read_delivery(engine, path, file, kind, scratch)
    choice = which_table(source.columns, mapping, file=file, courses_delivered=courses_delivered, had_dates=had_dates)
    found = _gate(engine, source, name, choice)
    refusals = (*found, *_besides(found, choice.problems if isinstance(choice, Refusal) else ()))
    if refusals or not isinstance(choice, TableChoice):
        raise KapError(ExitCode.REFUSED, refusals)
    counts = make_records(engine, choice, source.empty_rows_n)
    catalogue = load_catalogue()
    catalogue.define_in(engine)
    type_records(engine, choice.table, clinic_id, receipt, catalogue.delivered_ids, flag_select)
    problems = _row_problems(engine, choice.table, file, catalogue)
    quarantined = f"SELECT count(*) FROM typed_{choice.table.name} WHERE len(quarantined_by) > 0"
    return Reading(choice, counts, int(engine.value(quarantined)), problems)


def _besides(found: tuple[Problem, ...], of_table: tuple[Problem, ...]) -> Iterator[Problem]:
    """Problems of the table, without unknown columns that the gate wants gone: two remedies would contradict."""
    named = {problem.column for problem in found if problem.column}
    return (problem for problem in of_table if problem.code != UNKNOWN_COLUMN or problem.column not in named)


def _gate(engine: Engine, source: Source, name: str, choice: TableChoice | Refusal) -> tuple[Problem, ...]:
    closed = domains(choice) if isinstance(choice, TableChoice) else {}
    return tuple(scan(engine, source, name, closed))


def _row_problems(engine: Engine, table: Table, file: str, catalogue: Catalogue) -> tuple[Problem, ...]:
    """One problem per rule and column: how many of how many records, the first row, the nearest known word."""
    typed = quoted(f"typed_{table.name}")
    rows = engine.rows(load_sql(__file__, "row_problems").replace("/* typed */", typed))
    nearest = nearest_words(engine, table, catalogue.delivered_ids) if rows else {}
    return tuple(
        Problem(
            code,
            _expected(code, column),
            _remedy(code, column, nearest.get(column)),
            file,
            first_row,
            column or None,
            failed_n,
            of_n,
        )
        for code, column, first_row, failed_n, of_n in rows
    )


def _expected(code: str, column: str) -> str:
    """What the rule says; of a day that cannot be read, what a day is."""
    if code == NUMBER_RULE and column.endswith("_day"):
        return "A day is a whole number of days since the first dosing session."
    return BY_CODE[code].sentence


def _remedy(code: str, column: str, near: Near | None) -> str:
    """What to do; for a word outside a vocabulary, the nearest one first, or that it is none of the list's."""
    remedy = f"{BY_CODE[code].remedy.removesuffix('.')}."
    if code not in WORD_RULES or near is None:
        return remedy
    if near.word is not None:
        return f"write `{near.word}` if that is meant; else {remedy}"
    known = ", ".join(VOCABULARIES[FIELDS[column].vocabulary or ""].words)
    # Not named: it is what stands in the cell.
    return f"no near word stands for it: the contract's words for {column} are {known}; the row stays out."


def store_typed(
    engine: Engine, lake: Path, quarantine: Path, clinic_id: str, receipt: int, file: str, reading: Reading
) -> None:
    """Store the typed records in the lake, and the quarantined ones beside the reasons, which hold no value."""
    typed = quoted(f"typed_{reading.table}")
    store(engine, f"SELECT * FROM {typed}", delivered_path(lake, reading.table, clinic_id, receipt), "record_number")
    if not reading.problems:
        return
    folder = rows_folder(quarantine, clinic_id, receipt)
    for parent in (folder.parent.parent, folder.parent, folder):
        make_folder(parent, PRIVATE_FOLDER)
    listing = engine.rows(load_sql(__file__, "row_reasons").replace("/* typed */", typed))
    reasons = (
        Problem(code, BY_CODE[code].sentence, BY_CODE[code].remedy, file, row, column or None)
        for row, code, column in listing
    )
    write_whole(folder / "reasons.csv", reasons_csv(reasons), PRIVATE_FILE)
    with_reason = f"SELECT row_number FROM {typed} WHERE len(quarantined_by) > 0"
    rows = f"SELECT * FROM source WHERE row_number IN ({with_reason})"
    store(engine, rows, folder / "rows.parquet", "row_number")
    store(engine, "SELECT * FROM source_malformed_lines", folder / "malformed_lines.parquet", "row_number")
