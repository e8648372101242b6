"""What became of each delivery, as the pages and `kap receipts` say it: from the receipts and the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pipelines.disclosure.limits import Limits
from pipelines.intake.receipts import Receipt
from pipelines.provenance.arrivals import Arrival, arrivals, received_on
from pipelines.provenance.history import History
from pipelines.settings_sections import Settings
from pipelines.steps.candidates import BESIDE, COUNTS
from pipelines.steps.decisions import state_of
from reports.about import Delivery

# They stand in no figure and wait for nothing.
LEFT_OUT = ("superseded", "retracted")


def deliveries(history: History, receipts: Iterable[Receipt]) -> Iterator[Delivery]:
    """Every delivery that was judged, in order of arrival, with its counts when it last was."""
    counted = reconciliation(history)
    for receipt in receipts:
        if receipt.sequence in counted:
            yield Delivery(
                receipt.clinic_id,
                receipt.file,
                receipt.table,
                **counted[receipt.sequence],
                state=state_of(history, receipt),
                receipt=receipt.sequence,
                received_on=received_on(receipt),
                is_confirmed=receipt.sequence in history.confirmed,
            )


def last_arrivals(history: History, receipts: Iterable[Receipt], settings: Settings) -> list[Arrival]:
    """When each clinic last delivered, by what was not taken out again and its target, if it has one."""
    targets = {clinic_id: own.targets.given() for clinic_id, own in settings.clinics.items()}
    days = {clinic_id: aims["delivery_days"] for clinic_id, aims in targets.items() if "delivery_days" in aims}
    return arrivals((receipt for receipt in receipts if receipt.sequence not in history.retracted), days)


def reconciliation(history: History) -> dict[int, dict[str, int]]:
    """What became of each delivery's records when it was last judged, by receipt: COUNTS, then BESIDE."""
    return {
        row["receipt"]: {name: int(row[name]) for name in (*COUNTS, *BESIDE)}
        for body in history.validations
        for row in body["reconciliation"]
    }


def withdrawn_people(history: History) -> dict[str, int]:
    """How many people withdrew, of each clinic where anybody did. Exact: for the inside of the home."""
    return {clinic_id: len(hashes) for clinic_id, hashes in sorted(history.tombstones.items()) if hashes}


def shown_people(people: Mapping[str, int], limits: Limits) -> dict[str, int | None]:
    """The same as a page may show it; None where they are fewer than the smallest group that is shown."""
    return {clinic_id: n if n >= limits.smallest_group_n else None for clinic_id, n in people.items()}
