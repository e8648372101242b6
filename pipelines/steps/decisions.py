"""What a person decides about a receipt: taken out (retracted), or its losses confirmed. Events of the ledger.

The reason is the person's own sentence: it lies in `reviews/`, readable by the owner alone, and the ledger holds its
hash. Nothing else changes here; the next run obeys.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipelines.durable import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, write_whole
from pipelines.home import Home
from pipelines.intake.detectors import detect
from pipelines.intake.receipts import Receipt, read_receipts
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.provenance.canonical import digest
from pipelines.provenance.history import CONFIRMED, RETRACTED, History, read_history

State = Literal["published", "pending", "blocked", "superseded", "retracted"]
Decision = Literal["retract", "confirm"]
_EVENTS: dict[Decision, str] = {"retract": RETRACTED, "confirm": CONFIRMED}
SHORTEST_WHY, LONGEST_WHY = 10, 500


@dataclass(frozen=True)
class ReceiptState:
    """A receipt and where it stands. confirmed: a person confirmed what it withdraws."""

    receipt: Receipt
    state: State
    confirmed: bool


def receipt_states(home: Home) -> list[ReceiptState]:
    """Every receipt of the ledger, in order of arrival."""
    history = read_history(home.ledger.entries())
    receipts = read_receipts(home.raw, set().union(*history.received.values()))
    return [
        ReceiptState(receipt, state_of(history, receipt), receipt.sequence in history.confirmed) for receipt in receipts
    ]


def decide(home: Home, decision: Decision, sequence: int, why: str, at: str) -> Receipt:
    """Note a decision on receipt `sequence`; `at` is UTC. Call only while holding the lock.

    Raises:
        KapError: exit 2: no such receipt, a decision that it does not allow, or a reason that may not be kept.
    """
    _check_why(why)
    found = {state.receipt.sequence: state for state in receipt_states(home)}.get(sequence)
    if found is None:
        raise _usage("KAP-U11", "the number of a receipt of this home", "see `kap receipts`.")
    if found.state == "retracted":
        raise _usage("KAP-U12", "a receipt that still counts; this one is retracted", "deliver the file again instead.")
    if decision == "confirm" and not found.receipt.is_snapshot:
        expected = "a snapshot; this delivery withdraws no row, so there is nothing to confirm"
        raise _usage("KAP-U12", expected, "see what blocks it: `kap run`.")
    why_sha256 = _keep(home, decision, sequence, why, at)
    home.ledger.append(
        _EVENTS[decision],
        {"receipt": sequence, "clinic_id": found.receipt.clinic_id, "why_sha256": why_sha256},
        at,
    )
    return found.receipt


def state_of(history: History, receipt: Receipt) -> State:
    """Where a receipt stands."""
    clinic_id = receipt.clinic_id
    if receipt.sequence in history.retracted:
        return "retracted"
    if receipt.sequence in history.published.get(clinic_id, frozenset()):
        return "published"
    if receipt.sequence in history.superseded.get(clinic_id, frozenset()):
        return "superseded"
    return "blocked" if receipt.sequence in history.blocked.get(clinic_id, frozenset()) else "pending"


def _check_why(why: str) -> None:
    if not SHORTEST_WHY <= len(why.strip()) <= LONGEST_WHY:
        expected = f"a reason of {SHORTEST_WHY} to {LONGEST_WHY} characters"
        raise _usage("KAP-U13", expected, "say in a sentence why, without naming a person.")
    if list(detect(why)):
        expected = "a reason without a date, number or address that may identify a person"
        raise _usage("KAP-U13", expected, "say why without it.")


def _keep(home: Home, decision: Decision, sequence: int, why: str, at: str) -> str:
    """Store the reason under its own hash; return the hash."""
    make_folder(home.reviews / "receipts", PRIVATE_FOLDER)
    kept = {"decision": decision, "receipt": sequence, "why": why.strip(), "at": at}
    content = json.dumps(kept, sort_keys=True, indent=1).encode() + b"\n"
    why_sha256 = digest(content)
    write_whole(reason_path(home.reviews, why_sha256), content, PRIVATE_FILE)
    return why_sha256


def reason_path(reviews: Path, why_sha256: str) -> Path:
    """Where the reason with that hash lies."""
    return reviews / "receipts" / f"{why_sha256}.json"


def _usage(code: str, expected: str, remedy: str) -> KapError:
    return KapError(ExitCode.USAGE, [Problem(code, f"expected {expected}.", remedy)])
