"""Scores: item answers or stored totals -> one score per administered scale, with what it rests on.

What belongs here: the reading of an instrument's rules by `scoring.sql`. What does not: the rules themselves, which are
data in `pipelines/instruments`, and the choice among several scores, which is `pipelines/care`.
"""

from __future__ import annotations

from pipelines.contract.fields import ITEM_FIELDS, answered_items
from pipelines.engine import Engine, load_sql, quoted
from pipelines.instruments.catalogue import Catalogue, load_catalogue

# Every reason a score can be absent for, in the order they are looked at. Where a form's answers give no score at all,
# the scale's own reason (`NotFromItems` of the catalogue's model) stands in place of `no_answers`; a verdict on several
# scales of which one was not delivered is absent for `part_missing`.
WHY_ABSENT = (
    "scale_not_in_catalogue",
    "item_out_of_range",
    "too_many_items_missing",
    "no_answers",
    "no_total_of_its_own",
    "total_out_of_range",
)


def score(
    engine: Engine, source: str = "scores", into: str = "scored_scores", catalogue: Catalogue | None = None
) -> int:
    """Make table `into` from score table `source` (`scores` or `reference_scores`); return its row count.

    One row per row of `source` and outcome scale it gives: `score` in points of the scale, 6 decimals, half away from
    zero, empty with a reason in `why_absent` (see `WHY_ABSENT`); `items_used` (answered items, empty from a total),
    `prorated`, `from_total`, `safety_item_unanswered`, `safety_item_positive` (empty where nobody can tell), and
    `safety_answers`: of each safety item of the scale whether its answer asks for attention, empty if unanswered.

    Items go before a stored total: with any item of the scale answered, its missing-item rule alone decides. A total
    counts where no item is answered; one declared to be of another form (`scale_form`) is brought to the scale's own
    by the factor.

    Raises:
        EngineError: when `source` lacks a column of `scores`.
    """
    (catalogue or load_catalogue()).define_in(engine)
    engine.execute(f"CREATE OR REPLACE TEMP VIEW score_rows AS SELECT * FROM {quoted(source)}")
    answered = ", ".join(answered_items(engine.filled("score_rows", ITEM_FIELDS)))
    engine.materialise(into, load_sql(__file__, "scoring").replace("/* items */", answered))
    engine.execute("DROP VIEW score_rows")
    verdicts = load_sql(__file__, "scoring_parts").replace("/* scored */", quoted(into))
    engine.execute(f"INSERT INTO {quoted(into)} {verdicts}")
    return int(engine.value(f"SELECT count(*) FROM {quoted(into)}"))
