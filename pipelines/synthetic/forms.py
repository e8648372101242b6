"""The questionnaires of the network as the catalogue knows them: the one seam between this package and instruments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# QIDS: only one of "decreased" and "increased" is answered for appetite and for weight (Rush 2003); the other stays
# empty by design.
_EITHER_OR = {"qids_sr16": ((6, 7), (8, 9))}


@dataclass(frozen=True)
class Form:
    """One questionnaire: lowest and highest answer of each item in order, and who answers it.

    `summed`: the score is the plain sum of all items, so that a total can be delivered beside them. `rarer`: items that
    fewer people confirm than the others (thoughts of death or self-harm).
    """

    scale: str
    limits: tuple[tuple[float, float], ...]
    respondent: str
    summed: bool
    either_or: tuple[tuple[int, int], ...] = ()
    rarer: tuple[int, ...] = ()


def load_forms(scales: Iterable[str]) -> dict[str, Form]:
    """Forms by id, from the catalogue."""
    from pipelines.instruments.catalogue import load_catalogue

    catalogue = load_catalogue()
    forms = {}
    for scale in scales:
        instrument = catalogue.instruments[scale]
        own = next((entry for entry in instrument.scales if entry.id == scale), None)
        summed = own is not None and own.scoring.combine == "sum" and own.scoring.factor == 1
        summed = summed and own is not None and own.scoring.items is None and own.scoring.domains is None
        either_or = _EITHER_OR.get(scale, ())
        rarer = tuple(each.item for each in own.safety_items) if own else ()
        forms[scale] = Form(scale, instrument.items.limits, instrument.respondent, summed, either_or, rarer)
    return forms
