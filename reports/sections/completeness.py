"""Completeness by field and clinic: of the rules that measure missing values, how many values are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reports import figures
from reports.charts import completeness_map
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Drawn, Page, Section, TableView
from reports.sections.rule_lines import RuleLine

# From how much missing on a cell is shaded, in percent; the last one is the share that the rules on gaps allow.
SHADES = ((20.0, "missing-3"), (5.0, "missing-2"), (0.0, "missing-1"))

Field = tuple[str, str, str]


def completeness(page: Page, lines: Sequence[RuleLine], linked: bool) -> Section:
    """One row per field and rule, one column per clinic: the share of values present, with its denominator.

    Of a single clinic the rule that asks for the field and the denominator have columns of their own.
    """
    words = page.words
    one = "" if len({line.clinic_id for line in lines}) > 1 else "_one"
    measured = [line for line in lines if rule_lines.fact(page, line.rule).kahn == "completeness"]
    told = [line for line in measured if line.evaluated_n]
    sentence = words.say("completeness.sentence")
    if not told:
        return Section(
            "completeness", words.say(f"completeness.heading{one}"), sentence, empty=words.say("completeness.empty")
        )
    ids = sorted({line.clinic_id for line in measured}, key=lambda clinic_id: rule_lines.clinic_name(page, clinic_id))
    by_place = {(line.table, line.column, line.rule, line.clinic_id): line for line in measured}
    fields = sorted({(line.table, line.column, line.rule) for line in told}, key=lambda field: _order(page, field))
    many = len(ids) > 1
    names = [rule_lines.clinic_name(page, clinic_id) for clinic_id in ids]
    of_field = {field: [by_place.get((*field, clinic_id)) for clinic_id in ids] for field in fields}
    table = TableView(
        words.say(f"completeness.caption{one}"),
        (words.say("column.field"), *names, words.say("column.all_clinics"))
        if many
        else tuple(words.say(f"column.{name}") for name in ("field", "asked_by", "present", "of_records")),
        tuple(
            (
                _field(page, field, linked),
                *(_cell(page, [line]) for line in of_field[field]),
                _cell(page, of_field[field]),
            )
            if many
            else _row_of_one(page, field, of_field[field][0], linked)
            for field in fields
        ),
    )
    lowest = min(_present(line.failed_n or 0, line.evaluated_n or 1) for line in told)
    return Section(
        "completeness",
        words.say(f"completeness.finding{one}", lowest=rule_lines.percent(lowest)),
        sentence,
        reading=words.say("reading.completeness"),
        table=table,
        charts=(_map(page, table, names),) if many else (),
        folded=many,
    )


def _map(page: Page, table: TableView, clinics: Sequence[str]) -> Drawn:
    """The table as a heat map: one row per field, one column per clinic."""
    numbered = len(clinics) > completeness_map.LAST_WITH_TEXT_N
    rows = [
        {
            "field": _short(row[0].text, row[0].note),
            "clinic": str(place) if numbered else clinic,
            "name": clinic,
            "order": order,
            "clinic_order": place,
            "shade": cell.mark,
            "present": cell.text,
            "whole": cell.note,
        }
        for order, row in enumerate(table.rows)
        for place, (clinic, cell) in enumerate(zip(clinics, row[1:], strict=False), start=1)
    ]
    lines_n = 1 if numbered else max(len(clinic.split()) for clinic in clinics)
    listed = "; ".join(f"{place} {clinic}" for place, clinic in enumerate(clinics, start=1))
    return Drawn(
        "completeness-map",
        page.words.say("completeness.map_numbered", clinics=listed) if numbered else page.words.say("completeness.map"),
        page.words.say(
            "completeness.map_label", fields=figures.count(len(table.rows)), clinics=figures.count(len(clinics))
        ),
        completeness_map.spec(page.words, len(clinics), lines_n),
        rows,
        height_px=completeness_map.ROW_PX * len(table.rows),
        wide=True,
    )


def _short(field: str, asked: str) -> str:
    """A field with the code of the rule that asks for it: two rules may ask for one field."""
    return f"{field} · {asked.partition(':')[0]}"


def _field(page: Page, field: Field, linked: bool) -> Cell:
    table, column, code = field
    asked = page.words.say("completeness.asked", rule=code, sentence=rule_lines.fact(page, code).sentence)
    place = rule_lines.where(page, table, column)
    return Cell(place.text, numeric=False, link=rule_lines.link(page, code, linked), note=asked)


def _row_of_one(page: Page, field: Field, line: RuleLine | None, linked: bool) -> tuple[Cell, ...]:
    named, present = _field(page, field, linked), _cell(page, [line])
    evaluated = None if line is None else line.evaluated_n
    return (
        replace(named, note=""),
        parts.label(named.note),
        replace(present, note=""),
        parts.silent(page.words, "no_data") if evaluated is None else Cell(figures.count(evaluated)),
    )


def _order(page: Page, field: Field) -> tuple[int, str, str, str]:
    tables = ("courses", "sessions", "scores")
    return (tables.index(field[0]) if field[0] in tables else len(tables), *field)


def _cell(page: Page, lines: Iterable[RuleLine | None]) -> Cell:
    """The share present over these lines together; silent when one is not shown or none was evaluated."""
    found = [line for line in lines if line is not None and line.status != "not_applicable"]
    counts = [(line.failed_n, line.evaluated_n) for line in found]
    if any(failed is None or evaluated is None for failed, evaluated in counts):
        return parts.silent(page.words, next(line.why_empty for line in found if line.failed_n is None))
    evaluated = sum(evaluated or 0 for _, evaluated in counts)
    if not evaluated:
        return parts.silent(page.words, "no_data")
    failed = sum(failed or 0 for failed, _ in counts)
    missing = 100 * failed / evaluated
    mark = next((shade for above, shade in SHADES if missing > above), "missing-0")
    return Cell(
        rule_lines.percent(_present(failed, evaluated)),
        mark=mark,
        note=page.words.say("completeness.of", whole=figures.count(evaluated)),
    )


def _present(failed: float, evaluated: float) -> float:
    return 100 * (evaluated - failed) / evaluated
