"""Validates one clinic: evaluated relations, Great Expectations' verdicts, findings that hold counts only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from expectations.judge import Judge
from expectations.suites import first_pairs, is_judged, suite
from pipelines.engine import Engine, EngineError, quoted
from pipelines.instruments.catalogue import Catalogue, load_catalogue
from pipelines.rules import evaluation
from pipelines.rules.catalogue import BY_CODE, threshold_in_force
from pipelines.rules.finding import Finding, Status
from pipelines.rules.rule import ANY_COLUMN, Rule

_NOTHING_TO_JUDGE: Mapping[str, Any] = MappingProxyType(
    {"success": True, "raised_exception": False, "result": {"element_count": 0, "unexpected_count": 0}}
)


@dataclass(frozen=True)
class Evaluated:
    """One evaluated relation: its Parquet file and, per column, how many values it holds ("" = its rows)."""

    path: Path
    filled: Mapping[str, int]


@dataclass(frozen=True)
class ClinicValidation:
    """What validation found for one clinic.

    findings: one per rule, table and column, in the catalogue's order. results: Great Expectations' own, JSON-able,
    without values or tracebacks. blocked: a blocking rule failed or could not be told. blocking: the codes of those.
    errors: codes of every rule whose verdict the engine could not give: the run did not validate this clinic.
    """

    clinic_id: str
    findings: tuple[Finding, ...]
    results: tuple[dict[str, Any], ...]
    blocking: tuple[str, ...]
    errors: tuple[str, ...]

    @property
    def blocked(self) -> bool:
        """Whether the clinic's pending data stay out of the validated lake."""
        return bool(self.blocking)


def validate_clinic(
    clinic_id: str,
    relations: Mapping[str, Path],
    scratch: Path,
    thresholds: Mapping[str, float],
    catalogue: Catalogue | None = None,
) -> ClinicValidation:
    """Judge a clinic's candidate records by every rule.

    relations: Parquet files `sessions`, `scores`, `courses` (typed records that are accepted and current, or
    quarantined: typed columns, state, and is_mended where known) and `deliveries` (one row per pending delivery:
    receipt, records_n, quarantined_n, conflict_keys_n, keys_n); an absent one is empty. scratch: a folder for the
    evaluated relations, which hold no pseudonym; emptied by the caller. thresholds: code -> percent, tightening only.
    """
    evaluated = evaluate_clinic(relations, scratch, catalogue or load_catalogue())
    return judge_clinic(clinic_id, evaluated, scratch, thresholds)


def evaluate_clinic(relations: Mapping[str, Path], scratch: Path, catalogue: Catalogue) -> dict[str, Evaluated]:
    """Write the evaluated relations as Parquet; those that could not be made are left out."""
    written: dict[str, Evaluated] = {}
    folders = [*{path.parent for path in relations.values()}, scratch]
    with Engine(folders) as engine:
        catalogue.define_in(engine)
        try:
            for name, path in relations.items():
                engine.view_parquet(f"given_{name}", [path])
            evaluation.prepare(engine, {name: f"given_{name}" for name in relations})
            for relation in evaluation.relations():
                table = evaluation.evaluate(engine, relation)
                path = scratch / f"{relation}.parquet"
                engine.write_parquet(f"SELECT * FROM {quoted(table)}", path, {})
                columns = list(evaluation.columns_of(relation))
                counts = ", ".join(["count(*)", *(f"count({quoted(column)})" for column in columns)])
                (row,) = engine.rows(f"SELECT {counts} FROM {quoted(table)}")
                written[relation] = Evaluated(path, dict(zip(["", *columns], row, strict=True)))
        except EngineError:
            # What comes after builds on what broke; a relation without a file ends in `error`.
            return written
    return written


def judge_clinic(
    clinic_id: str, evaluated: Mapping[str, Evaluated], scratch: Path, thresholds: Mapping[str, float]
) -> ClinicValidation:
    """Great Expectations' verdict on the evaluated relations; a relation that is absent ends in `error`."""
    results: list[dict[str, Any]] = []
    findings: dict[tuple[str, str, str], Finding] = {}
    with Judge(scratch, f"judged_{clinic_id}", {name: each.path for name, each in evaluated.items()}) as judge:
        for relation in evaluation.relations():
            found = _judge_relation(judge, relation, evaluated.get(relation), thresholds)
            results += found.values()
            for rule, table, column in evaluation.judged_pairs(relation):
                result: Mapping[str, Any] | None = found.get(
                    (rule.code, table, column), found.get((rule.code, table, ANY_COLUMN))
                )
                if relation in evaluated and not is_judged(rule, column, evaluated[relation].filled):
                    result = _NOTHING_TO_JUDGE
                findings[rule.code, table, column] = finding(clinic_id, rule, table, column, result, thresholds)
    ordered = tuple(findings[code, table, column] for code, rule in BY_CODE.items() for table, column in rule.applies)
    return ClinicValidation(
        clinic_id,
        ordered,
        tuple(results),
        blocking=_codes(each for each in ordered if each.effect == "blocks" and each.status in ("failed", "error")),
        errors=_codes(each for each in ordered if each.status == "error"),
    )


def _judge_relation(
    judge: Judge, relation: str, evaluated: Evaluated | None, thresholds: Mapping[str, float]
) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Results by (rule, table, column). A screen that found something is replaced by the results of its columns."""
    pairs = first_pairs(relation, evaluated.filled) if evaluated else []
    if not pairs:
        return {}
    found = _by_pair(judge.results(relation, suite("first", pairs, thresholds)))
    opened = []
    for rule, table, columns in evaluation.screens(relation):
        screen = found.get((rule.code, table, ANY_COLUMN))
        if screen is not None and _verdict(screen)[0] not in ("passed", "not_applicable"):
            del found[rule.code, table, ANY_COLUMN]
            opened += [(rule, table, column) for column in columns]
    if opened:
        found |= _by_pair(judge.results(relation, suite("columns", opened, thresholds)))
    return found


def _by_pair(results: Iterable[dict[str, Any]]) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {(each["meta"]["rule"], each["meta"]["table"], each["meta"]["column"]): each for each in results}


def finding(
    clinic_id: str,
    rule: Rule,
    table: str,
    column: str,
    result: Mapping[str, Any] | None,
    thresholds: Mapping[str, float],
) -> Finding:
    """A result as a finding. Counts are Great Expectations' own; no result, or one that raised, is an error."""
    status, failed_n, evaluated_n = _verdict(result)
    return Finding(
        clinic_id=clinic_id,
        rule=rule.code,
        table=table,
        column=column,
        status=status,
        failed_n=failed_n,
        evaluated_n=evaluated_n,
        failed_pct=100 * failed_n / evaluated_n if evaluated_n and failed_n is not None else None,
        threshold_pct=threshold_in_force(rule, thresholds),
        effect=rule.effect_on(column),
    )


def _verdict(result: Mapping[str, Any] | None) -> tuple[Status, int | None, int | None]:
    if result is None or result["raised_exception"]:
        return "error", None, None
    counts = result["result"]
    if "element_count" not in counts or "unexpected_count" not in counts:
        return "error", None, None
    evaluated_n = counts["element_count"] - counts.get("missing_count", 0)
    failed_n = counts["unexpected_count"]
    if evaluated_n == 0:
        return "not_applicable", 0, 0
    if not result["success"]:
        return "failed", failed_n, evaluated_n
    return ("passed_with_failures" if failed_n else "passed"), failed_n, evaluated_n


def _codes(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(sorted({found.rule for found in findings}))
