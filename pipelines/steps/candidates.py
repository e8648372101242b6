"""What would stand if each clinic passed: which records of which deliveries count, reconciled file by file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipelines.contract.tables import TABLES, Table
from pipelines.durable import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, write_whole
from pipelines.engine import Engine, load_sql, quoted
from pipelines.intake.receipts import Receipt, read_receipts
from pipelines.intake.versions import decide_states, reconcile
from pipelines.lake import delivered_path, store
from pipelines.provenance.history import History
from pipelines.steps.job import Job
from pipelines.steps.rebuild import restore_delivered

# The columns of a reconciliation that say what became of a file's records.
COUNTS = ("records", "accepted", "quarantined", "duplicate", "stale", "corrected")


@dataclass(frozen=True)
class Candidate:
    """The deliveries of a clinic that count in this run, by receipt: all, those not yet published, those replaced."""

    clinic_id: str
    receipts: tuple[Receipt, ...]
    pending: tuple[int, ...]
    superseded: tuple[int, ...]

    def of_table(self, table: str) -> tuple[Receipt, ...]:
        """The receipts of one table."""
        return tuple(receipt for receipt in self.receipts if receipt.table == table)


def candidate_folder(home_tmp: Path, clinic_id: str) -> Path:
    """Where one clinic's candidate tables lie until it is validated and published."""
    return home_tmp / "candidates" / clinic_id


def judged_path(folder: Path, relation: str) -> Path:
    """Where a relation that validation judges lies in a clinic's candidate folder."""
    return folder / "judged" / f"{relation}.parquet"


def prepare_candidates(job: Job, clinic_ids: Iterable[str]) -> pd.DataFrame:
    """Write the candidate tables of every clinic that has pending deliveries.

    Returns one row per pending delivery: clinic_id, receipt, table and the columns of `reconcile`.
    Files per clinic: `<table>.parquet` (typed records with their state), `judged/<table>.parquet` (those of them that
    would stand, and quarantined ones) and `judged/deliveries.parquet`.
    """
    history = job.history()
    shutil.rmtree(job.home.tmp / "candidates", ignore_errors=True)
    frames = [prepare(job, choose(job, history, clinic_id)) for clinic_id in clinic_ids if history.pending(clinic_id)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def is_prepared(home_tmp: Path, candidate: Candidate) -> bool:
    """Whether the candidate tables are those of these deliveries: a step may be run again on its own."""
    path = candidate_folder(home_tmp, candidate.clinic_id) / "reconciliation.json"
    return path.exists() and {row["receipt"] for row in json.loads(path.read_bytes())} == set(candidate.pending)


def reconciliation_of(home_tmp: Path, clinic_id: str) -> pd.DataFrame:
    """The reconciliation of a clinic's pending deliveries, as `prepare_candidates` found it."""
    text = (candidate_folder(home_tmp, clinic_id) / "reconciliation.json").read_bytes()
    return pd.DataFrame(json.loads(text))


def choose(job: Job, history: History, clinic_id: str) -> Candidate:
    """The receipts that count: published ones and pending ones, without blocked ones that a newer delivery corrects."""
    receipts = read_receipts(job.home.raw, set(history.received.get(clinic_id, ())))
    pending = history.pending(clinic_id)
    restore_delivered(job, receipts)
    superseded = _superseded(job, receipts, pending & history.blocked.get(clinic_id, frozenset()), pending)
    gone = superseded | history.superseded.get(clinic_id, frozenset())
    return Candidate(
        clinic_id,
        tuple(receipt for receipt in receipts if receipt.sequence not in gone),
        tuple(sorted(pending - superseded)),
        tuple(sorted(superseded)),
    )


def _superseded(job: Job, receipts: list[Receipt], blocked: frozenset[int], pending: frozenset[int]) -> frozenset[int]:
    """Blocked receipts that a newer one of their table corrects: superseded.sql says when."""
    found: set[int] = set()
    for table in TABLES.values():
        old = [receipt for receipt in receipts if receipt.table == table.name and receipt.sequence in blocked]
        new = [receipt for receipt in receipts if receipt.table == table.name and receipt.sequence in pending - blocked]
        if not old or not new:
            continue
        names = {receipt.file for receipt in new}
        with job.engine() as engine:
            _view_delivered(engine, job.home.lake, table, [*old, *new])
            rows = engine.rows(
                _superseded_select(table),
                blocked=[receipt.sequence for receipt in old],
                newer=[receipt.sequence for receipt in new],
                named=[receipt.sequence for receipt in old if receipt.file in names],
            )
        found |= {row[0] for row in rows}
    return frozenset(found)


def _superseded_select(table: Table) -> str:
    key = ", ".join(map(quoted, table.key))
    usable = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in table.key if name in table.required)
    return load_sql(__file__, "superseded").replace("/* key */", key).replace("/* usable */", usable)


def _view_delivered(engine: Engine, lake: Path, table: Table, receipts: Iterable[Receipt]) -> None:
    engine.view_parquet(
        "delivered",
        [delivered_path(lake, table.name, receipt.clinic_id, receipt.sequence) for receipt in receipts],
    )


def prepare(job: Job, candidate: Candidate) -> pd.DataFrame:
    """Write one clinic's candidate tables; return its rows of `prepare_candidates`."""
    folder = candidate_folder(job.home.tmp, candidate.clinic_id)
    make_folder(folder, PRIVATE_FOLDER)
    reconciled: list[pd.DataFrame] = []
    with job.engine() as engine:
        for table in TABLES.values():
            receipts = candidate.of_table(table.name)
            if not receipts:
                continue
            _view_delivered(engine, job.home.lake, table, receipts)
            states = decide_states(engine, table, "delivered")
            reconciled.append(reconcile(engine, table).assign(table=table.name))
            store(
                engine,
                f"SELECT * FROM {quoted(states)} ORDER BY receipt, record_number",
                folder / f"{table.name}.parquet",
            )
            # A duplicate or an old version is no second fault: rules judge each record once.
            store(
                engine,
                f"SELECT * FROM {quoted(states)} WHERE is_current OR state = 'quarantined' "
                "ORDER BY receipt, record_number",
                judged_path(folder, table.name),
            )
            engine.execute(f"DROP TABLE {quoted(states)}")
        counts = pd.concat(reconciled, ignore_index=True).assign(clinic_id=candidate.clinic_id)
        pending = counts[counts["receipt"].isin(candidate.pending)].sort_values("receipt", ignore_index=True)
        engine.define("deliveries", _delivery_rows(pending))
        store(engine, "SELECT * FROM deliveries ORDER BY receipt", judged_path(folder, "deliveries"))
    kept = pending[["receipt", "table", *COUNTS]].to_dict("records")
    write_whole(folder / "reconciliation.json", json.dumps(kept).encode(), PRIVATE_FILE)
    for row in pending.to_dict("records"):
        job.log.event("candidates", "reconciled", candidate.clinic_id, {name: int(row[name]) for name in COUNTS})
    return pending


def _delivery_rows(pending: pd.DataFrame) -> pd.DataFrame:
    """One row per pending delivery as the delivery rules read it."""
    return pd.DataFrame(
        {
            "receipt": pending["receipt"].astype("int32"),
            "file_table": pending["table"].astype("str"),
            "records_n": pending["records"].astype("int64"),
            "quarantined_n": pending["quarantined"].astype("int64"),
            "conflict_keys_n": pending["conflict_keys_n"].astype("int64"),
            "keys_n": pending["keys_n"].astype("int64"),
        }
    )
