"""What stored indexes and T-scores were made with: value sets and tables that this product may not ship."""

from __future__ import annotations

from pipelines.engine import load_sql
from pipelines.instruments.catalogue import load_catalogue
from pipelines.lake import view_validated
from pipelines.steps.job import Job


def score_sources(job: Job) -> list[tuple[str, str, str]]:
    """(clinic, scale, source) of the validated scores, sorted; the source as the clinic's mapping names it, or ""."""
    with job.engine() as engine:
        view_validated(engine, job.home.lake)
        load_catalogue().define_in(engine)
        return [(str(row[0]), str(row[1]), str(row[2])) for row in engine.rows(load_sql(__file__, "score_sources"))]
