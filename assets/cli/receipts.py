"""`kap receipts`: what was delivered, what became of it and where it stands; a receipt taken out or confirmed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from rich.console import Console

from assets.cli.console import BAD, QUIET, STRONG, Line, counted, number, reading_width, show_lines, wrapped
from pipelines.home import Home
from pipelines.logs import utc_now
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.steps.decisions import ReceiptState, decide, receipt_states

if TYPE_CHECKING:
    from reports.about import Delivery

_NEXT = {
    "retract": "The next `kap run` takes its rows out, and older versions of them come back.",
    "confirm": "The next `kap run` accepts what this snapshot withdraws.",
}
_STATES = {"blocked": BAD, "pending": STRONG, "retracted": QUIET, "superseded": QUIET}
_COUNTED = ("records", "accepted", "quarantined", "duplicate", "stale", "corrected", "withdrawn", "absent", "adds_up")


class Action(StrEnum):
    """What may be decided about a receipt; `list` decides nothing."""

    list = "list"
    retract = "retract"
    confirm = "confirm"


def list_receipts(home: Home, as_json: bool) -> None:
    """Print every receipt with its state and what became of its records."""
    from assets.deliveries import deliveries, withdrawn_people
    from pipelines.provenance.history import read_history

    states, history = receipt_states(home), read_history(home.ledger.entries())
    judged = {delivery.receipt: delivery for delivery in deliveries(history, [state.receipt for state in states])}
    people = withdrawn_people(history)
    if as_json:
        listed = [_fields(state, judged.get(state.receipt.sequence)) for state in states]
        print(json.dumps({"receipts": listed, "withdrawn_people": people}, indent=1))
        return
    console = Console()
    show_lines(_lines(states, judged, people, reading_width(console)), console)


def note_decision(home: Home, action: Action, receipt: int | None, why: str | None, as_json: bool) -> None:
    """Note a decision in the ledger, and say what the next run does.

    Raises:
        KapError: exit 2 for a receipt or a reason that will not do, 5 while a run is under way.
    """
    if receipt is None or why is None:
        expected = f"expected a receipt's number and a reason: kap receipts {action} 12 --why 'sent by mistake'."
        raise KapError(ExitCode.USAGE, [Problem("KAP-U14", expected, "see `kap receipts --help`.")])
    with home.lock():
        found = decide(
            home,
            "retract" if action is Action.retract else "confirm",
            receipt,
            why,
            utc_now().isoformat(timespec="seconds"),
        )
    if as_json:
        print(json.dumps({"decision": action.value, "receipt": receipt, "clinic": found.clinic_id}, indent=1))
        return
    console = Console()
    done = "is retracted" if action is Action.retract else "is confirmed"
    said = f"Receipt {number(receipt)} ({found.clinic_id}, {found.file}) {done}. {_NEXT[action.value]}"
    show_lines(wrapped(said, reading_width(console)), console)


def _fields(state: ReceiptState, judged: Delivery | None) -> dict[str, object]:
    receipt = state.receipt
    # Not judged yet: only what was found on opening it is known.
    counts = {"records": receipt.records_n, "quarantined": receipt.quarantined_n}
    return {
        "receipt": receipt.sequence,
        "received_at": receipt.received_at,
        "clinic": receipt.clinic_id,
        "file": receipt.file,
        "table": receipt.table,
        "delivery": receipt.delivery,
        "rows": receipt.rows_n,
        **dict.fromkeys(_COUNTED),
        **({name: getattr(judged, name) for name in _COUNTED} if judged else counts),
        "state": state.state,
        "confirmed": state.confirmed,
    }


def _lines(
    states: Sequence[ReceiptState], judged: Mapping[int, Delivery], people: Mapping[str, int], width: int
) -> Iterator[Line]:
    if not states:
        yield Line("No delivery has been received.")
        return
    for state in states:
        receipt = state.receipt
        confirmed = ", confirmed" if state.confirmed else ""
        head = f"{receipt.sequence:>4}  {receipt.clinic_id}/{receipt.file}: {state.state}{confirmed}"
        yield Line(head, _STATES.get(state.state, ""))
        yield from wrapped(_in_words(state, judged.get(receipt.sequence)), width, 6)
    if people:
        yield Line()
        told = "; ".join(f"{clinic_id} {number(n)}" for clinic_id, n in people.items())
        yield from wrapped(f"People who withdrew, so that none of their rows counts anywhere: {told}.", width)
    yield from _to_do(states, judged, width)


def _in_words(state: ReceiptState, judged: Delivery | None) -> str:
    """As the pages say it."""
    from pipelines.provenance.arrivals import received_on
    from reports.deliveries_in_words import not_judged, what_became
    from reports.words import words_of

    words, receipt = words_of(), state.receipt
    if judged is None:
        return not_judged(words, receipt.table, receipt.records_n, received_on(receipt))
    return what_became(words, judged)


def _to_do(states: Sequence[ReceiptState], judged: Mapping[int, Delivery], width: int) -> Iterator[Line]:
    if any(delivery.quarantined for delivery in judged.values()):
        yield Line()
        yield from wrapped(
            "Rows set aside are listed, without a value, in quarantine/rows/CLINIC/receipt-NUMBER/reasons.csv.", width
        )
    blocked = [state.receipt for state in states if state.state == "blocked"]
    if blocked:
        yield Line()
        yield from wrapped(
            f"{counted(len(blocked), 'receipt is', 'receipts are')} blocked: deliver a corrected file, or take it out "
            "with kap receipts retract ID --why ...",
            width,
        )
    for receipt in blocked:
        absent = judged[receipt.sequence].absent if receipt.sequence in judged else 0
        if receipt.is_snapshot and absent:
            gone = counted(absent, "earlier row", "earlier rows")
            yield from wrapped(
                f"Receipt {receipt.sequence} is a whole export without {gone}. Where that is right, confirm it: "
                f"kap receipts confirm {receipt.sequence} --why ...",
                width,
            )
