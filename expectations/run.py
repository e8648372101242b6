"""Validates one clinic: evaluated relations, Great Expectations' verdicts, findings that hold counts only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from expectations.judge import Judge
from expectations.suites import suite
from pipelines.contract.tables import TABLES
from pipelines.engine import Engine, EngineError, quoted
from pipelines.instruments.catalogue import Catalogue, load_catalogue
from pipelines.intake.versions import StoredStates
from pipelines.rules import evaluation
from pipelines.rules.breakdown import Part, broken_down
from pipelines.rules.candidates import prepare, unfilled
from pipelines.rules.catalogue import BY_CODE, threshold_in_force
from pipelines.rules.drift import profile
from pipelines.rules.evaluation import judged_pairs, value_name
from pipelines.rules.finding import Finding, Status
from pipelines.rules.flagged_rows import FlaggedRow, flagged_rows
from pipelines.rules.folding import NOTED
from pipelines.rules.judgements import Counted, Judgement, count, judged_select, judgements, values_select
from pipelines.rules.rule import Rule
from pipelines.settings_sections import EngineSettings

# A relation to judge: a Parquet file, or decided records.
Given: TypeAlias = Path | StoredStates

DEFAULT_LIMITS = EngineSettings()
_ERROR: tuple[Status, None, None] = ("error", None, None)


@dataclass(frozen=True)
class Evaluated:
    """One evaluated relation: its counts by rule, table and column, what is asked about it, and its Parquet files.

    path: its flags, None when nothing is asked; values: what is judged by its values, None when nothing is. told: what
    the version guards tell, as `ClinicValidation.versions`. parts: the counts of what fails, by route and by condition.
    rows, profile, measured: as those of `ClinicValidation`.
    """

    counted: Mapping[tuple[str, str, str], Counted]
    asked: Sequence[Judgement]
    path: Path | None
    values: Path | None = None
    told: tuple[dict[str, Any], ...] = ()
    parts: Sequence[Part] = ()
    rows: Sequence[FlaggedRow] = ()
    profile: Sequence[dict[str, object]] = ()
    measured: Mapping[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class ClinicValidation:
    """What validation found for one clinic.

    findings: one per rule, table and column, in the catalogue's order. results: Great Expectations' own, JSON-able,
    without values or tracebacks. blocked: a blocking rule failed or could not be told. blocking: the codes of those.
    errors: codes of every rule whose verdict the engine could not give: the run did not validate this clinic.
    versions: which receipt's totals of which scale a version guard (rule) speaks of, told_n of of_n.
    breakdown: the counts of what fails, by route and by condition. rows: the first records that fail a rule which sets
    nothing aside. profile: value-free counts of the pending records.
    measured: rule -> the percentage of each pending delivery, where a rule limits that.
    """

    clinic_id: str
    findings: tuple[Finding, ...]
    results: tuple[dict[str, Any], ...]
    blocking: tuple[str, ...]
    errors: tuple[str, ...]
    versions: tuple[dict[str, Any], ...] = ()
    breakdown: tuple[Part, ...] = ()
    rows: tuple[FlaggedRow, ...] = ()
    profile: tuple[dict[str, object], ...] = ()
    measured: Mapping[str, list[float]] = field(default_factory=dict)

    @property
    def blocked(self) -> bool:
        """Whether the clinic's pending data stay out of the validated lake."""
        return bool(self.blocking)


def validate_clinic(
    clinic_id: str,
    relations: Mapping[str, Given],
    scratch: Path,
    thresholds: Mapping[str, float],
    catalogue: Catalogue | None = None,
    limits: EngineSettings = DEFAULT_LIMITS,
) -> ClinicValidation:
    """Judge a clinic's candidate records by every rule.

    relations: `sessions`, `scores`, `courses` and the other tables, stored states or a Parquet file (typed records:
    typed columns, and state, is_current and is_mended where known; those are judged that are current or quarantined),
    and `deliveries` (one row per pending
    delivery: receipt, records_n, quarantined_n, conflict_keys_n, keys_n); an absent one is empty. scratch: a folder for
    the evaluated relations, which hold no pseudonym; emptied by the caller. thresholds: code -> percent, tightening
    only. limits: what the engine may use.
    """
    evaluated = evaluate_clinic(relations, scratch, catalogue or load_catalogue(), limits)
    return judge_clinic(clinic_id, evaluated, scratch, thresholds)


def evaluate_clinic(
    relations: Mapping[str, Given], scratch: Path, catalogue: Catalogue, limits: EngineSettings = DEFAULT_LIMITS
) -> dict[str, Evaluated]:
    """Write the evaluated relations as Parquet; those that could not be made are left out."""
    written: dict[str, Evaluated] = {}
    paths = [path for given in relations.values() for path in _paths(given)]
    folders = [*{path.parent for path in paths}, scratch]
    with Engine(folders, memory=limits.memory, threads=limits.threads, scratch=scratch) as engine:
        catalogue.define_in(engine)
        try:
            empty = {table: _unfilled(engine, table, relations.get(table)) for table in TABLES}
            prepare(engine, {name: _view(engine, name, given, empty.get(name)) for name, given in relations.items()})
            for relation in evaluation.relations():
                evaluation.evaluate(engine, relation, empty.get(relation))
                counted = count(engine, relation)
                asked = judgements(relation, counted)
                flags = _written(engine, judged_select(relation, asked) if asked else None, scratch / relation)
                values = _written(engine, values_select(relation, asked), scratch / f"{relation}_values")
                told = _versions(engine) if relation == "guards" else ()
                measured = _measured(engine, relation)
                written[relation] = Evaluated(counted, asked, flags, values, told, measured=measured)
            for relation, each in written.items():
                failing = [pair for pair, counts in each.counted.items() if counts.violated_n]
                counts_now = profile(engine, "compared") if relation == "drift" else ()
                written[relation] = replace(
                    each,
                    parts=broken_down(engine, relation, failing),
                    rows=flagged_rows(engine, relation, failing),
                    profile=counts_now,
                )
        except EngineError:
            # What comes after builds on what broke; a relation without a file ends in `error`.
            return written
    return written


def _written(engine: Engine, select: str | None, path: Path) -> Path | None:
    """The Parquet file of a SELECT."""
    if select is None:
        return None
    file = path.with_suffix(".parquet")
    engine.write_parquet(select, file, {})
    return file


def _versions(engine: Engine) -> tuple[dict[str, Any], ...]:
    columns = ("rule", "receipt", "scale", "told_n", "of_n")
    rows = engine.rows(f"SELECT {', '.join(columns)} FROM told_versions ORDER BY rule, receipt, scale")
    return tuple(dict(zip(columns, row, strict=True)) for row in rows)


def _measured(engine: Engine, relation: str) -> dict[str, list[float]]:
    found = {}
    for rule, _, column in judged_pairs(relation):
        if rule.expected == "at_most":
            value = quoted(value_name(relation, column))
            select = f"SELECT {value} FROM {quoted(f'evaluated_{relation}')} WHERE {value} IS NOT NULL ORDER BY 1"
            found[rule.code] = [float(percent) for (percent,) in engine.rows(select)]
    return found


def _paths(given: Given) -> tuple[Path, ...]:
    return (given,) if isinstance(given, Path) else (*given.delivered, given.decided)


def _unfilled(engine: Engine, table: str, given: Given | None) -> frozenset[str] | None:
    """Columns of a table that hold nothing; None where that is not known without reading it."""
    if isinstance(given, Path):
        return None
    return unfilled(engine, table, given.delivered, given.decided) if given else unfilled(engine, table)


def _view(engine: Engine, name: str, given: Given, empty: Collection[str] | None) -> str:
    """Make a view of a relation given; return its name. Where nothing is noted of any record, all are accepted."""
    if isinstance(given, Path):
        engine.view_parquet(f"given_{name}", [given])
    elif empty is not None and NOTED.keys() <= set(empty):
        engine.view_parquet(f"typed_{name}", given.delivered)
        engine.view(f"given_{name}", f"SELECT * EXCLUDE ({', '.join(NOTED)}) FROM typed_{name}")
    else:
        return given.view(engine)
    return f"given_{name}"


def judge_clinic(
    clinic_id: str, evaluated: Mapping[str, Evaluated], scratch: Path, thresholds: Mapping[str, float]
) -> ClinicValidation:
    """Great Expectations' verdict on all evaluated relations at once; a relation that is absent ends in `error`."""
    asked = [judgement for each in evaluated.values() for judgement in each.asked]
    flags = [each.path for each in evaluated.values() if each.path is not None]
    values = [each.values for each in evaluated.values() if each.values is not None]
    results: list[dict[str, Any]] = []
    if asked:
        with Judge(scratch, f"judged_{clinic_id}", flags, values) as judge:
            results = judge.results(suite(f"rules_{clinic_id}", asked, thresholds))
    answered = {(each["meta"]["rule"], each["meta"]["table"], each["meta"]["column"]): each for each in results}
    verdicts: dict[tuple[str, str, str], tuple[Status, int | None, int | None]] = {}
    for each in evaluated.values():
        verdicts |= dict.fromkeys(each.counted, ("not_applicable", 0, 0))
        for judgement in each.asked:
            result = answered.get((judgement.rule.code, judgement.table, judgement.column))
            for column in judgement.columns:
                pair = (judgement.rule.code, judgement.table, column)
                verdicts[pair] = verdict(judgement, result, each.counted[pair])
    findings = tuple(
        _finding(clinic_id, rule, table, column, verdicts.get((code, table, column), _ERROR), thresholds)
        for code, rule in BY_CODE.items()
        for table, column in rule.applies
    )
    return ClinicValidation(
        clinic_id,
        findings,
        tuple(results),
        blocking=_codes(each for each in findings if each.effect == "blocks" and each.status in ("failed", "error")),
        errors=_codes(each for each in findings if each.status == "error"),
        versions=tuple(told for each in evaluated.values() for told in each.told),
        breakdown=tuple(part for each in evaluated.values() for part in each.parts),
        rows=tuple(row for each in evaluated.values() for row in each.rows),
        profile=tuple(counts for each in evaluated.values() for counts in each.profile),
        measured={code: values for each in evaluated.values() for code, values in each.measured.items()},
    )


def verdict(
    judgement: Judgement, result: Mapping[str, Any] | None, counted: Counted
) -> tuple[Status, int | None, int | None]:
    """(status, failed_n, evaluated_n) of one column of a judgement, from its result.

    No result, one that raised, or one whose counts are not those of the first scan is an error. Of columns judged at
    once, Great Expectations says that none is violated; how many records each had to hold for, the scan says.
    """
    if result is None or result["raised_exception"]:
        return _ERROR
    counts = result["result"]
    if judgement.at_once:
        holds = result["success"] and counts.get("observed_value") == 0 and counted.violated_n == 0
        return ("passed", 0, counted.population_n) if holds else _ERROR
    if "element_count" not in counts or "unexpected_count" not in counts:
        return _ERROR
    evaluated_n = counts["element_count"] - counts.get("missing_count", 0)
    failed_n = counts["unexpected_count"]
    if evaluated_n != counted.population_n:
        return _ERROR
    if evaluated_n == 0:
        return "not_applicable", 0, 0
    if counted.violated_n is not None and failed_n != counted.violated_n:
        return _ERROR
    if not result["success"]:
        return "failed", failed_n, evaluated_n
    return ("passed_with_failures" if failed_n else "passed"), failed_n, evaluated_n


def _finding(
    clinic_id: str,
    rule: Rule,
    table: str,
    column: str,
    found: tuple[Status, int | None, int | None],
    thresholds: Mapping[str, float],
) -> Finding:
    status, failed_n, evaluated_n = found
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


def _codes(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(sorted({found.rule for found in findings}))
