"""The entry gate: nothing undeclared that identifies a person comes in. Any hit refuses the whole file.

It looks at the file name, the column names, the metadata and every text cell, malformed rows included. What it says
is the class, the place, how many rows and the first of them; never the value. A first, honest form: it sees what has
the form of an identifier. A person's name in a cell has none; closed domains keep those out.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd
import pyarrow
import pyarrow.ipc

from pipelines.contract.fields import FIELDS, Field
from pipelines.contract.table_choice import ColumnDomain
from pipelines.engine import Engine, load_sql
from pipelines.intake.detectors import (
    AGE_PARTS,
    DATE_LIKE_PARTS,
    DETECTORS,
    FREE_TEXT_CHARACTERS,
    FREE_TEXT_WORDS,
    UUID_PATTERN,
    Detector,
    detect,
    foldings,
    name_parts,
    named_like_date,
    named_like_identifier,
)
from pipelines.intake.naming import column_label, safe_name
from pipelines.intake.readers import Source
from pipelines.intake.receive import name_problems
from pipelines.intake.refusals import refusal
from pipelines.problems import Problem
from pipelines.vocabulary import TOKEN_PATTERN, VOCABULARIES, fold

__all__ = ["Domain", "column_label", "domain_of", "safe_name", "scan"]

DomainKind = Literal["token", "integer", "number", "boolean", "code", "codes", "none"]
# Keys that well-known writers put into a Parquet footer: long by nature, so not judged as free text.
_WRITER_KEYS = ("ARROW:schema", "pandas", "org.apache.spark.", "parquet.avro.", "writer.model.name", "iceberg.schema")


@dataclass(frozen=True)
class Domain:
    """The closed domain of one source column, before any mapping of values.

    spellings: accepted texts, folded by `vocabulary.fold`: the words of a `code` or of each part of `codes`, and in
    any column what the mapping turns into something else.
    patient: the column becomes patient_id.
    """

    kind: DomainKind
    minimum: float = -math.inf
    maximum: float = math.inf
    spellings: frozenset[str] = field(default_factory=frozenset)
    patient: bool = False


def domain_of(contract_field: Field, spellings: Iterable[str] = ()) -> Domain:
    """The domain of a contract column; `spellings` adds what a mapping or the scale catalogue accepts, unfolded."""
    kind: DomainKind = "code" if contract_field.kind == "scale" else contract_field.kind
    known = VOCABULARIES[contract_field.vocabulary].spellings() if contract_field.vocabulary else {}
    return Domain(
        kind,
        -math.inf if contract_field.minimum is None else contract_field.minimum,
        math.inf if contract_field.maximum is None else contract_field.maximum,
        frozenset(known) | frozenset(fold(text) for text in spellings),
        contract_field.name == "patient_id",
    )


def scan(
    engine: Engine,
    source: Source,
    name: str,
    domains: Mapping[str, Domain | ColumnDomain],
    exempt_ignored: Mapping[str, Domain | None] = MappingProxyType({}),
    parquet_metadata: Iterable[tuple[str, str]] = (),
) -> list[Problem]:
    """Every identifier found in the file just read into `source`: one problem per place and detector, else [].

    Args:
        name: the delivered file's name.
        domains: domain by source column. A contract column not listed gets the domain of the contract; any other
            has none, and each detector looks at it.
        exempt_ignored: columns under `ignore:` with the domain declared there, if any.
        parquet_metadata: pairs beyond those of `source.metadata`.
    """
    shown = safe_name(name)
    problems = name_problems(name)
    problems += _in_headers(source, shown)
    problems += _in_metadata([*source.metadata, *parquet_metadata], shown)
    known = {column: _closed(given) for column, given in {**exempt_ignored, **domains}.items()}
    all_domains = {column: known.get(column) or _contract_domain(column) for column in source.columns}
    problems += _in_cells(engine, source, shown, all_domains)
    problems += _in_malformed(engine, source, shown)
    return problems


def _closed(given: Domain | ColumnDomain | None) -> Domain | None:
    """The domain of a column as the choice of the table describes it."""
    if not isinstance(given, ColumnDomain):
        return given
    if given.field is None:
        return Domain(given.ignored_as or "none", spellings=frozenset(fold(text) for text in given.texts))
    known = domain_of(given.field, given.texts)
    return replace(known, minimum=-math.inf, maximum=math.inf) if given.converted else known


def _contract_domain(column: str) -> Domain:
    known = FIELDS.get(column)
    return domain_of(known) if known else Domain("none")


def _in_headers(source: Source, shown: str) -> list[Problem]:
    problems = []
    for position, column in enumerate(source.columns, start=1):
        label = column_label(column, position)
        codes = list(detect(column))
        if column not in FIELDS:
            if named_like_date(column):
                codes.append("KAP-G21")
            if named_like_identifier(column):
                codes.append("KAP-G20")
        note = "in the column name: "
        problems += [refusal(code, shown, column=label, note="" if code >= "KAP-G20" else note) for code in codes]
    return problems


def _in_metadata(pairs: Iterable[tuple[str, str]], shown: str) -> list[Problem]:
    codes: set[str] = set()
    for key, value in pairs:
        for text in (key, *_texts_of(key, value)):
            codes.update(detect(text))
            long = len(text) > FREE_TEXT_CHARACTERS or len(text.split()) > FREE_TEXT_WORDS
            if long and not key.startswith(_WRITER_KEYS) and not key.startswith("gzip name"):
                codes.add("KAP-G08")
    return [refusal(code, shown, note="in the file's metadata: ") for code in sorted(codes)]


def _texts_of(key: str, value: str) -> list[str]:
    """The texts of a metadata value. The Arrow schema is packed, and pandas' own version numbers look like dates."""
    if key == "ARROW:schema":
        return _arrow_texts(value)
    if key != "pandas":
        return [value]
    try:
        described = json.loads(value)
    except ValueError:
        return [value]
    if isinstance(described, dict):
        for own in ("creator", "pandas_version"):
            described.pop(own, None)
    return list(_strings(described))


def _arrow_texts(packed: str) -> list[str]:
    """Metadata of the columns, which only the packed Arrow schema holds; nothing when it cannot be unpacked."""
    try:
        schema = pyarrow.ipc.read_schema(pyarrow.py_buffer(base64.b64decode(packed)))
    except (ValueError, OSError, pyarrow.ArrowException):
        return []
    pairs = [pair for column in schema for pair in (column.metadata or {}).items()]
    return [text.decode("utf-8", "replace") for pair in pairs for text in pair]


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    elif value is not None:
        yield str(value)


def _in_cells(engine: Engine, source: Source, shown: str, domains: Mapping[str, Domain]) -> list[Problem]:
    parts = {column: frozenset(name_parts(column)) for column in source.columns}
    columns = pd.DataFrame(
        {
            "column_name": list(source.columns),
            "position": range(1, len(source.columns) + 1),
            "kind": [domains[column].kind for column in source.columns],
            "minimum": [domains[column].minimum for column in source.columns],
            "maximum": [domains[column].maximum for column in source.columns],
            "patient": [domains[column].patient for column in source.columns],
            "date_like": [bool(parts[column] & DATE_LIKE_PARTS) for column in source.columns],
            "age_like": [bool(parts[c] & AGE_PARTS) and domains[c].kind != "code" for c in source.columns],
        }
    )
    spellings = [(column, text) for column in source.columns for text in sorted(domains[column].spellings)]
    engine.define("gate_columns", columns)
    engine.define("gate_spellings", pd.DataFrame(spellings, columns=["column_name", "spelling"], dtype="str"))
    folded_from, folded_to = foldings()
    engine.materialise(
        "gate_texts",
        load_sql(__file__, "gate_texts"),
        folded_from=folded_from,
        folded_to=folded_to,
        token=TOKEN_PATTERN,
        uuid=UUID_PATTERN,
    )
    conditions, patterns = _conditions(DETECTORS)
    hits = engine.rows(load_sql(__file__, "gate_hits").replace("/* conditions */", conditions), **patterns)
    for relation in ("gate_texts", "gate_columns", "gate_spellings"):
        engine.execute(f"DROP TABLE {relation}")
    return [
        refusal(
            code,
            shown,
            row=int(first_row),
            column=column_label(source.columns[position - 1], position),
            failed_n=int(rows_n),
            of_n=source.rows_n,
        )
        for position, code, rows_n, first_row in hits
    ]


def _conditions(detectors: Iterable[Detector]) -> tuple[str, dict[str, str]]:
    """SQL list of `CASE WHEN it fires THEN code END`, and the patterns to bind. Codes are the product's own words."""
    unless = {"never": "", "satisfied": "NOT satisfied AND ", "numeric": "NOT satisfied AND NOT numeric AND "}
    patterns: dict[str, str] = {}
    cases: list[str] = []
    for number, detector in enumerate(detectors, start=1):
        patterns[f"p{number}"] = f"(?i){detector.pattern}"
        cases.append(
            f"CASE WHEN {unless[detector.exemption]}regexp_matches(text, $p{number}) THEN '{detector.code}' END"
        )
    words = FREE_TEXT_WORDS
    cases += [
        f"CASE WHEN NOT satisfied AND (length(text) > {FREE_TEXT_CHARACTERS}"
        rf" OR regexp_matches(text, '\S+(\s+\S+){{{words},}}')) THEN 'KAP-G08' END",
        "CASE WHEN date_like AND NOT satisfied AND NOT numeric AND number BETWEEN 20000 AND 60000 THEN 'KAP-G10' END",
        "CASE WHEN patient AND regexp_full_match(text, '[0-9-]+') AND length(replace(text, '-', '')) >= 7"
        " THEN 'KAP-G11' END",
        "CASE WHEN age_like AND number BETWEEN 90 AND 130 THEN 'KAP-G12' END",
    ]
    return ",\n        ".join(cases), patterns


def _in_malformed(engine: Engine, source: Source, shown: str) -> list[Problem]:
    """Rows that could not be cut into columns: the detectors for names, over the whole line."""
    if not source.malformed_n:
        return []
    folded_from, folded_to = foldings()
    engine.materialise("gate_texts", load_sql(__file__, "gate_malformed"), folded_from=folded_from, folded_to=folded_to)
    conditions, patterns = _conditions(detector for detector in DETECTORS if detector.in_names)
    hits = engine.rows(load_sql(__file__, "gate_hits").replace("/* conditions */", conditions), **patterns)
    engine.execute("DROP TABLE gate_texts")
    return [
        refusal(code, shown, row=int(first), failed_n=int(rows_n), of_n=source.rows_n, note="in a malformed row: ")
        for _, code, rows_n, first in hits
    ]
