"""The table `worsening_watch` before disclosure: everything that shows people worse after the beginning, in one place.

Reliable deterioration, each safety item on its own, serious and suicidal events, courses that ended for a bad reason.
What does not belong here: what a positive answer, an event or a reliable change is (the catalogue, the contract and
judged_pairs.sql say so). A safety item is never prorated, averaged, or left out for being post_session.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.care.windows import Windows
from pipelines.disclosure.limits import Limits
from pipelines.engine import Engine, load_sql
from pipelines.outcomes.columns import finished
from pipelines.outcomes.estimates import ratio, wilson
from pipelines.outcomes.session_tables import coverage_evidence
from pipelines.version import DEFINITION_SET
from pipelines.vocabulary import PRIMARY

# What the row is about: a reliable change, a safety item, an adverse event, a course that ended.
DETERIORATION, SAFETY_ITEM, EVENT, STOPPED = "deterioration", "safety_item", "event", "stopped"
# Measure -> timepoint of the primary scale.
DETERIORATIONS = {"deterioration_end_of_induction": "end_of_induction", "deterioration_last": "last"}
# Measure -> word of `adverse_events.event`; `serious` = any recorded as serious.
EVENTS = {
    "serious_adverse_event": "serious",
    **{event: event for event in ("suicidal_ideation", "suicide_attempt", "self_harm", "death")},
}
# Measure -> word of `courses.stop_reason`.
STOPS = {"stopped_adverse_event": "adverse_event", "stopped_no_benefit": "no_benefit"}

STATISTICS = ("at_baseline", "new", "any", "at_last")
PARTS = ("of_n", "n", "pct", "ci_low", "ci_high")
WATCH_KEY = ("clinic_id", "condition", "route", "measure")
WATCH_COLUMNS = (
    *WATCH_KEY,
    "kind",
    "n_started",
    "patients_n",
    "unanswered_n",
    *(f"{statistic}_{part}" for statistic in STATISTICS for part in PARTS),
    "definition",
    "evidence",
)


def worsening_watch(
    engine: Engine, outcomes: pd.DataFrame, windows: Windows, limits: Limits = Limits()
) -> pd.DataFrame:
    """One row per clinic (or all), condition, route of the first course and measure; sorted by key.

    Needs what `outcome_tables` and `session_tables` leave in the engine, `scored_scores`, `scoring_rules` and the
    validated `adverse_events`; `outcomes` is `outcomes_by_route_condition`, exact. new_n: with the worsening, of those
    in whom it could be known (new_of_n); of a safety item: positive later and not at baseline. Percentages 0 to 100.
    Safety items of scales that nobody in the network was given after the beginning have no row.
    """
    engine.materialise("watched_items", load_sql(__file__, "watched_items"))
    items = engine.frame("SELECT measure FROM watched_items")["measure"]
    kinds = {SAFETY_ITEM: list(items), EVENT: list(EVENTS), STOPPED: list(STOPS)}
    watched = [(measure, kind) for kind, measures in kinds.items() for measure in measures]
    engine.define("watched", pd.DataFrame(watched, columns=["measure", "kind"]))
    engine.define("watched_events", pd.DataFrame({"measure": list(EVENTS), "event": list(EVENTS.values())}))
    engine.define("watched_stops", pd.DataFrame({"measure": list(STOPS), "stop_reason": list(STOPS.values())}))
    counts = engine.frame(
        load_sql(__file__, "worsening_watch"),
        baseline_first_day=windows.baseline_first_day,
        baseline_last_day=windows.baseline_last_day,
    )
    given = counts.loc[counts["patients_n"] > 0, "measure"]
    cells = pd.concat(
        [counts[(counts["kind"] != SAFETY_ITEM) | counts["measure"].isin(given)], *_deterioration(outcomes)],
        ignore_index=True,
    )
    return _with_estimates(cells.sort_values(list(WATCH_KEY), kind="stable", ignore_index=True), limits)


def _deterioration(outcomes: pd.DataFrame) -> list[pd.DataFrame]:
    """Reliable deterioration on the primary scale, with the evidence of its own row of the outcomes."""
    primary = outcomes[outcomes["scale"] == PRIMARY]
    return [
        primary.loc[primary["timepoint"] == timepoint, [*WATCH_KEY[:3], "n_started", "evidence"]].assign(
            measure=measure,
            kind=DETERIORATION,
            patients_n=primary["n_baseline"],
            new_of_n=primary["reliable_deterioration_of_n"].fillna(0),
            new_n=primary["reliable_deterioration_n"].fillna(0),
        )
        for measure, timepoint in DETERIORATIONS.items()
    ]


def _with_estimates(cells: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    # Only a safety item has answers of its own: elsewhere there is nothing at baseline, and nothing to leave open.
    of_items = [f"{each}_{part}" for each in STATISTICS if each != "new" for part in PARTS[:2]]
    asked = cells["kind"].isin((SAFETY_ITEM, STOPPED))
    frame = cells.assign(
        **{column: cells[column].where(cells["kind"] == SAFETY_ITEM) for column in of_items},
        unanswered_n=cells["unanswered_n"].where(asked),
    )
    for name in STATISTICS:
        low, high = wilson(frame[f"{name}_n"].astype(float), frame[f"{name}_of_n"].astype(float))
        frame[f"{name}_pct"] = 100 * ratio(frame[f"{name}_n"].astype(float), frame[f"{name}_of_n"].astype(float))
        frame[f"{name}_ci_low"], frame[f"{name}_ci_high"] = 100 * low, 100 * high
    known = pd.DataFrame({"patients_treated_n": frame["n_started"], "patients_n": frame["new_of_n"]})
    # Recorded is a safety item where those given the scale answered it; anything else could be known of everyone.
    of_item = frame["kind"] == SAFETY_ITEM
    recorded = frame["any_of_n"].where(of_item, frame["new_of_n"]).astype(float)
    share = 100 * ratio(recorded, frame["patients_n"].where(of_item, frame["n_started"]).astype(float))
    own = frame["kind"] == DETERIORATION
    frame["evidence"] = np.where(own, frame["evidence"], coverage_evidence(known.astype(float), share, limits))
    return finished(frame.assign(definition=DEFINITION_SET), WATCH_COLUMNS)
