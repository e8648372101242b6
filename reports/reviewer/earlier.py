"""Clinics that the run of this report did not judge: which run did, and whether its report of them is there."""

from __future__ import annotations

from reports import figures
from reports.sections import parts, rule_lines
from reports.sections.parts import Cell, Page, Section, TableView

# So many of the clinics that the run judged are named; more are counted.
NAMED_N = 5


def run_of(page: Page, clinic_id: str) -> str:
    """The run that judged the clinic last, by its number and its folder; nothing where this run did, or none."""
    run = page.earlier.get(clinic_id)
    if run is None:
        return ""
    number = next((each.number for each in page.about.past.runs if each.run_id == run.run_id), None)
    if number is None:
        return page.words.say("earlier.run", run_id=run.run_id)
    return page.words.say("earlier.run_number", number=number, run_id=run.run_id)


def sentence(page: Page, clinic_id: str) -> str:
    """That this run did not judge the clinic, and which one did; nothing where it did."""
    if clinic_id not in page.earlier:
        return ""
    run = page.earlier[clinic_id]
    if run is None:
        return page.words.say("earlier.never")
    told = page.words.say("earlier.clinic", run=run_of(page, clinic_id), receipt=figures.count(run.receipt))
    return told if run.report else f"{told} {page.words.say('earlier.gone')}"


def counted(page: Page) -> str:
    """Of how many clinics the run judged which; nothing where it judged every one that ever was."""
    words, every = page.words, {delivery.clinic_id for delivery in page.about.deliveries} | set(page.earlier)
    if not page.earlier:
        return ""
    names = sorted(rule_lines.clinic_name(page, clinic_id) for clinic_id in every - set(page.earlier))
    named = ": " + ", ".join(names) if 0 < len(names) <= NAMED_N else ""
    return words.say(
        "earlier.counted", judged=figures.count(len(names)), clinics=figures.count(len(every)), named=named
    )


def judged(page: Page) -> tuple[Section, ...]:
    """The section: one row per clinic that the run did not judge, by name; none where it judged every one."""
    if not page.earlier:
        return ()
    words = page.words
    ids = sorted(page.earlier, key=lambda clinic_id: rule_lines.clinic_name(page, clinic_id))
    names = ("clinic", "judged_by", "up_to", "its_report")
    table = TableView(
        words.say("earlier.caption"),
        tuple(words.say(f"column.{name}") for name in names),
        tuple(_row(page, clinic_id) for clinic_id in ids),
    )
    key = "earlier.heading_one" if len(ids) == 1 else "earlier.heading"
    heading = words.say(key, clinics=figures.count(len(ids)))
    return (Section("judged", heading, words.say("earlier.sentence"), table=table, folded=False),)


def _row(page: Page, clinic_id: str) -> tuple[Cell, ...]:
    words, run = page.words, page.earlier[clinic_id]
    clinic = parts.label(rule_lines.clinic_name(page, clinic_id))
    if run is None:
        return clinic, parts.label(words.say("earlier.no_run")), Cell("–"), parts.label(words.say("earlier.no_report"))
    where = page.clinic_reports.get(clinic_id, "")
    report = Cell(
        words.say("earlier.its_report" if run.report else "earlier.made_anew"),
        numeric=False,
        link=where,
    )
    return clinic, parts.label(run_of(page, clinic_id)), Cell(figures.count(run.receipt)), report
