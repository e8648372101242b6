"""The gate of each clinic as it stands, in words and counts: what the Dagster UI says of a clinic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.provenance.history import History
from pipelines.rules.catalogue import BY_CODE
from pipelines.rules.finding import Finding
from pipelines.rules.rule import Over
from pipelines.steps.quality import findings_of

PASSED = "passed"
NOT_JUDGED = "error"
NOTHING_DELIVERED = "nothing delivered"
# What a rule counts, by the relation that it judges.
_COUNTED: dict[Over, str] = {
    "delivered": "records",
    "usable": "records",
    "patients": "patients",
    "guards": "scales of a delivery",
    "deliveries": "deliveries",
}


@dataclass(frozen=True)
class Gate:
    """One clinic's gate as its latest validation left it.

    state: `passed`, `blocked`, `error` (a rule gave no verdict) or `nothing delivered`. closed_by: what closed it.
    failed_n: rules over their limit, per table and column, whether they close the gate or not.
    """

    clinic_id: str
    state: str
    closed_by: tuple[Finding, ...]
    failed_n: int
    pending_n: int

    @property
    def is_closed(self) -> bool:
        """Whether something was delivered that may not be published."""
        return self.state not in (PASSED, NOTHING_DELIVERED)

    def reasons(self) -> str:
        """The rules that closed it, in words; empty when it is open."""
        return " ".join(in_words(finding) for finding in self.closed_by)

    def remedies(self) -> str:
        """What to do about them, each once."""
        return "; ".join(dict.fromkeys(BY_CODE[finding.rule].remedy for finding in self.closed_by))

    def sentence(self) -> str:
        """All of it, for one clinic."""
        if not self.is_closed:
            return f"{self.clinic_id}: {self.state}."
        word = "not judged" if self.state == NOT_JUDGED else self.state
        return f"{self.clinic_id} is {word}. {self.reasons()} To do: {self.remedies()}."


def in_words(finding: Finding) -> str:
    """A finding as a sentence: the rule and how many broke it."""
    rule = f"{finding.rule} {BY_CODE[finding.rule].sentence}"
    if finding.status == "error":
        return f"{rule} Nothing could be said."
    return f"{rule} Not so in {finding.failed_n} of {finding.evaluated_n} {counted(finding)}."


def counted(finding: Finding) -> str:
    """What `failed_n` and `evaluated_n` count."""
    return _COUNTED[BY_CODE[finding.rule].over]


def closes(finding: Finding) -> bool:
    """Whether this finding alone keeps a clinic's delivery out of the store."""
    return finding.status == "error" or (finding.status == "failed" and finding.effect == "blocks")


def gates(history: History, clinic_ids: Iterable[str]) -> list[Gate]:
    """The gate of each of these clinics, in their order."""
    findings = findings_of(history)
    return [_gate(history, clinic_id, [f for f in findings if f.clinic_id == clinic_id]) for clinic_id in clinic_ids]


def _gate(history: History, clinic_id: str, findings: list[Finding]) -> Gate:
    validated = history.validated.get(clinic_id)
    return Gate(
        clinic_id,
        validated["verdict"] if validated else NOTHING_DELIVERED,
        tuple(filter(closes, findings)),
        sum(finding.status == "failed" for finding in findings),
        len(history.pending(clinic_id)),
    )
