"""What would stand if each clinic passed: which records of which deliveries count, reconciled file by file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipelines.contract.tables import TABLES, WITHDRAWALS, Table
from pipelines.durable import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, write_whole
from pipelines.engine import Engine, load_sql, quoted
from pipelines.intake.receipts import Receipt, read_receipts
from pipelines.intake.standing import Loss, apply_standing, define_withdrawn
from pipelines.intake.versions import StoredStates, decide_states, reconcile
from pipelines.lake import delivered_path, store
from pipelines.provenance.history import History
from pipelines.steps.conflicts import list_conflicts
from pipelines.steps.job import Job
from pipelines.steps.rebuild import restore_delivered

# The columns of a reconciliation that say what became of a file's records.
COUNTS = ("records", "accepted", "quarantined", "duplicate", "stale", "corrected")
# Beside them: its records of patients who withdrew; rows of earlier deliveries that a snapshot no longer holds.
BESIDE = ("withdrawn", "absent")
_RECONCILED = ("receipt", "table", *COUNTS, *BESIDE, "keys_n", "conflict_keys_n", "standing_n")


@dataclass(frozen=True)
class Candidate:
    """The deliveries of a clinic that count in this run, by receipt: all, those not yet published, those replaced.

    confirmed: snapshots whose losses a person confirmed.
    """

    clinic_id: str
    receipts: tuple[Receipt, ...]
    pending: tuple[int, ...]
    superseded: tuple[int, ...]
    confirmed: frozenset[int] = frozenset()

    def of_table(self, table: str) -> tuple[Receipt, ...]:
        """The receipts of one table."""
        return tuple(receipt for receipt in self.receipts if receipt.table == table)


def candidate_folder(home_tmp: Path, clinic_id: str) -> Path:
    """Where one clinic's candidate tables lie until it is validated and published."""
    return home_tmp / "candidates" / clinic_id


def candidate_path(folder: Path, relation: str) -> Path:
    """Where the decisions on a table's records, or `deliveries`, lie in a clinic's candidate folder."""
    return folder / f"{relation}.parquet"


def prepare_candidates(job: Job, clinic_ids: Iterable[str]) -> pd.DataFrame:
    """Decide the records of every clinic that must be judged: it has pending deliveries, or a retracted one.

    Returns one row per pending delivery: clinic_id, receipt, table and the columns of `reconcile`.
    Files per clinic: `<table>.parquet` (decisions, see `candidate_states`) and `deliveries.parquet`.
    """
    history = job.history()
    shutil.rmtree(job.home.tmp / "candidates", ignore_errors=True)
    unsettled = [clinic_id for clinic_id in clinic_ids if history.is_unsettled(clinic_id)]
    frames = [prepare(job, choose(job, history, clinic_id)) for clinic_id in unsettled]
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
    """The receipts that count: published and pending, without retracted ones and blocked ones that a newer corrects."""
    receipts = read_receipts(job.home.raw, set(history.received.get(clinic_id, ())))
    pending = history.pending(clinic_id)
    restore_delivered(job, receipts)
    superseded = _superseded(job, receipts, pending & history.blocked.get(clinic_id, frozenset()), pending)
    gone = superseded | history.superseded.get(clinic_id, frozenset()) | history.retracted
    return Candidate(
        clinic_id,
        tuple(receipt for receipt in receipts if receipt.sequence not in gone),
        tuple(sorted(pending - superseded)),
        tuple(sorted(superseded)),
        frozenset(history.confirmed),
    )


def candidate_states(job: Job, clinic_id: str, table: Table, receipts: Iterable[Receipt]) -> StoredStates | None:
    """The decided records of a clinic's receipts, as `prepare` left them; None when it did not, or has none."""
    delivered = _delivered_paths(job.home.lake, table, (each for each in receipts if each.table == table.name))
    decided = candidate_path(candidate_folder(job.home.tmp, clinic_id), table.name)
    return StoredStates(table, delivered, decided) if delivered and decided.exists() else None


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
    engine.view_parquet("delivered", _delivered_paths(lake, table, receipts))


def _delivered_paths(lake: Path, table: Table, receipts: Iterable[Receipt]) -> tuple[Path, ...]:
    return tuple(delivered_path(lake, table.name, receipt.clinic_id, receipt.sequence) for receipt in receipts)


def prepare(job: Job, candidate: Candidate) -> pd.DataFrame:
    """Decide one clinic's records, write the decisions; return its rows of `prepare_candidates`."""
    folder = candidate_folder(job.home.tmp, candidate.clinic_id)
    make_folder(folder, PRIVATE_FOLDER)
    reconciled: list[pd.DataFrame] = []
    with job.engine() as engine:
        decide_withdrawals(engine, job.home.lake, candidate.receipts)
        for table in TABLES.values():
            receipts = candidate.of_table(table.name)
            if not receipts:
                continue
            losses = decide_standing(engine, job.home.lake, table, receipts)
            list_conflicts(engine, job.home, table, (each for each in receipts if each.sequence in candidate.pending))
            lost = {loss.receipt: loss for loss in losses}
            counts = reconcile(engine, table).assign(table=table.name)
            counts["absent"] = [lost[n].absent_n if n in lost else 0 for n in counts["receipt"]]
            counts["standing_n"] = [lost[n].standing_n if n in lost else 0 for n in counts["receipt"]]
            reconciled.append(counts)
            decided = f"SELECT * FROM decided_{table.name}"
            store(engine, decided, candidate_path(folder, table.name), "receipt, record_number")
        every = pd.concat(reconciled, ignore_index=True) if reconciled else pd.DataFrame(columns=_RECONCILED)
        every = every.assign(clinic_id=candidate.clinic_id)
        pending = every[every["receipt"].isin(candidate.pending)].sort_values("receipt", ignore_index=True)
        earlier = _earlier_volumes(job.history(), candidate)
        engine.define("deliveries", _delivery_rows(pending, candidate.confirmed, earlier))
        store(engine, "SELECT * FROM deliveries", candidate_path(folder, "deliveries"), "receipt")
    kept = pending[["receipt", "table", *COUNTS, *BESIDE, "standing_n"]].to_dict("records")
    write_whole(folder / "reconciliation.json", json.dumps(kept).encode(), PRIVATE_FILE)
    for row in pending.to_dict("records"):
        job.log.event(
            "candidates", "reconciled", candidate.clinic_id, {name: int(row[name]) for name in (*COUNTS, *BESIDE)}
        )
    return pending


def decide_withdrawals(engine: Engine, lake: Path, receipts: Iterable[Receipt]) -> int:
    """Make `withdrawn_patients` from a clinic's receipts; return how many patients withdrew."""
    own = [receipt for receipt in receipts if receipt.table == WITHDRAWALS.name]
    if not own:
        return define_withdrawn(engine, None)
    _view_delivered(engine, lake, WITHDRAWALS, own)
    return define_withdrawn(engine, decide_states(engine, WITHDRAWALS, "delivered"))


def decide_standing(engine: Engine, lake: Path, table: Table, receipts: Iterable[Receipt]) -> list[Loss]:
    """Make `states_<table>` from a clinic's receipts of the table: which records count, and which of them stand.

    Needs `withdrawn_patients`. Returns what each snapshot lost.
    """
    own = tuple(receipts)
    _view_delivered(engine, lake, table, own)
    decide_states(engine, table, "delivered")
    return apply_standing(engine, table, [receipt.sequence for receipt in own if receipt.is_snapshot])


def _earlier_volumes(history: History, candidate: Candidate) -> pd.DataFrame:
    """Index table; deliveries_n and median_n (records) of the clinic's deliveries that stand, by the ledger."""
    standing = {receipt.sequence for receipt in candidate.receipts} - set(candidate.pending)
    sizes = {
        row["receipt"]: (row["table"], row["records"])
        for body in history.validations
        if body["clinic_id"] == candidate.clinic_id
        for row in body["reconciliation"]
        if row["receipt"] in standing
    }
    frame = pd.DataFrame(sizes.values(), columns=["table", "records"]).astype({"table": "str", "records": "int64"})
    records = frame.groupby("table")["records"]
    return pd.DataFrame({"deliveries_n": records.count(), "median_n": records.median()})


def _delivery_rows(pending: pd.DataFrame, confirmed: frozenset[int], earlier: pd.DataFrame) -> pd.DataFrame:
    """One row per pending delivery as the delivery rules read it."""
    return pd.DataFrame(
        {
            "receipt": pending["receipt"].astype("int32"),
            "file_table": pending["table"].astype("str"),
            "records_n": pending["records"].astype("int64"),
            "quarantined_n": pending["quarantined"].astype("int64"),
            "conflict_keys_n": pending["conflict_keys_n"].astype("int64"),
            "keys_n": pending["keys_n"].astype("int64"),
            "standing_n": pending["standing_n"].astype("int64"),
            # What a person confirmed is no loss that blocks.
            "unconfirmed_loss_n": pending["absent"].where(~pending["receipt"].isin(confirmed), 0).astype("int64"),
            "earlier_deliveries_n": pending["table"].map(earlier["deliveries_n"]).fillna(0).astype("int64"),
            "earlier_median_n": pending["table"].map(earlier["median_n"]).astype("float64"),
        }
    )
