"""Laws of the contrasts on generated networks: everyone is in one group and in `all`; groups as a twin makes them."""

from __future__ import annotations

import random

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipelines.care.windows import Windows
from pipelines.outcomes.columns import is_count
from pipelines.outcomes.contrasts import CONTRAST_TIMEPOINTS, CONTRASTS, contrast_tables
from pipelines.outcomes.session_tables import session_tables
from pipelines.outcomes.tables import OUTCOME_KEY, outcome_tables
from tests.budget import examples
from tests.property.test_session_tables_agree_with_a_twin import generated
from tests.session_rows import Row, session_network
from tests.session_twin import started_in_groups

PRESENCES = ("group", "group", "group", "none", None)
OTHERS = [name for name in OUTCOME_KEY if name != "route"]

OF_EVERYONE = ("n_started", "n_due", "n_courses", "n_completed_induction")


def network(seed: int) -> tuple[dict[str, list[Row]], list[Row]]:
    """Sessions and contacts with presence, and PHQ-9 scores around them."""
    dice, made = random.Random(seed), generated(seed)
    for session in made["sessions"]:
        session["therapist_presence"] = dice.choice(PRESENCES)
    people = sorted({(session["clinic_id"], session["patient_id"]) for session in made["sessions"]})
    scores = [
        {"clinic_id": clinic, "patient_id": patient, "score_day": day, "score": dice.randint(0, 27)}
        for clinic, patient in people
        for day in sorted(dice.sample((-1, 0, 10, 20, 28, 40, 85, 100, 200), 6))
    ]
    return made, scores


@given(st.integers(0, 10**6))
@examples(5)
def test_the_groups_are_the_twin_s_and_add_up_to_all_which_is_that_of_the_routes(seed: int) -> None:
    made, scores = network(seed)
    engine = session_network(made["sessions"], made["contacts"], scores=scores)
    by_route = outcome_tables(engine, Windows(), {})["outcomes_by_route_condition"]
    session_tables(engine)
    tables = contrast_tables(engine, Windows())
    of_all = by_route[(by_route["route"] == "all") & by_route["timepoint"].isin(CONTRAST_TIMEPOINTS)]
    expected = started_in_groups(made["sessions"], made["contacts"])
    for name, group in CONTRASTS.items():
        frame = tables[name]
        is_all = frame[group] == "all"
        assert frame[is_all].drop(columns=[group, "adjusted"]).to_csv(index=False) == (
            of_all.drop(columns="route").to_csv(index=False)
        )
        # A group without a baseline on a scale has no row of that scale; everyone is in the rows of `primary`.
        is_primary = frame["scale"] == "primary"
        for rows, left_out in ((is_primary, ()), (~is_primary, OF_EVERYONE)):
            counts = [name for name in frame if is_count(str(name)) and name not in left_out]
            summed = frame[~is_all & rows].groupby(OTHERS)[counts].sum()
            whole = frame[is_all & rows].set_index(OTHERS)[counts].fillna(0).sort_index()
            pd.testing.assert_frame_equal(summed, whole)
        at_month_3 = frame[is_primary & (frame["timepoint"] == "month_3")]
        started = at_month_3.set_index(["clinic_id", "condition", group])["n_started"]
        assert started.to_dict() == expected[group]
