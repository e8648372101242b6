"""What each clinic must mend: one table per clinic of the rules that failed, with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports import figures
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Page, TableView
from reports.sections.rule_lines import NOT_GOOD, RuleLine


@dataclass(frozen=True)
class Clinic:
    """One clinic's state: `blocked`, `refused`, `to_mend`, `clean` or `unchecked`, and its table of what to mend."""

    id: str
    name: str
    mark: str
    state: str
    files: str
    rules: str
    table: TableView | None
    open: bool


@dataclass(frozen=True)
class ToMend:
    """The section: its words, and the clinics in the order of their names."""

    heading: str
    sentence: str
    rows_are_where: str
    clinics: tuple[Clinic, ...]
    empty: str = ""


def to_mend(page: Page, lines: Sequence[RuleLine], linked: bool) -> ToMend:
    """Every clinic of the page, in the order of their names: clinics are never ranked."""
    words = page.words
    ids = {line.clinic_id for line in lines} | {delivery.clinic_id for delivery in page.about.deliveries}
    ordered = sorted(ids, key=lambda clinic_id: (rule_lines.clinic_name(page, clinic_id), clinic_id))
    own = {clinic_id: [line for line in lines if line.clinic_id == clinic_id] for clinic_id in ordered}
    clinics = tuple(_clinic(page, clinic_id, own[clinic_id], linked, len(ordered) == 1) for clinic_id in ordered)
    concerned = sum(clinic.table is not None for clinic in clinics)
    return ToMend(
        heading=words.say("mend.heading" if len(clinics) > 1 else "mend.heading_one"),
        sentence=words.say(
            "mend.none" if not concerned else "mend.sentence" if len(clinics) > 1 else "mend.sentence_one"
        ),
        rows_are_where=words.say("mend.rows_are_where") if concerned else "",
        clinics=clinics,
        empty="" if clinics else words.say("empty.deliveries"),
    )


def state_of(page: Page, clinic_id: str, lines: Sequence[RuleLine]) -> str:
    """`blocked` or `refused` when a file of the clinic is, else `to_mend`, `clean`, or `unchecked` without any rule."""
    states = {delivery.state for delivery in page.about.deliveries if delivery.clinic_id == clinic_id}
    for state in ("blocked", "refused"):
        if state in states:
            return state
    if not lines:
        return "unchecked"
    return "to_mend" if any(line.status in NOT_GOOD for line in lines) else "clean"


def _clinic(page: Page, clinic_id: str, lines: Sequence[RuleLine], linked: bool, alone: bool) -> Clinic:
    words = page.words
    mark = state_of(page, clinic_id, lines)
    files = [delivery for delivery in page.about.deliveries if delivery.clinic_id == clinic_id]
    wanted = sorted((line for line in lines if line.status in NOT_GOOD), key=lambda line: line.urgency)
    rules = len({line.rule for line in wanted})
    name = rule_lines.clinic_name(page, clinic_id)
    return Clinic(
        id=f"mend-{clinic_id}",
        name=name,
        mark=mark,
        state=words.say(f"clinic_state.{mark}"),
        files=words.say(
            "mend.files",
            published=figures.count(sum(delivery.state == "published" for delivery in files)),
            files=figures.count(len(files)),
        ),
        rules=words.say(_counted("mend.rules", rules), rules=figures.count(rules)),
        table=_table(page, name, wanted, linked) if wanted else None,
        open=alone or mark in ("blocked", "refused"),
    )


def _counted(key: str, count: int) -> str:
    return f"{key}_none" if count == 0 else f"{key}_one" if count == 1 else key


def _table(page: Page, name: str, lines: Sequence[RuleLine], linked: bool) -> TableView:
    words = page.words
    columns = ("wrong", "to_do", "where", "failed", "failed_pct", "threshold", "rule_effect")
    return TableView(
        words.say("mend.caption", clinic=name),
        tuple(words.say(f"column.{column}") for column in columns),
        tuple(_row(page, line, linked) for line in lines),
    )


def _row(page: Page, line: RuleLine, linked: bool) -> tuple[Cell, ...]:
    rule = rule_lines.fact(page, line.rule)
    broken = page.words.say("mend.error") if line.status == "error" else rule_lines.sentence(rule.remedy)
    return (
        Cell(
            rule.sentence or line.rule,
            numeric=False,
            link=rule_lines.link(page, line.rule, linked),
            note=line.rule if rule.sentence else "",
        ),
        parts.label(broken),
        rule_lines.where(page, line.table, line.column),
        rule_lines.failed(page, line),
        rule_lines.share_failed(page, line),
        rule_lines.allowed(page, line.threshold_pct),
        rule_lines.effect(page, line.effect),
    )
