"""Clinical data: validated rows, scores and courses of care. Nothing downstream reads what was not published here."""

from collections.abc import Iterator

import dagster as dg

from assets.checks import check_results, check_specs
from assets.intake import CLINICS, OWNERS, SINGLE_RUN, candidate_records
from assets.metadata import contract_schema
from assets.resources import KapHome
from pipelines.contract.tables import COURSES, SCORES, SESSIONS
from pipelines.steps.clinical import derive_courses, score_scales
from pipelines.steps.publication import publish

VALIDATION = dg.AssetKey("validation")
SCORED_SCORES = dg.AssetKey("scored_scores")
COURSES_OF_CARE = dg.AssetKey("courses_of_care")
REVIEWERS = ["team:quality-review"]
_VALIDATED = (COURSES, SESSIONS, SCORES)


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            VALIDATION,
            deps=[candidate_records],
            group_name="clinical",
            kinds={"duckdb", "greatexpectations"},
            owners=REVIEWERS,
            partitions_def=CLINICS,
            code_version="1",
            description=(
                "One row per clinic and rule: what Great Expectations found, in counts. "
                "A clinic whose blocking rules fail keeps its last good rows; the others go on."
            ),
        ),
        *(
            dg.AssetSpec(
                table.name,
                deps=[VALIDATION],
                group_name="clinical",
                kinds={"parquet"},
                owners=OWNERS,
                partitions_def=CLINICS,
                code_version="1",
                description=f"The validated store: one row per {table.grain}, as published clinic by clinic.",
                metadata={"dagster/column_schema": contract_schema(table), "dagster/table_name": table.name},
            )
            for table in _VALIDATED
        ),
    ],
    check_specs=check_specs(),
    partitions_def=CLINICS,
    backfill_policy=SINGLE_RUN,
    name="validated_store",
)
def validated_store(
    context: dg.AssetExecutionContext, kap_home: KapHome
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Great Expectations judges each clinic's candidates; what passed is published whole."""
    # Great Expectations takes five seconds to import: only here, and never when the code location loads.
    from expectations.step import refuse_errors, validate_candidates

    with kap_home.job(context.run.run_id) as job:
        validations = validate_candidates(job, context.partition_keys)
        publications = publish(job, context.partition_keys)
    verdicts = {validation.clinic_id: validation.verdict for validation in validations}
    yield dg.MaterializeResult(
        asset_key=VALIDATION,
        metadata={
            "clinics_passed": sum(verdict == "passed" for verdict in verdicts.values()),
            "clinics_blocked": sum(verdict == "blocked" for verdict in verdicts.values()),
            "clinics_in_error": sum(verdict == "error" for verdict in verdicts.values()),
            "blocked": ", ".join(sorted(name for name, verdict in verdicts.items() if verdict != "passed")) or "none",
        },
    )
    for table in _VALIDATED:
        rows_n = sum(publication.rows_n.get(table.name, 0) for publication in publications)
        yield dg.MaterializeResult(asset_key=table.name, metadata={"dagster/row_count": rows_n})
    yield from check_results(validations)
    # A rule without a verdict is no pass: the run ends here, and the last good release stays.
    refuse_errors(validations)


@dg.asset(
    key=SCORED_SCORES,
    deps=[SCORES.name],
    group_name="clinical",
    kinds={"duckdb", "parquet"},
    owners=["team:biostatistics"],
    code_version="1",
)
def scored_scores(context: dg.AssetExecutionContext, kap_home: KapHome) -> dg.MaterializeResult[None]:
    """One row per administration and outcome scale: the score, the items it rests on, or why it is absent."""
    with kap_home.job(context.run.run_id) as job:
        rows_n = score_scales(job)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows_n["scored_scores"], **rows_n})


@dg.asset(
    key=COURSES_OF_CARE,
    deps=[SESSIONS.name, COURSES.name, SCORED_SCORES],
    group_name="clinical",
    kinds={"duckdb", "parquet"},
    owners=["team:biostatistics"],
    code_version="1",
)
def courses_of_care(context: dg.AssetExecutionContext, kap_home: KapHome) -> dg.MaterializeResult[None]:
    """One row per patient and course of care: induction, route, condition; with its baselines and follow-ups."""
    with kap_home.job(context.run.run_id) as job:
        rows_n = derive_courses(job)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows_n["courses_of_care"], **rows_n})
