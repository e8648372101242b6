"""Which current records stand: those of patients who withdrew do not, nor rows that a newer snapshot no longer holds.

Applied after versions are decided, so that every record keeps its state and the reconciliation its sum.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pipelines.contract.tables import WITHDRAWALS, Table
from pipelines.engine import Engine, load_sql, quoted
from pipelines.intake.versions import CONFLICT_RULE, hashed

WITHDRAWN_PATIENTS = "withdrawn_patients"


@dataclass(frozen=True)
class Loss:
    """What one snapshot no longer holds: of `standing_n` keys that stood before it, `absent_n`."""

    receipt: int
    standing_n: int
    absent_n: int


def define_withdrawn(engine: Engine, states: str | None) -> int:
    """Make `withdrawn_patients` (patient_id) from `states_withdrawals`; None = nobody. Return how many there are.

    A withdrawal whose own record_status is `withdrawn` has been taken back.
    """
    if states is None:
        return engine.materialise(WITHDRAWN_PATIENTS, "SELECT CAST(NULL AS VARCHAR) AS patient_id WHERE false")
    return engine.materialise(
        WITHDRAWN_PATIENTS,
        f"SELECT DISTINCT patient_id FROM {quoted(states)} WHERE is_current AND record_status IS DISTINCT FROM "
        "'withdrawn'",
    )


def apply_standing(engine: Engine, table: Table, snapshots: Collection[int]) -> list[Loss]:
    """Take out of `states_<table>` what does not stand; return what each snapshot of the table lost, by receipt.

    Sets is_withdrawn (of a patient in `withdrawn_patients`; not on quarantined records) and is_absent (current, and
    not in the latest snapshot or anything after it); neither is current any longer.
    """
    states = f"states_{table.name}"
    nobody_left = engine.value(f"SELECT count(*) FROM {WITHDRAWN_PATIENTS}") == 0
    if table is WITHDRAWALS or (nobody_left and not snapshots):
        return []
    losses = _losses(engine, table, snapshots)
    select = load_sql(__file__, "standing").replace("/* key */", hashed(table.key)).replace("/* states */", states)
    decided = f"decided_{table.name}"
    select = select.replace("/* decided */", decided)
    engine.materialise(decided, select, last_snapshot=max(snapshots, default=0), conflict_rule=CONFLICT_RULE)
    return losses


def _losses(engine: Engine, table: Table, snapshots: Collection[int]) -> list[Loss]:
    select = load_sql(__file__, "snapshot_loss").replace("/* key */", hashed(table.key))
    select = select.replace("/* states */", quoted(f"states_{table.name}"))
    found = []
    previous = 0
    for snapshot in sorted(snapshots):
        standing_n, absent_n = engine.rows(select, snapshot=snapshot, previous=previous)[0]
        found.append(Loss(snapshot, standing_n, absent_n))
        previous = snapshot
    return found
