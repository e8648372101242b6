"""The quality of the data: a verdict in words, what became of each file, and every rule with its counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.rules.finding import Finding
from pipelines.vocabulary import ALL
from reports import figures, released_rows
from reports.about import Delivery
from reports.sections import parts
from reports.sections.parts import Cell, Page, Section, TableView

# The order in which a person needs to see them.
STATUSES = ("error", "failed", "passed_with_failures", "not_applicable", "passed")


@dataclass(frozen=True)
class RuleLine:
    """One rule on one column of one table of one clinic, from the released data_quality table or from a Finding.

    failed_n of evaluated_n rows, None when not shown or not evaluated; shares 0 to 100.
    """

    clinic_id: str
    rule: str
    table: str
    column: str
    status: str
    failed_n: float | None
    evaluated_n: float | None
    failed_pct: float | None
    threshold_pct: float | None
    effect: str
    why_empty: str = "no_data"


def lines_of_table(page: Page) -> list[RuleLine]:
    """Every row of data_quality that belongs on this page: all of them for the network, one clinic's for a clinic."""
    table = page.tables.get("data_quality")
    keys = {} if page.scope.clinic_id == ALL else {"clinic_id": page.scope.clinic_id}
    return [
        RuleLine(
            clinic_id=str(record["clinic_id"]),
            rule=str(record["rule"]),
            table=str(record["table"]),
            column=str(record["column"] or ""),
            status=str(record["status"]),
            failed_n=released_rows.number(record, "failed_n"),
            evaluated_n=released_rows.number(record, "evaluated_n"),
            failed_pct=released_rows.number(record, "failed_pct"),
            threshold_pct=released_rows.number(record, "threshold"),
            effect=str(record["effect"]),
            why_empty=released_rows.why_empty(record, "failed_n"),
        )
        for record in released_rows.rows(table, **keys)
    ]


def lines_of_findings(findings: Sequence[Finding]) -> list[RuleLine]:
    """The same from findings: exact counts, for the reviewer inside the home only. TypeError for anything else."""
    if not all(isinstance(finding, Finding) for finding in findings):
        raise TypeError("the reviewer's report shows findings only")
    return [
        RuleLine(
            finding.clinic_id,
            finding.rule,
            finding.table,
            finding.column,
            finding.status,
            finding.failed_n,
            finding.evaluated_n,
            finding.failed_pct,
            finding.threshold_pct,
            finding.effect,
        )
        for finding in findings
    ]


def verdict(page: Page, lines: Sequence[RuleLine]) -> Section:
    """What a reviewer must know first, in one sentence each: files blocked or refused, rules failed, rules in error."""
    words, deliveries = page.words, page.about.deliveries
    heading = "verdict.nothing"
    if lines or deliveries:
        held = any(delivery.state != "published" for delivery in deliveries)
        broken = any(line.status == "error" for line in lines)
        failed = any(line.status == "failed" for line in lines)
        heading = (
            "verdict.error" if broken else "verdict.held" if held else "verdict.failed" if failed else "verdict.passed"
        )
    sentence = words.say(
        "verdict.sentence",
        files=figures.count(len(deliveries)),
        published=figures.count(sum(d.state == "published" for d in deliveries)),
        blocked=figures.count(sum(d.state == "blocked" for d in deliveries)),
        refused=figures.count(sum(d.state == "refused" for d in deliveries)),
        rules=figures.count(len({line.rule for line in lines})),
        checks=figures.count(len(lines)),
        failed=figures.count(sum(line.status == "failed" for line in lines)),
        error=figures.count(sum(line.status == "error" for line in lines)),
        not_applicable=figures.count(sum(line.status == "not_applicable" for line in lines)),
    )
    return Section("verdict", words.say(heading), sentence)


def deliveries(page: Page) -> Section:
    """Reconciliation: for every file, records = accepted + quarantined + duplicate + stale."""
    words = page.words
    heading, sentence = words.say("deliveries.heading"), words.say("deliveries.sentence")
    if not page.about.deliveries:
        return Section("deliveries", heading, sentence, empty=words.say("empty.deliveries"))
    many = len(page.about.clinics) > 1
    names = ("clinic",) * many + (
        "file",
        "table",
        "records",
        "accepted",
        "quarantined",
        "duplicate",
        "stale",
        "corrected",
    )
    table = TableView(
        words.say("deliveries.caption"),
        tuple(words.say(f"column.{c}") for c in (*names, "state")),
        tuple(_delivery(page, delivery, many) for delivery in page.about.deliveries),
    )
    return Section("deliveries", heading, sentence, table=table, folded=False)


def _delivery(page: Page, delivery: Delivery, many: bool) -> tuple[Cell, ...]:
    counts = (
        delivery.records,
        delivery.accepted,
        delivery.quarantined,
        delivery.duplicate,
        delivery.stale,
        delivery.corrected,
    )
    return (
        *((parts.label(_clinic(page, delivery.clinic_id)),) * many),
        parts.label(delivery.file),
        parts.label(delivery.table),
        *(Cell(figures.count(value)) for value in counts),
        Cell(page.words.say(f"delivery.{delivery.state}"), numeric=False, mark=delivery.state),
    )


def need_a_person(page: Page, lines: Sequence[RuleLine]) -> Section:
    """The rules that failed or could not be told, most rows first."""
    wanted = [line for line in lines if line.status in ("error", "failed", "passed_with_failures")]
    return _rules(page, "to-mend", wanted, "mend", folded=False)


def every_rule(page: Page, lines: Sequence[RuleLine]) -> Section:
    """Every rule on every column, as it was evaluated."""
    return _rules(page, "rules", lines, "rules", folded=True)


def _rules(page: Page, section_id: str, lines: Iterable[RuleLine], key: str, folded: bool) -> Section:
    words, ordered = page.words, sorted(lines, key=_urgency)
    heading, sentence = words.say(f"{key}.heading"), words.say(f"{key}.sentence")
    if not ordered:
        return Section(section_id, heading, sentence, empty=words.say(f"{key}.empty"))
    many = len({line.clinic_id for line in ordered}) > 1
    names = ("clinic",) * many + (
        "rule",
        "table",
        "field",
        "status",
        "failed",
        "failed_pct",
        "threshold",
        "rule_effect",
    )
    table = TableView(
        words.say(f"{key}.caption"),
        tuple(words.say(f"column.{c}") for c in names),
        tuple(_rule(page, line, many) for line in ordered),
    )
    return Section(section_id, heading, sentence, table=table, folded=folded)


def _urgency(line: RuleLine) -> tuple[int, float, str, str, str, str]:
    place = STATUSES.index(line.status) if line.status in STATUSES else 0
    return (place, -(line.failed_n or 0), line.clinic_id, line.rule, line.table, line.column)


def _rule(page: Page, line: RuleLine, many: bool) -> tuple[Cell, ...]:
    words, sentence = page.words, page.about.rules.get(line.rule)
    if line.failed_n is None or line.evaluated_n is None:
        failed = parts.silent(words, line.why_empty)
    else:
        failed = Cell(
            words.say("figure.part_of", part=figures.count(line.failed_n), whole=figures.count(line.evaluated_n))
        )
    pct = parts.silent(words, line.why_empty) if line.failed_pct is None else Cell(_percent(line.failed_pct))
    threshold = Cell("") if line.threshold_pct is None else Cell(_percent(line.threshold_pct))
    return (
        *((parts.label(_clinic(page, line.clinic_id)),) * many),
        parts.label(f"{line.rule}: {sentence}" if sentence else line.rule),
        parts.label(line.table),
        parts.label(line.column),
        Cell(words.name("status", line.status), numeric=False, mark=line.status),
        failed,
        pct,
        threshold,
        parts.label(words.name("rule_effect", line.effect)),
    )


def _percent(value: float) -> str:
    """Shares of failing rows are small, so one decimal; what is above zero never reads as 0.0."""
    return "under 0.1" if 0 < value < 0.05 else figures.mean(value)


def _clinic(page: Page, clinic_id: str) -> str:
    return page.words.say("column.network") if clinic_id == ALL else page.about.clinics.get(clinic_id) or clinic_id
