"""Small networks for the tables on sessions: rows of the validated tables, and care derived from them."""

from __future__ import annotations

from typing import Any

from pipelines.care.courses import derive_care
from pipelines.care.windows import Windows
from pipelines.contract.tables import TABLES
from pipelines.engine import Engine
from tests.care_tables import SCORE_COLUMNS, SCORE_DEFAULTS, define, define_scales

Row = dict[str, Any]
DEFAULTS: dict[str, Row] = {
    "sessions": {"clinic_id": "c01", "patient_id": "p1", "condition": "trd", "route": "iv", "drug": "ketamine"},
    "courses": {"clinic_id": "c01", "patient_id": "p1", "condition": "trd"},
    "contacts": {"clinic_id": "c01", "patient_id": "p1"},
    "adverse_events": {"clinic_id": "c01", "patient_id": "p1"},
}


def session_network(
    sessions: list[Row],
    contacts: list[Row] | None = None,
    adverse_events: list[Row] | None = None,
    scores: list[Row] | None = None,
    courses: list[Row] | None = None,
) -> Engine:
    """An engine with the validated tables of these rows and the tables of care."""
    engine = Engine()
    given = {"sessions": sessions, "contacts": contacts, "adverse_events": adverse_events, "courses": courses}
    for name, rows in given.items():
        types = {field.name: field.sql_type for field in TABLES[name].fields}
        define(engine, name, types | {"receipt": "INTEGER", "row_number": "BIGINT"}, rows or [], **DEFAULTS[name])
    define(engine, "scored_scores", SCORE_COLUMNS, scores or [], **SCORE_DEFAULTS)
    define_scales(engine)
    derive_care(engine, Windows())
    return engine
