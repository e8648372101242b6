"""Rules on what a clinic's pending deliveries look like beside those that stand: its own history, no other clinic's.

The relation judged (`evaluated_drift`): one row per thing compared, made by `drift_select`. Volume is judged on the
deliveries themselves, by the sizes that the ledger keeps. Every limit is a proposal. A clinic that delivers nothing at
all cannot be judged here: the page on quality tells since when nothing has arrived.
"""

from __future__ import annotations

from pipelines.contract.fields import ITEM_FIELDS
from pipelines.contract.tables import TABLES, WITHDRAWALS
from pipelines.engine import Engine, load_sql, quoted
from pipelines.rules.rule import COUNT_REASON, Over, Rule

# So many rows on either side are compared at all.
COMPARED_FROM_N = 30
EARLIER_DELIVERIES_N = 3
VOLUME_FACTOR = 3
COMPLETENESS_POINTS = 20
# Half a standard deviation: the distance at which clinical.md section 3 stops comparing baselines.
MEAN_SHIFT_SD = 0.5
SPREAD_FACTOR = 2
SILENT_FROM_PCT = 5
# A count of scores in the upper half of a scale is kept from so many scores on.
KEPT_FROM_N = 11
# Ends the name of such a count in the profile that the ledger keeps.
UPPER_HALF = "_upper_half"

DRIFT_REASON = "one field or scale that moves so far from the clinic's own history is worth a look (proposal)"
_BOTH = f"old_n >= {COMPARED_FROM_N} AND new_n >= {COMPARED_FROM_N}"
_HOUSEKEEPING = {"clinic_id", "record_version", "record_status", "scale_form", "reference_group", *ITEM_FIELDS}
_SHIFT = "abs(new_mean - old_mean) / old_sd"


def _drift(
    code: str,
    column: str,
    sentence: str,
    cause: str,
    remedy: str,
    population: str,
    violation: str,
    *,
    over: Over = "drift",
    counted: bool = False,
) -> Rule:
    return Rule(
        code=code,
        group="deliveries",
        level="table",
        kahn="plausibility",
        subcategory="temporal",
        context="validation",
        effect="informs" if counted else "warns",
        threshold_pct=100 if counted else 0,
        threshold_reason=COUNT_REASON if counted else DRIFT_REASON,
        sentence=sentence,
        cause=cause,
        remedy=remedy,
        applies=(("deliveries", column),),
        over=over,
        population=population,
        violation=violation,
    )


RULES: tuple[Rule, ...] = (
    _drift(
        "KAP-D21",
        "records_n",
        "A delivery holds between a third of and three times the records of the table's deliveries before it (median).",
        "a part of the export, two periods at once, or rows repeated",
        "compare the file with the source; nothing where the clinic grew or closed for a while",
        f"earlier_deliveries_n >= {EARLIER_DELIVERIES_N} AND records_n > 0",
        f"records_n * {VOLUME_FACTOR} < earlier_median_n OR records_n > {VOLUME_FACTOR} * earlier_median_n",
        over="deliveries",
    ),
    _drift(
        "KAP-D22",
        "completeness",
        f"No field is filled in less often than before by more than {COMPLETENESS_POINTS} percentage points.",
        "a column renamed or left out of the export, or a question no longer asked",
        "map the column, or ask again; the reviewer's report names the field",
        f"kind = 'completeness' AND {_BOTH}",
        f"100.0 * old_filled / old_n - 100.0 * new_filled / new_n > {COMPLETENESS_POINTS}",
    ),
    _drift(
        "KAP-D23",
        "baseline_mean",
        f"The mean baseline of a scale moves by at most {MEAN_SHIFT_SD} of its standard deviation.",
        "another group of patients, another version or form of the scale, or items in another order",
        "check the scale's version and the mapping; nothing where the clinic's patients changed",
        f"kind = 'baseline' AND {_BOTH} AND old_sd > 0",
        f"{_SHIFT} > {MEAN_SHIFT_SD}",
    ),
    _drift(
        "KAP-D24",
        "baseline_spread",
        f"The spread of a scale's baselines is at most {SPREAD_FACTOR} times, or half, of what it was.",
        "values copied or filled in by default, or two versions of the scale mixed",
        "look at the distribution of the new scores in the source",
        # What has moved is told by KAP-D23.
        f"kind = 'baseline' AND {_BOTH} AND old_sd > 0 AND {_SHIFT} <= {MEAN_SHIFT_SD}",
        f"new_sd > {SPREAD_FACTOR} * old_sd OR {SPREAD_FACTOR} * new_sd < old_sd",
    ),
    _drift(
        "KAP-D25",
        "scale",
        "A scale that the clinic used to give is among the new scores.",
        "the scale was dropped, renamed, or left out of the export",
        "map the scale's new name, or deliver it; nothing where it is no longer given",
        f"kind = 'scale' AND old_n >= {COMPARED_FROM_N} AND new_all_n >= {COMPARED_FROM_N} "
        f"AND 100 * old_n >= {SILENT_FROM_PCT} * old_all_n",
        "new_n = 0",
    ),
    _drift(
        "KAP-D26",
        "table",
        "A table that the clinic used to deliver comes with the others.",
        "the table is delivered at another time, or was left out of the export",
        "deliver the table; nothing where it comes later",
        f"kind = 'table' AND old_n >= {COMPARED_FROM_N} AND new_all_n >= {COMPARED_FROM_N}",
        "new_n = 0",
        counted=True,
    ),
)


def drift_select(engine: Engine) -> str:
    """SELECT of what is compared: kind, table_name, measured, and the numbers before (old_) and now (new_).

    kind: `completeness` of a column, `baseline` scores of a scale, a `scale` and a `table` by their numbers of records.
    Needs the usable records of every table, pending_deliveries and scale_limits.
    """
    tables = [table for table in TABLES if table != WITHDRAWALS.name]
    completeness = "\nUNION ALL BY NAME\n".join(_completeness(engine, table) for table in tables)
    return load_sql(__file__, "drift").replace("/* completeness */", completeness)


def profile(engine: Engine, compared: str) -> list[dict[str, object]]:
    """Value-free counts of the pending records, for the ledger: table_name, measured, counted_n of rows_n.

    Of each column how many are filled; of each scale how many baselines lie in its upper half, from KEPT_FROM_N on.
    """
    columns = ("table_name", "measured", "counted_n", "rows_n")
    rows = engine.rows(
        f"SELECT table_name, CASE kind WHEN 'baseline' THEN measured || '{UPPER_HALF}' ELSE measured END, "
        f"new_filled, new_n FROM {quoted(compared)} "
        "WHERE kind = 'completeness' AND new_n > 0 OR kind = 'baseline' AND new_n >= $kept_from_n ORDER BY ALL",
        kept_from_n=KEPT_FROM_N,
    )
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _completeness(engine: Engine, table: str) -> str:
    """SELECT of the completeness of the columns of a table that any rule reads, and of the number of its records."""
    described = {str(row[0]) for row in engine.rows(f"DESCRIBE usable_{table}")}
    columns = [column for column in TABLES[table].columns if column in described - _HOUSEKEEPING]
    filled = ", ".join(f"count({quoted(column)}) AS {quoted(column)}" for column in columns)
    parts = ", ".join(
        f"{{'measured': '{column}', 'old_filled': coalesce(sum({quoted(column)}) FILTER (NOT is_new), 0)::BIGINT, "
        f"'new_filled': coalesce(sum({quoted(column)}) FILTER (is_new), 0)::BIGINT}}"
        for column in columns
    )
    is_new = "coalesce(receipt IN (SELECT receipt FROM pending_deliveries), TRUE)"
    return (
        f"SELECT '{table}' AS table_name, unnest(parts, recursive := TRUE), old_n, new_n FROM (\n"
        f"SELECT [{parts}] AS parts, coalesce(sum(rows_n) FILTER (NOT is_new), 0)::BIGINT AS old_n,\n"
        f"coalesce(sum(rows_n) FILTER (is_new), 0)::BIGINT AS new_n\n"
        f"FROM (SELECT {is_new} AS is_new, count(*) AS rows_n, {filled} FROM usable_{table} GROUP BY is_new))"
    )
