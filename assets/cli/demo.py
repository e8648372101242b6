"""The demo: a synthetic network written into a home's inbox, and whether the run ended as planned."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.home import Home
from pipelines.provenance.history import read_history
from pipelines.synthetic.network import NetworkSummary, write_network


def prepare_demo(home: Home, show: Callable[[str], None]) -> NetworkSummary:
    """Mark the home synthetic and write the network's deliveries, mappings and settings.

    Raises:
        KapError: the home holds receipts of real files (exit 2).
    """
    with home.lock():
        home.mark_synthetic()
        return write_network(home.inbox, home.mappings, home.settings_file, progress=show)


def unplanned(home: Home, plan: NetworkSummary) -> list[str]:
    """A sentence for each clinic that did not end as planned; none when all did."""
    history = read_history(home.ledger.entries())
    surprises = []
    for clinic in plan.clinics:
        verdict = history.validated.get(clinic.clinic_id, {}).get("verdict")
        wanted = "blocked" if clinic.expected == "blocked" else "passed"
        if verdict != wanted:
            surprises.append(f"Clinic {clinic.clinic_id} was planned to be {wanted}; it ended as {verdict}.")
    return surprises
