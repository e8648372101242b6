"""What the version guards tell of one delivery alone, before it is delivered."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.contract.tables import SCORES
from pipelines.engine import Engine
from pipelines.rules import evaluation
from pipelines.rules.candidates import prepare


@dataclass(frozen=True)
class ToldVersion:
    """A guard speaks of told_n of of_n totals of a scale. blocks: it would keep the delivery out."""

    rule: str
    scale: str
    told_n: int
    of_n: int
    blocks: bool


def told_versions(engine: Engine, scores: str) -> list[ToldVersion]:
    """What the guards tell of the typed records of scores in this relation, those that block first.

    Needs the instrument catalogue's relations.
    """
    engine.materialise("checked_deliveries", f"SELECT DISTINCT receipt FROM {scores}")
    prepare(engine, {SCORES.name: scores, "deliveries": "checked_deliveries"})
    evaluation.evaluate(engine, "guards")
    columns = "rule, scale, told_n, of_n, refuses"
    rows = engine.rows(f"SELECT {columns} FROM told_versions ORDER BY refuses DESC, rule, scale")
    return [ToldVersion(*row) for row in rows]
