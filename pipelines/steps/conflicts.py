"""Lists records in conflict beside the rows that intake set aside: they are told only from all records of a file."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from pipelines.contract.tables import Table
from pipelines.durable import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, write_whole
from pipelines.engine import Engine, load_sql, quoted
from pipelines.home import Home
from pipelines.intake.quarantine import reasons_csv, rows_folder
from pipelines.intake.receipts import Receipt
from pipelines.intake.versions import CONFLICT_RULE
from pipelines.problems import Problem
from pipelines.rules.catalogue import BY_CODE

LISTING = "conflicts.csv"


def list_conflicts(engine: Engine, home: Home, table: Table, receipts: Iterable[Receipt]) -> None:
    """Write `conflicts.csv` for each of these receipts with any. Needs `decided_<table>` and `delivered`."""
    own = {receipt.sequence: receipt for receipt in receipts}
    select = load_sql(__file__, "conflicts").replace("/* decided */", quoted(f"decided_{table.name}"))
    rule = BY_CODE[CONFLICT_RULE]
    for sequence, rows in groupby(engine.rows(select, receipts=list(own)), key=lambda row: row[0]):
        receipt = own[sequence]
        listed = [Problem(rule.code, rule.sentence, rule.remedy, receipt.file, row) for _, row in rows]
        folder = rows_folder(home.quarantine, receipt.clinic_id, sequence)
        for parent in (folder.parent.parent, folder.parent, folder):
            make_folder(parent, PRIVATE_FOLDER)
        write_whole(folder / LISTING, reasons_csv(listed), PRIVATE_FILE)
