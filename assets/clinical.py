"""Clinical data: validated rows, scores and courses of care. Nothing downstream reads what was not published here."""

from collections.abc import Iterator

import dagster as dg

from assets.checks import check_results, check_specs, gate_of_all, gate_of_each
from assets.gate import gates
from assets.intake import CLINICS, COUNTS_ONLY, OWNERS, PATIENT_ROWS, SINGLE_RUN, candidate_records
from assets.metadata import (
    contract_schema,
    gates_by_clinic,
    gates_metadata,
    published_by_clinic,
    rows_published,
    tell_by_clinic,
)
from assets.resources import KapHome
from pipelines.contract.tables import COURSES, SCORES, SESSIONS, STORED_TABLES
from pipelines.steps.clinical import derive_courses, score_scales
from pipelines.steps.publication import publish
from pipelines.steps.quality import findings_of

VALIDATION = dg.AssetKey("validation")
SCORED_SCORES = dg.AssetKey("scored_scores")
COURSES_OF_CARE = dg.AssetKey("courses_of_care")
REVIEWERS = ["team:quality-review"]
_VALIDATED = tuple(STORED_TABLES.values())


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            VALIDATION,
            deps=[candidate_records],
            group_name="clinical",
            kinds={"duckdb", "greatexpectations"},
            owners=REVIEWERS,
            tags=COUNTS_ONLY,
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
                tags=PATIENT_ROWS,
                partitions_def=CLINICS,
                code_version="1",
                description=f"The validated store: a row is {table.grain}, as published clinic by clinic.",
                metadata={"dagster/column_schema": contract_schema(table), "dagster/table_name": table.name},
            )
            for table in _VALIDATED
        ),
    ],
    check_specs=check_specs(CLINICS),
    partitions_def=CLINICS,
    backfill_policy=SINGLE_RUN,
    name="validated_store",
)
def validated_store(
    context: dg.AssetExecutionContext, kap_home: KapHome
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Great Expectations judges each clinic's candidates; what passed is published whole."""
    with kap_home.step(context) as job:
        # Great Expectations takes five seconds to import: only here, and never when the code location loads.
        from expectations.step import refuse_errors, validate_candidates

        validations = validate_candidates(job, context.partition_keys)
        published = {publication.clinic_id for publication in publish(job, context.partition_keys)}
        history = job.history()
        rows_of = rows_published(job.ledger.entries())
        if validations:
            from assets.reviewer import write_reviewers_report

            write_reviewers_report(job)
    standing = gates(history, context.partition_keys)
    tell_by_clinic(context, "validation", gates_by_clinic(standing), gates_metadata(standing))
    yield dg.MaterializeResult(asset_key=VALIDATION)
    for evaluation in gate_of_each(context.instance, standing):
        context.log_event(evaluation)
    for table in _VALIDATED:
        by_clinic = published_by_clinic(table.name, rows_of, standing, published)
        total = sum(rows_n.get(table.name, 0) for rows_n in rows_of.values())
        tell_by_clinic(context, table.name, by_clinic, {"rows_of_all_clinics": total})
        yield dg.MaterializeResult(asset_key=table.name)
    yield gate_of_all(standing)
    yield from check_results(findings_of(history))
    # A rule without a verdict is no pass: the run ends here, and the last good release stays.
    refuse_errors(validations)


@dg.asset(
    key=SCORED_SCORES,
    deps=[SCORES.name],
    group_name="clinical",
    kinds={"duckdb", "parquet"},
    owners=["team:biostatistics"],
    tags=PATIENT_ROWS,
    code_version="1",
)
def scored_scores(context: dg.AssetExecutionContext, kap_home: KapHome) -> dg.MaterializeResult[None]:
    """One row per administration and outcome scale: the score, the items it rests on, or why it is absent."""
    with kap_home.step(context) as job:
        rows_n = score_scales(job)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows_n["scored_scores"], **rows_n})


@dg.asset(
    key=COURSES_OF_CARE,
    deps=[SESSIONS.name, COURSES.name, SCORED_SCORES],
    group_name="clinical",
    kinds={"duckdb", "parquet"},
    owners=["team:biostatistics"],
    tags=PATIENT_ROWS,
    code_version="1",
)
def courses_of_care(context: dg.AssetExecutionContext, kap_home: KapHome) -> dg.MaterializeResult[None]:
    """One row per patient and course of care: induction, route, condition; with its baselines and follow-ups."""
    with kap_home.step(context) as job:
        rows_n = derive_courses(job)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows_n["courses_of_care"], **rows_n})
