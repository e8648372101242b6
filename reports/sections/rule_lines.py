"""One line per rule, column and clinic, as every part of the quality page reads it, and how such a line is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from pipelines.rules.finding import Finding
from pipelines.vocabulary import ALL
from reports import figures, released_rows
from reports.about import RuleFact
from reports.sections import parts
from reports.sections.parts import Cell, Page

# The order in which a person needs to see them.
STATUSES = ("error", "failed", "passed_with_failures", "not_applicable", "passed")
EFFECTS = ("blocks", "quarantines", "blanks", "warns", "informs")
# Neither is a pass.
NOT_GOOD = ("error", "failed")
# A rule that fails on fewer of its rows than this, and blocks nothing, is a slip.
SLIP_BELOW_PCT = 1.0
# What each file is judged by (rules over deliveries): counts are of files, the limit is on this number of each file.
OF_A_FILE = ("quarantined_pct", "conflict_pct", "lost_pct", "keys_n")
QUARANTINED = "quarantined_pct"


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

    @property
    def urgency(self) -> tuple[int, int, float, str, str, str, str]:
        """Sorts the most urgent first: by status, then by effect, then by rows."""
        status = STATUSES.index(self.status) if self.status in STATUSES else 0
        effect = EFFECTS.index(self.effect) if self.effect in EFFECTS else 0
        return (status, effect, -(self.failed_n or 0), self.clinic_id, self.rule, self.table, self.column)

    @property
    def is_clean(self) -> bool:
        """Whether it has nothing to look at: every row passes, or there was nothing to evaluate."""
        return self.status in ("passed", "not_applicable") and not self.failed_n

    @property
    def is_slip(self) -> bool:
        """Whether it failed on under 1 of 100 rows and blocks nothing."""
        few = self.failed_pct is not None and self.failed_pct < SLIP_BELOW_PCT
        return self.status == "failed" and self.effect != "blocks" and few

    @property
    def is_only_counted(self) -> bool:
        """Whether any share of failing rows passes."""
        return self.threshold_pct is None or self.threshold_pct >= 100


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


def fact(page: Page, code: str) -> RuleFact:
    """The rule of that code; without a sentence when the catalogue gave none."""
    return page.about.rules.get(code) or RuleFact("")


def link(page: Page, code: str, linked: bool) -> str:
    """The rule's own page; else where methods.html tells of it, where that page is beside this one; else nothing."""
    if code in page.rule_pages:
        return page.rule_pages[code]
    return f"methods.html#rule-{quote(code)}" if linked and code in page.about.rules else ""


def where(page: Page, table: str, column: str) -> Cell:
    """Table and field of a line."""
    field = column or page.words.say("rules.whole_row")
    return parts.label(page.words.say("rules.where", table=page.words.name("quality_table", table), field=field))


def failed(page: Page, line: RuleLine) -> Cell:
    """Failing rows, of those evaluated."""
    if line.failed_n is None or line.evaluated_n is None:
        return parts.silent(page.words, line.why_empty)
    part, whole = figures.count(line.failed_n), figures.count(line.evaluated_n)
    if line.column in OF_A_FILE:
        over = " ".join(over_limit(page, line))
        return Cell(page.words.say("rules.files_of", part=part, whole=whole), note=over)
    return Cell(page.words.say("figure.part_of", part=part, whole=whole))


def over_limit(page: Page, line: RuleLine) -> list[str]:
    """For a clinic with too many records set aside: each file over the limit with its own counts and share."""
    limit = line.threshold_pct
    if line.column != QUARANTINED or line.status != "failed" or limit is None:
        return []
    return [
        page.words.say(
            "rules.file_set_aside",
            file=delivery.file,
            quarantined=figures.count(delivery.quarantined),
            records=figures.count(delivery.records),
            share=percent(delivery.quarantined_pct),
            allowed=plain(limit),
        )
        for delivery in page.about.deliveries
        if delivery.clinic_id == line.clinic_id and delivery.state != "published" and delivery.quarantined_pct > limit
    ]


def rows(page: Page, line: RuleLine, value: float | None) -> Cell:
    """One count of rows."""
    return parts.silent(page.words, line.why_empty) if value is None else Cell(figures.count(value))


def share_failed(page: Page, line: RuleLine) -> Cell:
    """The share of failing rows, 0 to 100; none for a rule on whole files, whose limit is on each file."""
    if line.column in OF_A_FILE and line.failed_pct is not None:
        return Cell(page.words.say("rules.by_file"))
    return parts.silent(page.words, line.why_empty) if line.failed_pct is None else Cell(percent(line.failed_pct))


def allowed(page: Page, threshold_pct: float | None, column: str = "") -> Cell:
    """The share of failing rows up to which the rule passes; `any` for what is counted and never judged."""
    if column in OF_A_FILE:
        return Cell(page.words.say(f"rules.allowed_{column}", allowed=plain(threshold_pct or 0)))
    if threshold_pct is None or threshold_pct >= 100:
        return Cell(page.words.say("rules.any_share"))
    return Cell(plain(threshold_pct))


def status(page: Page, state: str) -> Cell:
    """A status in words, with its symbol."""
    return Cell(page.words.name("status", state), numeric=False, mark=state)


def effect(page: Page, code: str) -> Cell:
    """What a failure does, in words."""
    return parts.label(page.words.name("rule_effect", code))


def clinic_name(page: Page, clinic_id: str) -> str:
    """The clinic's name; `all` is the network."""
    return page.words.say("column.network") if clinic_id == ALL else page.about.clinics.get(clinic_id) or clinic_id


def percent(value: float) -> str:
    """Shares of failing rows are small, so one decimal; what is above zero never reads as 0.0, nor a rest as 100.0."""
    if 0 < value < 0.05:
        return "under 0.1"
    return "over 99.9" if 99.95 <= value < 100 else figures.mean(value)


def plain(value: float) -> str:
    """A limit as it was set: 20 or 2.5."""
    return figures.count(value) if value == int(value) else figures.mean(value)


def sentence(text: str) -> str:
    """A remedy or cause of the rule catalogue as a sentence of its own."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""
