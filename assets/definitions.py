"""Everything Dagster loads: thin, and without Great Expectations until a run needs it."""

from __future__ import annotations

import dagster as dg

from assets.clinical import courses_of_care, scored_scores, validated_store
from assets.intake import candidate_records, deliveries
from assets.jobs import inbox_sensor, kap_run_job, morning_schedule
from assets.outcomes import outcome_tables
from assets.release import release
from assets.resources import KapHome
from assets.warehouse import warehouse

defs = dg.Definitions(
    assets=[
        deliveries,
        candidate_records,
        validated_store,
        scored_scores,
        courses_of_care,
        outcome_tables,
        warehouse,
        release,
    ],
    jobs=[kap_run_job],
    schedules=[morning_schedule],
    sensors=[inbox_sensor],
    resources={"kap_home": KapHome()},
    # One process: ten assets take 6 s instead of 44 s, and one lock holds the home.
    executor=dg.in_process_executor,
)
