"""The definitions that a clinic changed for its own figures: what they replace, what holds instead, and why."""

from __future__ import annotations

from pipelines.vocabulary import ALL
from reports.about import Override
from reports.sections import parts
from reports.sections.method_tables import readable
from reports.sections.parts import Page, Section, TableView


def shown(page: Page) -> list[Override]:
    """The overrides behind this page's figures: a clinic's own, and on the network's those of reference samples."""
    alone = page.scope.clinic_id != ALL
    return [override for override in page.about.overrides if alone or override.clinic_id not in page.about.clinics]


def sentences(page: Page) -> list[str]:
    """One sentence for each definition that a clinic changed; none on the network's pages, whose charts hold none."""
    if page.scope.clinic_id == ALL:
        return []
    return [
        page.words.say(
            "own.sentence",
            definition=_named(page, override),
            before=readable(override.before),
            after=readable(override.after),
            reason=override.reason,
        )
        for override in shown(page)
    ]


def section(page: Page) -> Section | None:
    """The table of them for the methods page; None without any."""
    words, overrides = page.words, shown(page)
    if not overrides:
        return None
    table = TableView(
        words.say("own.caption"),
        tuple(words.say(f"own.{name}") for name in ("definition", "of", "before", "after", "reason")),
        tuple(
            (
                parts.label(_named(page, override)),
                parts.label(page.about.clinics.get(override.clinic_id, override.clinic_id)),
                parts.label(readable(override.before)),
                parts.label(readable(override.after)),
                parts.label(override.reason),
            )
            for override in overrides
        ),
    )
    return Section("own-definitions", words.say("own.heading"), words.say("own.says"), table=table, folded=False)


def _named(page: Page, override: Override) -> str:
    fact = page.words.name("fact", override.fact)
    return page.words.say("own.named", fact=fact, scale=page.about.scale(override.scale).name)
