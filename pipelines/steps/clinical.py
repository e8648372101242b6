"""From validated rows to scores, courses of care and the scores of each timepoint."""

from __future__ import annotations

from pathlib import Path

from pipelines.care.courses import derive_care
from pipelines.engine import Engine, quoted
from pipelines.instruments.catalogue import load_catalogue
from pipelines.lake import derived_path, store, view_derived, view_validated
from pipelines.scoring import score
from pipelines.steps.job import Job

SCORED = ("scored_scores", "scored_reference_scores")
# The tables of care that later steps read, each with its key.
CARE = {
    "course_sessions": "clinic_id, patient_id, course_number, session_number",
    "courses_of_care": "clinic_id, patient_id, course_number",
    "eligible_scores": "clinic_id, patient_id, scale, score_day",
    "baselines": "clinic_id, patient_id, course_number, scale",
    "follow_ups": "clinic_id, patient_id, course_number, scale, c_day",
    "timepoint_scores": "clinic_id, patient_id, course_number, scale, timepoint",
    "primary_scales": "clinic_id, patient_id, course_number",
    "held_out": "clinic_id",
}
_SCORED_ORDER = "clinic_id, patient_id, scale, score_day, administration, respondent NULLS FIRST, receipt, row_number"


def _put_away(engine: Engine, lake: Path, name: str) -> None:
    """Store a table of care and read it from there from now on: at ten million scores memory holds one, not all."""
    path = derived_path(lake, name)
    store(engine, f"SELECT * FROM {quoted(name)}", path, CARE[name])
    engine.execute(f"DROP TABLE {quoted(name)}")
    engine.view_parquet(name, [path])


def score_scales(job: Job) -> dict[str, int]:
    """Score every validated administration; return the rows of `scored_scores` and `scored_reference_scores`."""
    with job.engine() as engine:
        view_validated(engine, job.home.lake)
        catalogue = load_catalogue()
        rows_n = {
            "scored_scores": score(engine, "scores", "scored_scores", catalogue),
            "scored_reference_scores": score(engine, "reference_scores", "scored_reference_scores", catalogue),
        }
        for name in SCORED:
            store(engine, f"SELECT * FROM {name}", derived_path(job.home.lake, name), _SCORED_ORDER)
    job.log.event("clinical", "scored", counts=rows_n)
    return rows_n


def derive_courses(job: Job) -> dict[str, int]:
    """Cut sessions into courses and find each course's baselines, follow-ups and timepoints; return row counts."""
    with job.engine() as engine:
        view_validated(engine, job.home.lake)
        view_derived(engine, job.home.lake, SCORED)
        load_catalogue().define_in(engine)
        rows_n = derive_care(engine, job.settings.clinic_windows(), lambda name: _put_away(engine, job.home.lake, name))
    job.log.event("clinical", "courses_derived", counts=rows_n)
    return rows_n
