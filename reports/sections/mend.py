"""What each clinic must mend: per clinic the rules that failed, with what to do; small slips apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports import figures
from reports.reviewer import earlier
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Page, TableView
from reports.sections.rule_lines import NOT_GOOD, RuleLine

# The order of the clinics, then of their names.
MARKS = ("blocked", "refused", "pending", "to_mend", "slips", "clean", "unchecked")
# Those of a file of which no figure rests.
HELD = MARKS[:3]
SETS_ASIDE = ("quarantines", "blanks")


@dataclass(frozen=True)
class Clinic:
    """One clinic's state and its tables: what must be mended, and the small slips.

    mark: `blocked`, `refused`, `pending`, `to_mend`, `slips`, `clean` or `unchecked`. rows: where its rows are listed.
    report: the address of a report of its own, if any. judged: which run judged it, where that is not this one.
    """

    id: str
    name: str
    mark: str
    state: str
    files: str
    rules: str
    tables: tuple[TableView, ...]
    rows: str
    open: bool
    report: str = ""
    judged: str = ""


@dataclass(frozen=True)
class ToMend:
    """The section: its words, and the clinics: the blocked first, then in the order of their names."""

    heading: str
    sentence: str
    rows_are_where: str
    clinics: tuple[Clinic, ...]
    empty: str = ""


def to_mend(page: Page, lines: Sequence[RuleLine], linked: bool) -> ToMend:
    """Every clinic of the page: who must act first, and within that by name, for clinics are never ranked."""
    words = page.words
    ids = {line.clinic_id for line in lines} | {delivery.clinic_id for delivery in page.about.deliveries}
    ids |= set(page.earlier)
    own = {clinic_id: [line for line in lines if line.clinic_id == clinic_id] for clinic_id in ids}
    every = [_clinic(page, clinic_id, own[clinic_id], linked, len(ids) == 1) for clinic_id in ids]
    clinics = tuple(sorted(every, key=lambda clinic: (MARKS.index(clinic.mark), clinic.name, clinic.id)))
    concerned = any(clinic.tables for clinic in clinics)
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
    """`blocked`, `refused` or `pending` when a file of the clinic is; else by its rules; `unchecked` without any."""
    states = {delivery.state for delivery in page.about.deliveries if delivery.clinic_id == clinic_id}
    for state in HELD:
        if state in states:
            return state
    if not lines:
        return "unchecked"
    wrong = [line for line in lines if line.status in NOT_GOOD]
    if not wrong:
        return "clean"
    return "slips" if all(line.is_slip for line in wrong) else "to_mend"


def _clinic(page: Page, clinic_id: str, lines: Sequence[RuleLine], linked: bool, alone: bool) -> Clinic:
    words = page.words
    mark = state_of(page, clinic_id, lines)
    files = [delivery for delivery in page.about.deliveries if delivery.clinic_id == clinic_id]
    wanted = sorted((line for line in lines if line.status in NOT_GOOD), key=lambda line: line.urgency)
    slips = [line for line in wanted if line.is_slip]
    grave = [line for line in wanted if not line.is_slip]
    name = rule_lines.clinic_name(page, clinic_id)
    parted = (("mend", grave), ("slips", slips))
    told = [
        words.say(_counted(f"mend.{kind}", n), rules=figures.count(n)) for kind, part in parted if (n := _rules(part))
    ]
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
        rules=", ".join(told) or words.say("mend.no_rule"),
        tables=tuple(
            _table(page, words.say(f"mend.{kind}_caption", clinic=name), part, linked) for kind, part in parted if part
        ),
        rows=words.say("mend.rows", clinic=clinic_id) if any(line.effect in SETS_ASIDE for line in wanted) else "",
        open=alone or mark in HELD,
        report=page.clinic_reports.get(clinic_id, ""),
        judged=earlier.sentence(page, clinic_id),
    )


def _rules(lines: Sequence[RuleLine]) -> int:
    return len({line.rule for line in lines})


def _counted(key: str, count: int) -> str:
    return f"{key}_one" if count == 1 else key


def _table(page: Page, caption: str, lines: Sequence[RuleLine], linked: bool) -> TableView:
    words = page.words
    columns = ("wrong", "to_do", "where", "failed", "failed_pct", "threshold", "rule_effect")
    return TableView(
        caption,
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
        rule_lines.allowed(page, line.threshold_pct, line.column),
        rule_lines.effect(page, line.effect),
    )
