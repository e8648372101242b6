"""Small networks for tests: text tables of sessions, scores and courses, and what care and outcomes make of them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipelines.care.courses import derive_care
from pipelines.care.windows import Windows
from pipelines.engine import Engine
from pipelines.outcomes.tables import outcome_tables

SESSION_COLUMNS = {
    "clinic_id": "VARCHAR",
    "patient_id": "VARCHAR",
    "session_day": "INTEGER",
    "session_id": "VARCHAR",
    "course_id": "VARCHAR",
    "condition": "VARCHAR",
    "route": "VARCHAR",
    "drug": "VARCHAR",
    "receipt": "INTEGER",
    "row_number": "BIGINT",
}
SCORE_COLUMNS = {
    "clinic_id": "VARCHAR",
    "patient_id": "VARCHAR",
    "scale": "VARCHAR",
    "score_day": "INTEGER",
    "administration": "VARCHAR",
    "respondent": "VARCHAR",
    "score": "DOUBLE",
    "reference_group": "VARCHAR",
    "receipt": "INTEGER",
    "row_number": "BIGINT",
}
COURSE_COLUMNS = {
    "clinic_id": "VARCHAR",
    "patient_id": "VARCHAR",
    "course_id": "VARCHAR",
    "condition": "VARCHAR",
    "secondary_conditions": "VARCHAR[]",
    "sex": "VARCHAR",
    "age_band": "VARCHAR",
    "followed_through": "VARCHAR",
    "stop_reason": "VARCHAR",
    "receipt": "INTEGER",
    "row_number": "BIGINT",
}
DEFINITION_COLUMNS = {
    "scale": "VARCHAR",
    "direction": "VARCHAR",
    "minimum": "DOUBLE",
    "maximum": "DOUBLE",
    "step": "DOUBLE",
    "role": "VARCHAR",
    "own_respondent": "VARCHAR",
    "first_followup_day": "INTEGER",
    "response_unit": "VARCHAR",
    "response_value": "DOUBLE",
    "remission_op": "VARCHAR",
    "remission_value": "DOUBLE",
    "caseness_op": "VARCHAR",
    "caseness_value": "DOUBLE",
    "caseness_value_male": "DOUBLE",
    "caseness_value_female": "DOUBLE",
    "reliable_change": "DOUBLE",
    "alpha": "DOUBLE",
}
SESSION_DEFAULTS = {"clinic_id": "c01", "patient_id": "p1", "condition": "trd", "route": "iv", "drug": "ketamine"}
SCORE_DEFAULTS = {"clinic_id": "c01", "patient_id": "p1", "scale": "phq9", "administration": "unspecified"}
COURSE_DEFAULTS = {"clinic_id": "c01", "patient_id": "p1"}

# The default thresholds of clinical.md 1.5; AUDIT-C caseness by sex (men 4, women 3), WHO-5 of 1.2.
DEFINITIONS = """
    scale     direction        minimum maximum step     own_respondent first_followup_day response_unit response_value remission_op remission_value caseness_op caseness_value caseness_value_male caseness_value_female reliable_change alpha
    phq9      lower_is_better  0       27      1        self           0                  pct           50             <            5               >=          10             -                   -                     6               0.89
    gad7      lower_is_better  0       21      1        self           0                  pct           50             <            5               >=          8              -                   -                     4               0.92
    qids_sr16 lower_is_better  0       27      1        self           0                  pct           50             <=           5               >=          6              -                   -                     -               0.86
    madrs     lower_is_better  0       60      1        clinician      0                  pct           50             <=           10              >=          20             -                   -                     -               0.86
    pcl5      lower_is_better  0       80      1        self           0                  points        10             <=           28              >=          33             -                   -                     15              0.94
    peg       lower_is_better  0       10      third    self           0                  pct           30             -            -               >=          4              -                   -                     -               0.73
    audit_c   lower_is_better  0       12      1        self           90                 -             -              -            -               >=          4              4                   3                     -               -
    who5      higher_is_better 0       100     4        self           0                  points        10             >            50              <=          50             -                   -                     10              -
"""  # noqa: E501


def text_table(text: str) -> list[dict[str, str | None]]:
    """Rows of a text table: a header line, values apart by blanks, `-` = empty."""
    lines = [line.split() for line in text.strip().splitlines()]
    return [
        {column: None if cell == "-" else cell for column, cell in zip(lines[0], line, strict=True)}
        for line in lines[1:]
    ]


def define(engine: Engine, name: str, types: dict[str, str], rows: list[dict[str, Any]], **defaults: Any) -> None:
    """Table `name` with the columns `types`; a column that a row lacks has its default, else is empty."""
    complete = [{**defaults, "receipt": 1, "row_number": number, **row} for number, row in enumerate(rows, 1)]
    frame = pd.DataFrame({column: [row.get(column) for row in complete] for column in types}, dtype=object)
    engine.define("_text", frame.astype("string") if len(frame) else frame.astype("str"))
    parts = [
        f"string_split({column}, ';') AS {column}" if kind == "VARCHAR[]" else f"CAST({column} AS {kind}) AS {column}"
        for column, kind in types.items()
    ]
    engine.materialise(name, f"SELECT {', '.join(parts)} FROM _text")


def define_scales(engine: Engine) -> None:
    rows = [{**row, "step": str(1 / 3) if row["step"] == "third" else row["step"]} for row in text_table(DEFINITIONS)]
    define(engine, "scale_definitions", DEFINITION_COLUMNS, rows)


def network(
    sessions: list[dict[str, Any]] | str,
    scores: list[dict[str, Any]] | str = "scale",
    courses: list[dict[str, Any]] | str = "patient_id",
    windows: Windows | None = None,
) -> Engine:
    """An engine with the tables of care derived from rows or text tables."""
    engine = Engine()
    tables = {"sessions": sessions, "scores": scores, "courses": courses}
    rows = {name: text_table(table) if isinstance(table, str) else table for name, table in tables.items()}
    define(engine, "sessions", SESSION_COLUMNS, rows["sessions"], **SESSION_DEFAULTS)
    define(engine, "scored_scores", SCORE_COLUMNS, rows["scores"], **SCORE_DEFAULTS)
    define(engine, "courses", COURSE_COLUMNS, rows["courses"], **COURSE_DEFAULTS)
    define_scales(engine)
    derive_care(engine, windows or Windows())
    return engine


def sessions_on(*days: int, **columns: str) -> list[dict[str, Any]]:
    """A session on each day."""
    return [{"session_day": day, **columns} for day in days]


def scores_on(points_by_day: dict[int, float], **columns: str) -> list[dict[str, Any]]:
    """A score on each day."""
    return [{"score_day": day, "score": points, **columns} for day, points in points_by_day.items()]


def outcomes(engine: Engine, reliable_change: dict[str, float | None] | None = None) -> pd.DataFrame:
    """`outcomes_by_route_condition`, before disclosure."""
    return outcome_tables(engine, Windows(), reliable_change or {})["outcomes_by_route_condition"]


def outcome(
    engine: Engine, timepoint: str, scale: str = "phq9", condition: str = "trd", route: str = "all", clinic: str = "c01"
) -> dict[str, Any]:
    """One row of it."""
    frame = outcomes(engine)
    key = {"clinic_id": clinic, "condition": condition, "route": route, "scale": scale, "timepoint": timepoint}
    found = frame[(frame[list(key)] == pd.Series(key)).all(axis=1)]
    assert len(found) == 1
    return {str(name): value for name, value in found.iloc[0].items()}
