"""What a release is made of: released tables, facts for the pages, the manifest. Called by the release asset."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from assets import method_facts
from assets.deliveries import LEFT_OUT, deliveries, last_arrivals, reconciliation, shown_people, withdrawn_people
from pipelines.definitions.frozen import registry_digest
from pipelines.disclosure.limits import Limits
from pipelines.disclosure.policy import release as release_table
from pipelines.disclosure.released import ReleasedTable
from pipelines.instruments.catalogue import load_catalogue
from pipelines.intake.receipts import Receipt, read_receipts
from pipelines.provenance.history import PUBLISHED, RELEASED, THRESHOLD_FROZEN, History
from pipelines.provenance.manifest import MANIFEST_NAME, EventUsed, ReceiptUsed, build_manifest, release_id
from pipelines.provenance.release import write_release
from pipelines.provenance.rule_runs import RuleRuns, rule_runs
from pipelines.selftest.verified import read_record
from pipelines.settings import refuse_profile
from pipelines.settings_sections import Profile
from pipelines.steps.candidates import COUNTS
from pipelines.steps.job import Job
from pipelines.steps.outcomes import read_exact, read_own
from pipelines.steps.score_sources import score_sources
from pipelines.version import CONTRACT_VERSION, DEFINITION_SET, PRODUCT_VERSION, stamp
from reports.about import About, ScoreSource
from reports.pages import build_site
from reports.released_rows import for_clinic
from reports.table_file import csv_bytes


@dataclass(frozen=True)
class Made:
    """A release: its id, whether it is a new one, how many files it holds, where its first page lies."""

    release_id: str
    changed: bool
    files_n: int
    index: Path


def make_release(job: Job) -> Made:
    """Apply the profile, make pages and tables, write them whole and switch them in.

    Raises:
        KapError: exit 6, for a profile whose gate is not built; nothing is written.
    """
    profile = job.settings.release.profile
    refuse_profile(profile, job.home.synthetic)
    history = job.history()
    receipts = read_receipts(job.home.raw, set().union(*history.received.values()))
    limits = job.settings.disclosure_limits()
    facts = about(job, history, receipts, _past(history, profile, limits))
    tables = _released(read_exact(job), profile, limits)
    own = {clinic_id: _released(exact, profile, limits) for clinic_id, exact in read_own(job).items()}
    files = {
        **build_site(tables, facts, own),
        **{f"tables/{name}.csv": csv_bytes(table) for name, table in tables.items()},
        **{f"tables/{name}.parquet": parquet_bytes(table) for name, table in tables.items()},
        **_clinic_parquet(tables, facts.clinics, own),
    }
    identity = release_id(files)
    files[MANIFEST_NAME] = build_manifest(
        release=identity,
        profile=profile,
        synthetic=bool(job.home.synthetic),
        settings_sha256=job.settings.digest,
        definitions={
            "definition_set": DEFINITION_SET,
            "registry_sha256": registry_digest(),
            "windows": asdict(job.settings.clinic_windows()),
            "thresholds": job.settings.thresholds.model_dump(),
            "reliable_change_frozen": history.frozen,
            "overrides": [asdict(override) for override in facts.overrides],
        },
        receipts=_receipts_used(history, receipts),
        events=[
            EventUsed(entry.sequence, entry.event, entry.digest)
            for entry in job.ledger.entries()
            if entry.event in (PUBLISHED, THRESHOLD_FROZEN)
        ],
        outputs=files,
    )
    changed = write_release(job.home, identity, files)
    if history.release_id != identity:
        job.ledger.append(RELEASED, {"release_id": identity, "profile": profile, "files_n": len(files)}, job.at)
    job.log.event("release", "released" if changed else "unchanged", counts={"files_n": len(files)})
    return Made(identity, changed, len(files), job.home.release_of(identity) / "index.html")


def about(job: Job, history: History, receipts: list[Receipt], past: RuleRuns) -> About:
    """The facts that stand on the pages, all from the record and the settings. past: as these pages may show it."""
    settings = job.settings
    judged = tuple(deliveries(history, receipts))
    own = {id_: load_catalogue().overridden(settings.overrides_of(id_)) for id_ in settings.overriding_clinics}
    targets = {clinic_id: aims for clinic_id, own in settings.clinics.items() if (aims := own.targets.given())}
    clinics = sorted({receipt.clinic_id for receipt in receipts if not receipt.is_reference})
    return About(
        network_name=settings.network.name,
        profile=settings.release.profile,
        synthetic=bool(job.home.synthetic),
        definition_set=DEFINITION_SET,
        contract_version=CONTRACT_VERSION,
        product_version=PRODUCT_VERSION,
        clinics={clinic_id: settings.clinic(clinic_id).name or clinic_id for clinic_id in clinics},
        deliveries=tuple(delivery for delivery in judged if delivery.state not in LEFT_OUT),
        left_out=tuple(delivery for delivery in judged if delivery.state in LEFT_OUT),
        arrivals=tuple(last_arrivals(history, receipts, settings)),
        withdrawn_people=shown_people(withdrawn_people(history), settings.disclosure_limits()),
        targets={clinic_id: targets[clinic_id] for clinic_id in clinics if clinic_id in targets},
        facts=tuple(method_facts.facts(history.frozen)),
        instruments=tuple(method_facts.instruments()),
        forms=tuple(method_facts.forms()),
        licences=tuple(method_facts.NOTICES),
        scales=method_facts.scales(history.frozen),
        rules=method_facts.rules(settings.thresholds),
        thresholds=settings.thresholds.model_dump(exclude={"rules"}),
        data_to=f"receipt {max(receipt.sequence for receipt in receipts)}" if receipts else "",
        language=settings.network.language,
        windows=method_facts.windows(settings.clinic_windows()),
        lengths=method_facts.lengths(settings.clinic_windows()),
        limits=settings.disclosure_limits(),
        past=past,
        verified=read_record(),
        score_sources=tuple(ScoreSource(*each) for each in score_sources(job)),
        overrides=tuple(method_facts.overrides(settings, history.frozen)),
        own_scales={id_: method_facts.scales(history.frozen, catalogue) for id_, catalogue in own.items()},
        own_facts={id_: tuple(method_facts.facts(history.frozen, catalogue)) for id_, catalogue in own.items()},
    )


def _past(history: History, profile: Profile, limits: Limits) -> RuleRuns:
    """What the runs found, each as its table data_quality may show it; the runs without their names."""
    past = rule_runs(history.validations)
    shown = [
        release_table("data_quality", found, profile, limits).frame.assign(run=run)
        for run, found in past.found.groupby("run")
    ]
    columns = past.found.columns
    found = pd.concat(shown, ignore_index=True)[columns] if shown else past.found
    return RuleRuns(tuple(replace(run, run_id="") for run in past.runs), found)


def parquet_bytes(table: ReleasedTable) -> bytes:
    """The released table as Parquet, with the versions in its footer."""
    arrow = pa.Table.from_pandas(table.frame, preserve_index=False)
    arrow = arrow.replace_schema_metadata({**stamp(), "profile": table.profile})
    out = io.BytesIO()
    pq.write_table(arrow, out, compression="zstd")
    return out.getvalue()


def _released(exact: Mapping[str, pd.DataFrame], profile: Profile, limits: Limits) -> dict[str, ReleasedTable]:
    return {name: release_table(name, frame, profile, limits) for name, frame in exact.items()}


def _clinic_parquet(
    tables: Mapping[str, ReleasedTable], clinic_ids: Iterable[str], own: Mapping[str, Mapping[str, ReleasedTable]]
) -> dict[str, bytes]:
    """Each clinic's own rows as Parquet, beside the CSV of its site."""
    return {
        f"clinics/{clinic_id}/tables/{table.name}.parquet": parquet_bytes(for_clinic(table, clinic_id))
        for clinic_id in clinic_ids
        for table in {**tables, **own.get(clinic_id, {})}.values()
        if "clinic_id" in table.frame.columns
    }


def _receipts_used(history: History, receipts: list[Receipt]) -> list[ReceiptUsed]:
    reconciled = reconciliation(history)
    return [
        ReceiptUsed(
            receipt.sequence,
            receipt.sha256,
            receipt.clinic_id,
            receipt.table,
            {"rows": receipt.rows_n, "empty_rows": receipt.empty_rows_n, **_sum_of(reconciled.get(receipt.sequence))},
            receipt.mapping_sha256,
        )
        for receipt in receipts
        if receipt.sequence in history.published.get(receipt.clinic_id, frozenset())
    ]


def _sum_of(counts: Mapping[str, int] | None) -> dict[str, int]:
    """What a manifest says of a delivery's records: those of its sum."""
    return {name: counts[name] for name in COUNTS} if counts else {}
