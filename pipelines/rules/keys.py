"""Rules on what makes a record usable at all: its form, its key, its clinic."""

from __future__ import annotations

from pipelines.contract.tables import TABLES
from pipelines.rules.rule import NONE_REASON, Rule

_EVERY_TABLE = tuple((table, "") for table in TABLES)

RULES: tuple[Rule, ...] = (
    Rule(
        code="KAP-K01",
        group="keys",
        level="row",
        kahn="conformance",
        subcategory="value",
        context="verification",
        effect="quarantines",
        threshold_pct=0,
        threshold_reason=NONE_REASON,
        sentence="Every row has as many cells as the header.",
        cause="a delimiter, quote or line break inside a cell that was not quoted",
        remedy="export the file again with every text cell quoted",
        applies=_EVERY_TABLE,
        over="delivered",
        violation="malformed",
        malformed_too=True,
    ),
    Rule(
        code="KAP-K02",
        group="keys",
        level="field",
        kahn="completeness",
        subcategory="none",
        context="verification",
        effect="quarantines",
        threshold_pct=0,
        threshold_reason=NONE_REASON,
        sentence="A required value is present.",
        cause="the cell was left empty in the source system, or the mapping names another column",
        remedy="fill the value in at the source, or correct the mapping",
        applies=tuple((table.name, column) for table in TABLES.values() for column in table.required),
        over="delivered",
        population="NOT list_contains(damaged, '{column}') AND NOT list_contains(unknown, '{column}')",
        violation='"{column}" IS NULL',
    ),
    Rule(
        code="KAP-K03",
        group="keys",
        level="row",
        kahn="conformance",
        subcategory="relational",
        context="verification",
        effect="quarantines",
        threshold_pct=0,
        threshold_reason=NONE_REASON,
        sentence="The clinic named in a record is the clinic whose folder the file lies in.",
        cause="a file in the wrong clinic's folder, or one export of several clinics",
        remedy="split the export by clinic and put each file in its own folder",
        applies=tuple((table, "clinic_id") for table in TABLES),
        over="delivered",
        population="NOT list_contains(damaged, 'clinic_id')",
        # The folder's name is the only word the column may hold, so typing lists another one as unknown.
        violation="list_contains(unknown, 'clinic_id')",
    ),
    Rule(
        code="KAP-V05",
        group="keys",
        level="table",
        kahn="plausibility",
        subcategory="uniqueness",
        context="verification",
        effect="quarantines",
        threshold_pct=0,
        threshold_reason=NONE_REASON,
        sentence="One file holds one content for one key and version.",
        cause="a record was exported twice, before and after an edit, without a version",
        remedy="keep the right one, or give record_version",
        applies=_EVERY_TABLE,
        over="delivered",
        violation="list_contains(quarantined_by, 'KAP-V05')",
        at_intake=False,
    ),
)
