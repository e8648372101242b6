"""Every instrument in one table: docs/instruments.md."""

from __future__ import annotations

from pipelines.instruments.catalogue import Catalogue
from pipelines.instruments.model import Instrument, Scale

_BETTER = {"lower_is_better": "lower is better", "higher_is_better": "higher is better"}


def instruments_page(catalogue: Catalogue) -> str:
    """Markdown: one line per instrument, with the id that a delivery names and what is scored from it."""
    parts = [
        "# Instruments",
        "",
        "One file per instrument in `pipelines/instruments/`. Every fact with its source stands on the page of the",
        "instrument in each release, which *Methods* links to.",
        "",
        "| instrument | asks about | filled in by | scales (id, range, which way is better) |",
        "|---|---|---|---|",
        *(_line(instrument) for _, instrument in sorted(catalogue.instruments.items())),
    ]
    return "\n".join(parts) + "\n"


def _line(instrument: Instrument) -> str:
    scales = "; ".join(_scale(scale) for scale in instrument.scales)
    construct = instrument.construct.replace("_", " ")
    return f"| {instrument.name} | {construct} | {instrument.respondent} | {scales} |"


def _scale(scale: Scale) -> str:
    better = _BETTER.get(scale.direction, "of one session")
    return f"`{scale.id}`, {scale.scoring.minimum:g} to {scale.scoring.maximum:g}, {better}"
