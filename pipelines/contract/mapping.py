"""The mapping file: how one clinic's export becomes the contract's tables (CONTRACT.md section 3).

Data only: nothing in it is run, every text is compared or bound as a parameter. A file is accepted whole or refused
with all its problems at once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from pipelines.contract.fields import FIELDS, ITEM_FIELDS
from pipelines.contract.mapping_model import (
    NO_MAPPING,
    REFERENCE_SAMPLE,
    ROW_NUMBER,
    ColumnSource,
    Mapping,
    ScoreEntry,
    TableMapping,
)
from pipelines.contract.mapping_sound import Place, read_sound_parts
from pipelines.contract.mapping_text import MappingTextError, plain
from pipelines.contract.nearest import nearest
from pipelines.contract.tables import DATES, FIRST_DATE, MADE_AT_THE_DOOR, SCORES, TABLES
from pipelines.contract.units import UNITS
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.vocabulary import TOKEN_PATTERN, VOCABULARIES, fold

__all__ = [
    "NO_MAPPING",
    "ColumnSource",
    "Mapping",
    "TableMapping",
    "context_problem",
    "load_mapping",
    "mapping_hash",
    "parse_mapping",
]


def mapping_hash(mapping: Mapping) -> str:
    """SHA-256 of the bytes the mapping was read from; of nothing for `NO_MAPPING`."""
    return mapping.sha256


def load_mapping(path: Path, scales: Collection[str] = ()) -> Mapping:
    """The mapping at `path`. See `parse_mapping`.

    Raises:
        KapError: with every problem of the file at once (exit code 2).
    """
    try:
        content = path.read_bytes()
    except OSError:
        raise KapError(
            ExitCode.USAGE,
            [Problem("KAP-M01", "a mapping file that can be read.", "check the path and its rights.", path.name)],
        ) from None
    return parse_mapping(content, path.name, scales)


def parse_mapping(content: bytes, file: str, scales: Collection[str] = ()) -> Mapping:
    """The mapping written in `content`; `scales` are the catalogue's ids (none given: scales are not checked).

    Raises:
        KapError: with every problem of the file at once (exit code 2); messages hold keys, never values.
    """
    try:
        document = plain(content)
    except MappingTextError as error:
        raise KapError(
            ExitCode.USAGE, [Problem("KAP-M01", f"{error}.", "write the file as the manual shows.", file)]
        ) from None
    mapping, faults = read_sound_parts(_shortened(document))
    problems = [_shape_problem(file, fault) for fault in faults]
    problems += _problems_of_sound_parts(mapping, [tuple(fault["loc"]) for fault in faults], file, scales)
    if problems:
        raise KapError(ExitCode.USAGE, problems)
    mapping._sha256 = hashlib.sha256(content).hexdigest()
    return mapping


def _shortened(document: Any) -> Any:
    """`patient_id: row_number` as the long form that says so; everything else as it stands."""
    if isinstance(document, dict) and isinstance(document.get("tables"), dict):
        for table in document["tables"].values():
            columns = table.get("columns") if isinstance(table, dict) else None
            if isinstance(columns, dict) and columns.get("patient_id") == ROW_NUMBER:
                columns["patient_id"] = {"row_number": "true"}
    return document


def _problems_of_sound_parts(
    mapping: Mapping, faulty: Collection[Place], file: str, scales: Collection[str]
) -> Iterator[Problem]:
    """`_problems`, without those at or below a place that has a problem of shape already."""
    told = [".".join(map(str, place)) for place in faulty]
    problems = list(_problems(mapping, file, scales))
    if ("context",) in faulty:
        # Which context is meant is not known: what holds in one alone is not told.
        other = mapping.model_copy(update={"context": REFERENCE_SAMPLE})
        in_other = set(_problems(other, file, scales))
        problems = [problem for problem in problems if problem in in_other]
    for problem in problems:
        place = problem.column or ""
        if not any(place == each or place.startswith(f"{each}.") for each in told):
            yield problem


def context_problem(mapping: Mapping, earlier: Collection[str], file: str) -> Problem | None:
    """What is wrong when a clinic's earlier deliveries, read in the contexts `earlier`, were not of this mapping's."""
    others = sorted(set(earlier) - {mapping.context})
    if not others:
        return None
    expected = f"context {' or '.join(others)}, as this clinic's earlier deliveries; its mapping now says another."
    remedy = "set context back in the mapping, or deliver from the inbox folder of another clinic id."
    return Problem("KAP-M06", expected, remedy, file, column="context")


def _shape_problem(file: str, found: dict[str, Any]) -> Problem:
    """A pydantic error as a problem: where, what was expected, the nearest key. Pydantic's `input` is left out."""
    place = tuple(found["loc"])
    # What stands under `values` are texts of the clinic's cells: they are never said.
    said = place[: place.index("values") + 1] if "values" in place else place
    where = ".".join(str(part) for part in said if part != "[key]") or "file"
    if found["type"] == "extra_forbidden":
        known = _known_keys(place)
        return Problem("KAP-M02", "a key the manual knows.", _nearest_key(str(place[-1]), known), file, column=where)
    if found["type"] == "literal_error":
        expected = f"{found['ctx']['expected']}."
    else:
        expected = f"{str(found['msg']).removeprefix('Value error, ')}."
    return Problem("KAP-M03", expected, "write it as the manual shows.", file, column=where)


def _known_keys(place: tuple[Any, ...]) -> Collection[str]:
    parents = [str(part) for part in place[:-1]]
    if not parents:
        return Mapping.model_fields
    if "scores" in parents[2:]:
        return ColumnSource.model_fields if parents[-1] in ScoreEntry.model_fields else ScoreEntry.model_fields
    return ColumnSource.model_fields if "columns" in parents else TableMapping.model_fields


def _nearest_key(name: str, known: Iterable[str]) -> str:
    close = nearest(name, known)
    return f"the nearest is {close}." if close else f"known are {', '.join(known)}."


def _problems(mapping: Mapping, file: str, scales: Collection[str]) -> Iterator[Problem]:
    """What the shape alone cannot tell: table, column, scale and unit names, constants, what a context allows."""
    for table_name, table in mapping.tables.items():
        place = f"tables.{table_name}"
        if table_name not in TABLES:
            yield Problem("KAP-M04", "a table of the contract.", _nearest_key(table_name, TABLES), file, column=place)
            continue
        if mapping.is_reference_sample and table_name != SCORES.name:
            yield Problem("KAP-M05", "scores alone in a reference sample.", "remove this table.", file, column=place)
        if table.scores and table_name != SCORES.name:
            yield Problem("KAP-M05", "scores: in the table scores alone.", "remove it.", file, column=place)
        known = (*TABLES[table_name].columns, *_date_names(table_name))
        for name in table.columns:
            if name not in known:
                yield Problem(
                    "KAP-M04", f"a column of {table_name}.", _nearest_key(name, known), file, column=f"{place}.{name}"
                )
            elif table.scores and name in {"scale", "total", "scale_form", "score_source", *ITEM_FIELDS}:
                yield Problem(
                    "KAP-M05", "this column in the listed scores.", "move it there.", file, column=f"{place}.{name}"
                )
        yield from _entry_problems(mapping, table_name, table, file, scales)


def _date_names(table_name: str) -> tuple[str, ...]:
    """Date columns that a declared delivery of the table may bring under names of its own."""
    own = (date for date, day in DATES.items() if day in TABLES[table_name].columns)
    return (FIRST_DATE, *own)


def _entry_problems(
    mapping: Mapping, table_name: str, table: TableMapping, file: str, scales: Collection[str]
) -> Iterator[Problem]:
    seen: set[tuple[Any, ...]] = set()
    said: set[Problem] = set()
    for number, entry in enumerate(table.entries):
        place = f"tables.{table_name}.scores.{number}"
        for name, source in entry.items():
            # What all entries share is told once, where it stands.
            within = f"tables.{table_name}.columns" if source is table.columns.get(name) else place
            if name in FIELDS:
                for problem in _source_problems(mapping, name, source, file, f"{within}.{name}", scales):
                    if problem not in said:
                        said.add(problem)
                        yield problem
        if table.scores:
            key = tuple(
                entry[name].model_dump_json() if name in entry else None
                for name in ("scale", "score_day", "administration", "respondent")
            )
            if key in seen:
                yield Problem(
                    "KAP-M05",
                    "each scale once for one day, occasion and respondent.",
                    "give this entry a score_day, administration or respondent of its own.",
                    file,
                    column=place,
                )
            seen.add(key)


def _source_problems(
    mapping: Mapping, name: str, source: ColumnSource, file: str, place: str, scales: Collection[str]
) -> Iterator[Problem]:
    field = FIELDS[name]
    if name in MADE_AT_THE_DOOR:
        expected = f"no {name}: it is made from dates alone, under a declared determination."
        yield Problem("KAP-M05", expected, "remove it.", file, None, place)
    if source.row_number and not (name == "patient_id" and mapping.is_reference_sample):
        yield Problem(
            "KAP-M05",
            "row_number as patient_id of a reference sample alone.",
            "name the column of ids.",
            file,
            None,
            place,
        )
    if name == "score_source" and (source.constant is None or not re.fullmatch(TOKEN_PATTERN, source.constant)):
        expected = "a constant of letters, digits, - and _ (40 at most)."
        yield Problem("KAP-M05", expected, "name the value set or table so.", file, None, place)
    if name == "reference_group" and not mapping.is_reference_sample:
        yield Problem("KAP-M05", "reference_group in a reference sample alone.", "remove it.", file, None, place)
    if source.unit is not None and source.unit not in UNITS.get(field.unit or "", {}):
        units = ", ".join(UNITS.get(field.unit or "", {})) or "no unit"
        yield Problem("KAP-M04", f"one of: {units}.", "name the unit of the file's column.", file, None, place)
    written = [text for text in (source.constant, *source.values.values()) if text]
    if field.kind in ("code", "codes"):
        vocabulary = VOCABULARIES[field.vocabulary or ""]
        known: Collection[str] = vocabulary.spellings()
        closest = next((vocabulary.nearest(text) for text in written if fold(text) not in known), None)
        words: Collection[str] = vocabulary.words
    else:
        known = words = {fold(scale): scale for scale in scales} if field.kind == "scale" else {}
        closest = next((nearest(text, words) for text in written if fold(text) not in known), None)
    if known and any(fold(text) not in known for text in written):
        remedy = f"the nearest is {closest}." if closest else f"known are {', '.join(words)}."
        yield Problem("KAP-M04", f"a word of {field.vocabulary or 'the catalogue'}.", remedy, file, None, place)
