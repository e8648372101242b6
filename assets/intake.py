"""Intake: what clinics delivered, read through the gate and the contract. One partition a clinic."""

import dagster as dg

from assets.metadata import (
    deliveries_by_clinic,
    deliveries_metadata,
    reconciliation_by_clinic,
    reconciliation_metadata,
    tell_by_clinic,
)
from assets.resources import KapHome
from pipelines.steps.candidates import prepare_candidates
from pipelines.steps.intake import take_in

CLINICS = dg.DynamicPartitionsDefinition(name="clinics")
# One run covers all clinics: forty runs would cost forty start-ups.
SINGLE_RUN = dg.BackfillPolicy.single_run()
OWNERS = ["team:data-engineering"]
# What an asset's rows are, so that the lineage can be searched for where patients' rows lie.
PATIENT_ROWS = {"rows": "of_patients"}
COUNTS_ONLY = {"rows": "counts_only"}


@dg.asset(
    partitions_def=CLINICS,
    backfill_policy=SINGLE_RUN,
    group_name="intake",
    kinds={"csv", "parquet", "duckdb"},
    owners=OWNERS,
    tags=PATIENT_ROWS,
    code_version="1",
)
def deliveries(context: dg.AssetExecutionContext, kap_home: KapHome) -> dg.MaterializeResult[None]:
    """One row per file found in a clinic's inbox: received, repeated, refused or waiting.

    A file passes the entry gate for identifiers, the clinic's mapping and the typing; each record it gives is stored
    with the rules that quarantine it or blank a value. Rows = rows that gave a record + empty rows, always.
    """
    with kap_home.step(context) as job:
        outcomes = take_in(job, context.partition_keys)
    by_clinic = deliveries_by_clinic(outcomes, context.partition_keys)
    tell_by_clinic(context, "deliveries", by_clinic, deliveries_metadata(outcomes))
    return dg.MaterializeResult()


@dg.asset(
    partitions_def=CLINICS,
    backfill_policy=SINGLE_RUN,
    group_name="intake",
    kinds={"duckdb", "parquet"},
    owners=OWNERS,
    tags=PATIENT_ROWS,
    code_version="1",
    deps=[deliveries],
)
def candidate_records(context: dg.AssetExecutionContext, kap_home: KapHome) -> dg.MaterializeResult[None]:
    """One row per record that would stand if its clinic passed validation, and each quarantined one.

    Duplicates, corrections, conflicts and stale versions are told apart by the keys of the contract;
    accepted + quarantined + duplicate + stale = records of every delivery, checked here.
    """
    with kap_home.step(context) as job:
        reconciled = prepare_candidates(job, context.partition_keys)
    by_clinic = reconciliation_by_clinic(reconciled, context.partition_keys)
    tell_by_clinic(context, "candidate_records", by_clinic, reconciliation_metadata(reconciled))
    return dg.MaterializeResult()
