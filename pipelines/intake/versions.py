"""Which record of a key counts, over all receipts of a clinic: duplicates, corrections, conflicts, late old versions.

Rules (CONTRACT.md section 2, "Keys and versions"), in this order:
1. a malformed record, or one a row rule quarantined, is quarantined;
2. in one receipt, one key with two contents and one version: all of them quarantined by KAP-V05;
3. key and content already in an earlier receipt, or in an earlier row of this one: duplicate;
4. an earlier receipt, or this one, holds a higher version of the key: stale;
5. everything else is accepted; current is the accepted one with the highest version, then the latest receipt.
A record without a version has version 0. A conflict never counts against other records.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipelines.contract.tables import Table
from pipelines.engine import Engine, load_sql, quoted

CONFLICT_RULE = "KAP-V05"


@dataclass(frozen=True)
class StoredStates:
    """The decided records of one clinic and table: their files in the lake, and the file of the decisions on them."""

    table: Table
    delivered: tuple[Path, ...]
    decided: Path

    def view(self, engine: Engine) -> str:
        """Make view `states_<table>`, as `decide_states` left it; return its name."""
        typed = f"typed_{self.table.name}"
        engine.view_parquet(typed, self.delivered)
        engine.view_parquet(f"decided_{self.table.name}", [self.decided])
        return view_states(engine, self.table, typed)


def decide_states(engine: Engine, table: Table, typed_relation: str) -> str:
    """Make view `states_<table>` of the typed records of every receipt of one clinic; return its name.

    What is decided lies in table `decided_<table>`, a row for each record whose key has others: few, and the records
    themselves are not copied.

    Adds state ('accepted', 'quarantined', 'duplicate', 'stale'), is_current, is_correction (accepted after an earlier
    receipt's accepted record of the key) and is_mended (quarantined, and a later receipt brought an accepted record of
    the key). A conflict adds KAP-V05 to quarantined_by. is_withdrawn and is_absent are false: see `standing`.

    Raises:
        ArithmeticError: a record without a state, or with two.
    """
    keyed = load_sql(__file__, "keyed")
    keyed = keyed.replace("/* key */", hashed(table.key)).replace("/* content */", hashed(table.columns))
    engine.materialise("keyed_records", keyed.replace("/* typed */", quoted(typed_relation)))
    # Most keys have one record; only the others need windows.
    engine.materialise("contested_records", load_sql(__file__, "contested"))
    engine.materialise(f"decided_{table.name}", load_sql(__file__, "decided"))
    for scratch in ("keyed_records", "contested_records"):
        engine.execute(f"DROP TABLE {scratch}")
    name = view_states(engine, table, typed_relation)
    if engine.value(f"SELECT count(*) FROM {name}") != engine.value(f"SELECT count(*) FROM {quoted(typed_relation)}"):
        raise ArithmeticError("each typed record has one state")
    return name


def view_states(engine: Engine, table: Table, typed_relation: str) -> str:
    """Make view `states_<table>` of typed records and the decisions on them, `decided_<table>`; return its name."""
    name = f"states_{table.name}"
    select = load_sql(__file__, "states").replace("/* typed */", quoted(typed_relation))
    select = select.replace("/* decided */", quoted(f"decided_{table.name}"))
    engine.view(name, select.replace("/* conflict_rule */", f"'{CONFLICT_RULE}'"))
    return name


def reconcile(engine: Engine, table: Table) -> pd.DataFrame:
    """One row per receipt of `states_<table>`: records, accepted, quarantined, duplicate, stale, corrected, mended,
    withdrawn (those of the others whose patient withdrew), keys_n (distinct keys of records that no row rule
    quarantined), conflict_keys_n (those of them in conflict).

    Raises:
        ArithmeticError: records are not accepted + quarantined + duplicate + stale, or a key has two current records.
    """
    states = quoted(f"states_{table.name}")
    select = load_sql(__file__, "reconcile").replace("/* key */", hashed(table.key))
    frame = engine.frame(select.replace("/* states */", states), conflict_rule=CONFLICT_RULE)
    parts = frame[["accepted", "quarantined", "duplicate", "stale"]].sum(axis=1)
    if not (frame["records"] == parts).all():
        raise ArithmeticError("records are not accepted + quarantined + duplicate + stale")
    doubled = engine.value(
        f"SELECT count(*) - count(DISTINCT {hashed(table.key)}) FROM {states} AS typed WHERE is_current"
    )
    if doubled:
        raise ArithmeticError("a key has two current records")
    return frame


def hashed(columns: tuple[str, ...]) -> str:
    """SQL of a 128-bit hash of columns, NULLs included: two 64-bit hashes over opposite orders.

    At 10^7 records the chance that any two differing ones share it is below 1e-24 for a good hash; one 64-bit hash
    would stand at 3e-6, too much for a store that promises to lose nothing.
    """
    listed = [f"typed.{quoted(name)}" for name in columns]
    reverse = [f"typed.{quoted(name)} IS NULL, typed.{quoted(name)}" for name in reversed(columns)]
    return f"CAST(hash({', '.join(listed)}) AS UHUGEINT) * 18446744073709551616 + hash('second', {', '.join(reverse)})"
