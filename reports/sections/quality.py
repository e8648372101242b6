"""The quality of the data: a verdict in words, what to mend, targets, what came when, every rule and its counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.provenance.arrivals import ANY_TABLE
from pipelines.vocabulary import ALL
from reports import figures
from reports.deliveries_in_words import day
from reports.reviewer import changed, earlier, filled, runs
from reports.sections import arrived, completeness, mend, received, reconciliation, rule_lines, rule_tables, targets
from reports.sections.parts import Page
from reports.sections.rule_lines import NOT_GOOD, RuleLine, lines_of_findings, lines_of_table

__all__ = ["RuleLine", "content", "lines_of_findings", "lines_of_table", "verdict"]

# So many clinics are named in a heading; more are counted.
NAMED_N = 3


@dataclass(frozen=True)
class Statement:
    """One line of the verdict: a state for its look, its sentence, and (text, address) of where to read on."""

    mark: str
    text: str
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What a reviewer must know first."""

    mark: str
    heading: str
    statements: tuple[Statement, ...]


def content(page: Page, lines: Sequence[RuleLine], *, linked: bool = True) -> dict[str, Any]:
    """What the template quality.html.j2 shows. linked: methods.html lies beside the page."""
    return {
        "verdict": verdict(page, lines, linked),
        "to_mend": mend.to_mend(page, lines, linked),
        "sections": [
            rule_tables.kinds(page, lines),
            rule_tables.need_a_person(page, lines, linked),
            *(earlier.judged(page) if page.scope.clinic_id == ALL else ()),
            changed.changed(page, linked),
            runs.runs(page),
            # The reviewer's report has no released table, so it judges no target.
            *(targets.targets(page) if linked else ()),
            reconciliation.reconciliation(page, linked),
            received.received(page, linked),
            arrived.arrived(page),
            completeness.completeness(page, lines, linked),
            # Exact counts, of one clinic: on the page of the reviewer's report alone.
            *(() if linked or page.scope.clinic_id == ALL else (filled.filled(page),)),
            rule_tables.every_rule(page, lines, linked),
        ],
    }


def verdict(page: Page, lines: Sequence[RuleLine], linked: bool = True) -> Verdict:
    """Files published, blocked and refused, and why; rules that failed, could not be told, or had nothing to judge."""
    words = page.words
    if not lines and not page.about.deliveries:
        return Verdict("unchecked", words.say("verdict.nothing"), (Statement("", words.say("empty.deliveries")),))
    mark, heading = _heading(page, lines)
    return Verdict(
        mark,
        heading,
        (
            *_files(page, lines, linked),
            *_late(page),
            *_judged(page),
            *_rules(page, lines),
            Statement("", words.say("verdict.person")),
        ),
    )


def _heading(page: Page, lines: Sequence[RuleLine]) -> tuple[str, str]:
    words = page.words
    if any(line.status == "error" for line in lines):
        return "error", words.say("verdict.error")
    held = _held(page)
    if held and all(delivery.state != "published" for delivery in page.about.deliveries):
        return "blocked", words.say("verdict.all_held")
    if held:
        names = [rule_lines.clinic_name(page, clinic_id) for clinic_id in held]
        named = ", ".join(names) if len(names) <= NAMED_N else words.say("verdict.clinics", clinics=len(names))
        states = {delivery.state for delivery in page.about.deliveries} - {"published"}
        state = words.say(f"verdict.held_{states.pop() if len(states) == 1 else 'both'}")
        return "blocked", words.say("verdict.held", clinics=named, state=state)
    failed = [line for line in lines if line.status == "failed"]
    if failed:
        slips = all(line.is_slip for line in failed)
        return ("passed", words.say("verdict.slips")) if slips else ("failed", words.say("verdict.failed"))
    return "passed", words.say("verdict.passed")


def _held(page: Page) -> list[str]:
    """The clinics with a file that was not published, in the order of their names."""
    found = {delivery.clinic_id for delivery in page.about.deliveries if delivery.state != "published"}
    return sorted(found, key=lambda clinic_id: rule_lines.clinic_name(page, clinic_id))


def _files(page: Page, lines: Sequence[RuleLine], linked: bool) -> list[Statement]:
    words, deliveries = page.words, page.about.deliveries
    published = sum(delivery.state == "published" for delivery in deliveries)
    told = [
        Statement(
            "published" if published == len(deliveries) else "",
            words.say(
                "verdict.files" if published else "verdict.files_none",
                published=figures.count(published),
                files=figures.count(len(deliveries)),
            ),
        )
    ]
    return told + [_why_held(page, clinic_id, lines, linked) for clinic_id in _held(page)]


def _why_held(page: Page, clinic_id: str, lines: Sequence[RuleLine], linked: bool) -> Statement:
    words = page.words
    files = [delivery for delivery in page.about.deliveries if delivery.clinic_id == clinic_id]
    held = [delivery for delivery in files if delivery.state != "published"]
    blocking = sorted(
        (line for line in lines if line.clinic_id == clinic_id and line.effect == "blocks" and line.status in NOT_GOOD),
        key=lambda line: line.urgency,
    )
    reasons = " ".join(
        words.say(
            "verdict.reason",
            sentence=rule_lines.fact(page, line.rule).sentence,
            failed=" ".join(rule_lines.over_limit(page, line))
            or words.say("verdict.reason_n", failed=_failed(page, line)),
        )
        for line in blocking
    )
    kept = "verdict.nothing_kept" if len(held) == len(files) else "verdict.earlier_kept"
    sentence = words.say(
        f"verdict.{held[0].state}",
        clinic=rule_lines.clinic_name(page, clinic_id),
        held=figures.count(len(held)),
        files=figures.count(len(files)),
    )
    links = [(words.say("verdict.mend_link"), f"#mend-{clinic_id}")]
    links += [
        (words.say("verdict.rule_link", rule=line.rule), address)
        for line in blocking
        if (address := rule_lines.link(page, line.rule, linked))
    ]
    text = " ".join(part for part in (sentence, reasons, words.say(kept)) if part)
    return Statement(held[0].state, text, tuple(links))


def _late(page: Page) -> list[Statement]:
    """Clinics of which nothing has come for longer than usual: what is silent fails no rule."""
    words = page.words
    late = [arrival for arrival in page.about.arrivals if arrival.table == ANY_TABLE and arrival.is_late]
    named = sorted(
        words.say(
            "verdict.late_clinic",
            clinic=rule_lines.clinic_name(page, arrival.clinic_id),
            last=day(words, arrival.last_on),
            days=figures.count(arrival.days_before_newest),
        )
        for arrival in late
    )
    more = words.say("verdict.late_more", clinics=figures.count(len(named) - NAMED_N)) if len(named) > NAMED_N else ""
    clinics = "; ".join([*named[:NAMED_N], *([more] if more else [])])
    link = ((words.say("verdict.late_link"), "#arrived"),)
    return [Statement("late", words.say("verdict.late", clinics=clinics), link)] if late else []


def _judged(page: Page) -> list[Statement]:
    """Whether the figures are of this run: clinics without a new delivery stand as an earlier run judged them."""
    one = page.scope.clinic_id != ALL
    told = earlier.sentence(page, page.scope.clinic_id) if one else earlier.counted(page)
    links = () if one else ((page.words.say("earlier.link"), "#judged"),)
    return [Statement("", told, links)] if told else []


def _failed(page: Page, line: RuleLine) -> str:
    return rule_lines.failed(page, line).text


def _rules(page: Page, lines: Sequence[RuleLine]) -> list[Statement]:
    """Counts of rules and checks; a check is one rule on one column of one clinic."""
    words = page.words
    of = {status: [line for line in lines if line.status == status] for status in rule_lines.STATUSES}
    told = []
    for status in ("error", "failed"):
        if of[status]:
            told.append(
                Statement(
                    status,
                    words.say(
                        f"verdict.rules_{status}",
                        rules=figures.count(len({line.rule for line in of[status]})),
                        of_rules=figures.count(len({line.rule for line in lines})),
                        checks=figures.count(len(of[status])),
                        of_checks=figures.count(len(lines)),
                    ),
                )
            )
    if lines and not told:
        told.append(Statement("passed", words.say("verdict.none_failed", of_checks=figures.count(len(lines)))))
    if of["passed_with_failures"] or of["not_applicable"]:
        told.append(
            Statement(
                "",
                words.say(
                    "verdict.others",
                    with_failures=figures.count(len(of["passed_with_failures"])),
                    not_applicable=figures.count(len(of["not_applicable"])),
                ),
            )
        )
    return told
