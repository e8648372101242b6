"""What the ledger says has happened: the state of a home, read from its events alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

RECEIVED = "delivery_received"
REPEATED = "delivery_repeated"
REFUSED = "delivery_refused"
VALIDATED = "clinic_validated"
PUBLISHED = "clinic_published"
THRESHOLD_FROZEN = "threshold_frozen"
RELEASED = "released"
RETRACTED = "receipt_retracted"
CONFIRMED = "receipt_confirmed"
WITHDRAWN = "patients_withdrawn"


class Event(Protocol):
    """The parts of a ledger entry that are read here."""

    @property
    def event(self) -> str: ...

    @property
    def body(self) -> Mapping[str, Any]: ...


@dataclass
class History:
    """State of a home.

    received: receipt sequences by clinic. published: those whose records are in the validated store.
    superseded: blocked ones that a corrected delivery replaced. blocked: pending at the last validation, which blocked.
    validated: body of each clinic's latest validation; validations: of every one, in order. frozen:
    reliable-change thresholds computed once, by scale; frozen_from: the whole event, with the n, sd and alpha of each.
    retracted: receipts taken out by a person. confirmed: snapshots whose losses a person confirmed. tombstones: by
    clinic, a hash for each patient who withdrew.
    """

    received: dict[str, list[int]] = field(default_factory=dict)
    published: dict[str, frozenset[int]] = field(default_factory=dict)
    superseded: dict[str, frozenset[int]] = field(default_factory=dict)
    blocked: dict[str, frozenset[int]] = field(default_factory=dict)
    validated: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    validations: list[Mapping[str, Any]] = field(default_factory=list)
    frozen: dict[str, float] = field(default_factory=dict)
    frozen_from: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    refused: list[Mapping[str, Any]] = field(default_factory=list)
    retracted: set[int] = field(default_factory=set)
    confirmed: set[int] = field(default_factory=set)
    tombstones: dict[str, frozenset[str]] = field(default_factory=dict)
    release_id: str | None = None

    def pending(self, clinic_id: str) -> frozenset[int]:
        """Receipts of a clinic that are neither published nor superseded nor retracted."""
        gone = self.published.get(clinic_id, frozenset()) | self.superseded.get(clinic_id, frozenset())
        return frozenset(self.received.get(clinic_id, ())) - gone - self.retracted

    def is_unsettled(self, clinic_id: str) -> bool:
        """Whether a clinic must be judged again: something is pending, or what was judged has been retracted since."""
        judged = self.validated.get(clinic_id, {}).get("receipts", ())
        return bool(self.pending(clinic_id)) or not self.retracted.isdisjoint(judged)

    def clinics(self) -> list[str]:
        """Every clinic that ever delivered a file that was accepted."""
        return sorted(self.received)


def read_history(entries: Iterable[Event]) -> History:
    """Fold the events of a ledger into a History."""
    history = History()
    for entry in entries:
        body = entry.body
        if entry.event == RECEIVED:
            history.received.setdefault(body["clinic_id"], []).append(body["receipt"])
        elif entry.event == REFUSED:
            history.refused.append(body)
        elif entry.event == VALIDATED:
            clinic_id = body["clinic_id"]
            history.validated[clinic_id] = body
            history.validations.append(body)
            # A delivery that no rule judged ("error") is not blocked: nothing says that it needs a correction.
            history.blocked[clinic_id] = frozenset(body["pending"]) if body["verdict"] == "blocked" else frozenset()
            history.superseded[clinic_id] = history.superseded.get(clinic_id, frozenset()) | frozenset(
                body["superseded"]
            )
        elif entry.event == PUBLISHED:
            history.published[body["clinic_id"]] = frozenset(body["receipts"])
        elif entry.event == RETRACTED:
            history.retracted.add(body["receipt"])
        elif entry.event == CONFIRMED:
            history.confirmed.add(body["receipt"])
        elif entry.event == WITHDRAWN:
            history.tombstones[body["clinic_id"]] = frozenset(body["tombstones"])
        elif entry.event == THRESHOLD_FROZEN:
            history.frozen.setdefault(body["scale"], body["value"])
            history.frozen_from.setdefault(body["scale"], body)
        elif entry.event == RELEASED:
            history.release_id = body["release_id"]
    return history
