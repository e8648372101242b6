"""`kap receipts`: what was delivered and where it stands; a receipt taken out, or a snapshot's losses confirmed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum

from rich.console import Console

from assets.cli.console import BAD, QUIET, STRONG, Line, counted, number, reading_width, show_lines, wrapped
from pipelines.home import Home
from pipelines.logs import utc_now
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.steps.decisions import ReceiptState, decide, receipt_states

_NAME_WIDTH = 28
_NEXT = {
    "retract": "The next `kap run` takes its rows out, and older versions of them come back.",
    "confirm": "The next `kap run` accepts what this snapshot withdraws.",
}
_STATES = {"blocked": BAD, "pending": STRONG, "retracted": QUIET, "superseded": QUIET}


class Action(StrEnum):
    """What may be decided about a receipt."""

    retract = "retract"
    confirm = "confirm"


def list_receipts(home: Home, as_json: bool) -> None:
    """Print every receipt with its state."""
    states = receipt_states(home)
    if as_json:
        print(json.dumps({"receipts": [_fields(state) for state in states]}, indent=1))
        return
    console = Console()
    show_lines(_lines(states, reading_width(console)), console)


def note_decision(home: Home, action: Action, receipt: int | None, why: str | None, as_json: bool) -> None:
    """Note a decision in the ledger, and say what the next run does.

    Raises:
        KapError: exit 2 for a receipt or a reason that will not do, 5 while a run is under way.
    """
    if receipt is None or why is None:
        expected = f"expected a receipt's number and a reason: kap receipts {action} 12 --why 'sent by mistake'."
        raise KapError(ExitCode.USAGE, [Problem("KAP-U14", expected, "see `kap receipts --help`.")])
    with home.lock():
        found = decide(home, action.value, receipt, why, utc_now().isoformat(timespec="seconds"))
    if as_json:
        print(json.dumps({"decision": action.value, "receipt": receipt, "clinic": found.clinic_id}, indent=1))
        return
    console = Console()
    done = "is retracted" if action is Action.retract else "is confirmed"
    said = f"Receipt {number(receipt)} ({found.clinic_id}, {found.file}) {done}. {_NEXT[action.value]}"
    show_lines(wrapped(said, reading_width(console)), console)


def _fields(state: ReceiptState) -> dict[str, object]:
    receipt = state.receipt
    return {
        "receipt": receipt.sequence,
        "received_at": receipt.received_at,
        "clinic": receipt.clinic_id,
        "file": receipt.file,
        "table": receipt.table,
        "delivery": receipt.delivery,
        "rows": receipt.rows_n,
        "records": receipt.records_n,
        "quarantined": receipt.quarantined_n,
        "state": state.state,
        "confirmed": state.confirmed,
    }


def _lines(states: Sequence[ReceiptState], width: int) -> Iterator[Line]:
    if not states:
        yield Line("No delivery has been received.")
        return
    yield Line(f"{'receipt':>7}  {'received':<10}  {'clinic / file':<{_NAME_WIDTH}}{'records':>10}  state", QUIET)
    for state in states:
        receipt = state.receipt
        name = f"{receipt.clinic_id}/{receipt.file}"
        name = name if len(name) < _NAME_WIDTH else f"{name[: _NAME_WIDTH - 2]}…"
        told = f"{state.state}{', confirmed' if state.confirmed else ''}"
        yield Line(
            f"{receipt.sequence:>7}  {receipt.received_at[:10]}  {name:<{_NAME_WIDTH}}{number(receipt.records_n):>10}  "
            f"{told}",
            _STATES.get(state.state, ""),
        )
    blocked = sum(state.state == "blocked" for state in states)
    if blocked:
        yield Line()
        yield from wrapped(
            f"{counted(blocked, 'receipt is', 'receipts are')} blocked: deliver a corrected file, or take it out with "
            "kap receipts retract ID --why ...",
            width,
        )
