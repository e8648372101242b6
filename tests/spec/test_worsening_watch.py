"""The worsening watch: hand-worked patients, a pandas twin over generated ones, and what a small group may show.

Scores are delivered as items and scored by the product's catalogue, so that a safety item is the catalogue's own.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from pipelines.care.courses import derive_care
from pipelines.care.windows import Windows
from pipelines.contract.tables import TABLES
from pipelines.disclosure.policy import release
from pipelines.engine import load_sql
from pipelines.outcomes import session_tables
from pipelines.outcomes.tables import outcome_tables
from pipelines.outcomes.worsening_watch import WATCH_KEY, worsening_watch
from pipelines.scoring import score
from tests.care_tables import SCORE_DEFAULTS, define
from tests.score_rows import answers
from tests.session_rows import Row, session_network

ITEM_9 = "phq9_item_9"
COUNTS = ("patients_n", "unanswered_n", "at_baseline_of_n", "at_baseline_n", "new_of_n", "new_n", "any_of_n", "any_n")


def phq9(patient: str, day: int, item_9: int | None, administration: str = "unspecified", others: int = 1) -> Row:
    given = answers(*[others] * 8, item_9)
    return {"patient_id": patient, "scale": "phq9", "score_day": day, "administration": administration, **given}


def sessions(patient: str, *days: int, **more: Any) -> list[Row]:
    return [{"patient_id": patient, "session_day": day, **more} for day in days]


def watch(
    given: Sequence[Row], scores: Sequence[Row], events: Sequence[Row] = (), courses: Sequence[Row] = ()
) -> pd.DataFrame:
    engine = session_network(list(given), [], list(events), [], list(courses))
    types = {field.name: field.sql_type for field in TABLES["scores"].fields}
    define(engine, "scores", types | {"receipt": "INTEGER", "row_number": "BIGINT"}, list(scores), **SCORE_DEFAULTS)
    score(engine)
    derive_care(engine, Windows())
    outcomes = outcome_tables(engine, Windows(), {})["outcomes_by_route_condition"]
    engine.materialise("session_facts", load_sql(session_tables.__file__, "session_facts"))
    return worsening_watch(engine, outcomes, Windows())


def row_of(frame: pd.DataFrame, measure: str, **key: str) -> dict[str, Any]:
    key = {"clinic_id": "c01", "condition": "trd", "route": "all", "measure": measure} | key
    found = frame[(frame[list(key)] == pd.Series(key)).all(axis=1)]
    assert len(found) == 1
    return {str(name): value for name, value in found.iloc[0].items()}


def counts(frame: pd.DataFrame, measure: str = ITEM_9, columns: Sequence[str] = COUNTS) -> list[Any]:
    row = row_of(frame, measure)
    return [None if pd.isna(row[name]) else int(row[name]) for name in columns]


# Patient -> its answers to item 9 as (day, answer, administration), then what it counts as in COUNTS.
BEFORE, TOLD = (-3, 0, "baseline"), "unspecified"
PATIENTS: dict[str, tuple[list[tuple[int, int | None, str]], tuple[int, ...]]] = {
    "newly positive": ([BEFORE, (20, 2, TOLD)], (1, 0, 1, 0, 1, 1, 1, 1)),
    "never positive": ([BEFORE, (20, 0, TOLD)], (1, 0, 1, 0, 1, 0, 1, 0)),
    "positive before and after": ([(-3, 1, "baseline"), (20, 3, TOLD)], (1, 0, 1, 1, 0, 0, 1, 1)),
    "positive for a while": ([BEFORE, (20, 1, TOLD), (90, 0, "follow_up")], (1, 0, 1, 0, 1, 1, 1, 1)),
    "item left out later": ([BEFORE, (20, None, TOLD)], (1, 1, 1, 0, 0, 0, 0, 0)),
    "no baseline": ([(20, 1, TOLD)], (1, 0, 0, 0, 0, 0, 1, 1)),
    "nothing later": ([(-3, 1, "baseline")], (0, 0, 1, 1, 0, 0, 0, 0)),
    # Right after a session no score is eligible, but a safety item is never left out.
    "after the first session": ([(0, 0, "pre_session"), (0, 2, "post_session")], (1, 0, 1, 0, 1, 1, 1, 1)),
    "after a later session": ([(0, 0, "pre_session"), (4, 1, "post_session")], (1, 0, 1, 0, 1, 1, 1, 1)),
    "baseline too old": ([(-40, 0, "baseline"), (20, 1, TOLD)], (1, 0, 0, 0, 0, 0, 1, 1)),
    "the last baseline counts": ([(-9, 0, TOLD), (-2, 1, TOLD), (20, 1, TOLD)], (1, 0, 1, 1, 0, 0, 1, 1)),
    "in the next course": ([BEFORE, (20, 0, TOLD), (400, 2, TOLD)], (1, 0, 1, 0, 1, 0, 1, 0)),
}


@pytest.fixture(scope="module")
def each_patient() -> pd.DataFrame:
    """Every patient in a clinic of its own."""
    given, scores = [], []
    for number, (told, _) in enumerate(PATIENTS.values()):
        of = {"clinic_id": f"c{number:02d}"}
        given += sessions("p1", 0, 4, 8, **of) + (sessions("p1", 400, **of) if told[-1][0] == 400 else [])
        scores += [phq9("p1", *each) | of for each in told]
    return watch(given, scores)


@pytest.mark.parametrize("patient", list(PATIENTS))
def test_a_safety_item_is_followed_on_its_own(patient: str, each_patient: pd.DataFrame) -> None:
    clinic = f"c{list(PATIENTS).index(patient):02d}"
    row = row_of(each_patient, ITEM_9, clinic_id=clinic)
    assert tuple(row[name] for name in COUNTS) == PATIENTS[patient][1]


def test_the_last_answer_tells_who_is_positive_now() -> None:
    given = [*sessions("p1", 0), *sessions("p2", 0), *sessions("p3", 0)]
    scores = [phq9("p1", 20, 1), phq9("p1", 60, 0), phq9("p2", 20, 0), phq9("p2", 60, 1), phq9("p3", 20, 3)]
    scores.append(phq9("p3", 60, None))
    row = row_of(watch(given, scores), ITEM_9)
    assert [row["at_last_of_n"], row["at_last_n"], row["any_n"]] == [3, 2, 3]


def test_an_answer_counts_where_the_form_gives_no_score() -> None:
    few = {"patient_id": "p1", "scale": "phq9", "score_day": 20, **answers(None, None, None, None, 1, 1, 1, 1, 2)}
    frame = watch(sessions("p1", 0), [phq9("p1", -1, 0), few])
    assert counts(frame) == [1, 0, 1, 0, 1, 1, 1, 1]


def test_a_stored_total_leaves_the_item_unanswered() -> None:
    total = {"patient_id": "p1", "scale": "phq9", "score_day": 20, "total": 12}
    assert counts(watch(sessions("p1", 0), [phq9("p1", -1, 0), total])) == [1, 1, 1, 0, 0, 0, 0, 0]


def test_every_safety_item_of_a_form_has_a_row_of_its_own() -> None:
    def screen(day: int, **positive: int) -> Row:
        found = answers(*[0] * 7) | positive
        return {"patient_id": "p1", "scale": "cssrs_screen", "score_day": day, **found}

    frame = watch(sessions("p1", 0), [screen(-1), screen(10, item_04=1), screen(20, item_05=1)])
    measures = {name for name in frame["measure"] if name.startswith("cssrs")}
    assert measures == {f"cssrs_screen_item_{number}" for number in (4, 5, 6, 7)}
    newly = {name[-1]: row_of(frame, name)["new_n"] for name in measures}
    assert newly == {"4": 1, "5": 1, "6": 0, "7": 0}
    assert row_of(frame, "cssrs_screen_item_4")["at_last_n"] == 0


def test_events_count_from_the_first_session_until_the_next_course() -> None:
    asked = {"ae_assessed": True}
    given = [*sessions("p1", 0, 4, 400, **asked), *sessions("p2", 0, **asked), *sessions("p3", 0), *sessions("p4", 0)]
    given += sessions("p5", 0, clinic_id="c02", **asked)
    events = [
        {"patient_id": "p1", "session_day": 0, "event": "suicidal_ideation", "serious": False},
        {"patient_id": "p1", "session_day": 400, "event": "self_harm", "serious": True},
        # Nobody was recorded to have asked, and yet it is known.
        {"patient_id": "p3", "session_day": 9, "event": "nausea", "serious": True},
    ]
    frame = watch(given, [], events)
    columns = ("n_started", "patients_n", "new_of_n", "new_n")
    assert counts(frame, "suicidal_ideation", columns) == [4, 2, 2, 1]
    assert counts(frame, "self_harm", columns) == [4, 2, 2, 0]
    assert counts(frame, "serious_adverse_event", columns) == [4, 3, 3, 1]
    # Asked, at a clinic that never delivered an event: nothing is known of p5.
    assert row_of(frame, "death", clinic_id="all")["patients_n"] == 2


def test_courses_that_ended_for_a_bad_reason_are_of_those_whose_reason_is_known() -> None:
    reasons = ["adverse_event", "no_benefit", "no_benefit", "unknown", "completed_plan", None]
    patients = [f"p{number}" for number in range(len(reasons))]
    given = [session for patient in patients for session in sessions(patient, 0)]
    courses = [{"patient_id": p, "stop_reason": why} for p, why in zip(patients, reasons, strict=True)]
    frame = watch(given, [], [], courses)
    columns = ("n_started", "patients_n", "unanswered_n", "new_of_n", "new_n")
    assert counts(frame, "stopped_adverse_event", columns) == [6, 5, 1, 4, 1]
    assert counts(frame, "stopped_no_benefit", columns) == [6, 5, 1, 4, 2]


def test_deterioration_is_that_of_the_outcomes_on_the_primary_scale() -> None:
    given = [session for number in range(3) for session in sessions(f"p{number}", 0)]
    # PHQ-9 totals 8 before; 16 (worse by 8), 8 and 0 after: a reliable change is 6 points.
    scores = [phq9(f"p{number}", -1, 0) for number in range(3)]
    scores += [phq9(f"p{number}", 14, 0, others=others) for number, others in enumerate((2, 1, 0))]
    frame = watch(given, scores)
    for measure in ("deterioration_end_of_induction", "deterioration_last"):
        row = row_of(frame, measure)
        assert [row["kind"], row["patients_n"], row["new_of_n"], row["new_n"]] == ["deterioration", 3, 3, 1]
        # Wilson of 1 of 3, by hand: (1/3 + z2/6 -+ z sqrt(2/27 + z2/36)) / (1 + z2/3), z = 1.959964.
        assert (row["new_ci_low"], row["new_ci_high"]) == pytest.approx((6.149194, 79.234), abs=2e-3)


# ---- a second reading, patient by patient ----


PEOPLE = 150


def generated(seed: int) -> tuple[list[Row], list[Row]]:
    dice = random.Random(seed)
    given: list[Row] = []
    scores: list[Row] = []
    for number in range(PEOPLE):
        who = {"clinic_id": dice.choice(["c01", "c02"]), "patient_id": f"p{number}"}
        start = dice.choice([0] * 6 + [3])
        starts = [start, start + 300] if dice.random() < 0.3 else [start]
        condition = dice.choice(["trd", "anxiety"])
        given += [{**who, "session_day": day, "condition": condition} for day in starts]
        places = {
            (dice.choice([-35, -30, -2, 0, 5, 20, 299, 300, 301]) + start, dice.choice(ADMINISTRATIONS))
            for _ in range(dice.randint(0, 7))
        }
        scores += [
            {**phq9(who["patient_id"], day, dice.choice([0, 0, 1, 3, None]), how), **who} for day, how in sorted(places)
        ]
    return given, scores


ADMINISTRATIONS = ("baseline", "pre_session", "post_session", "follow_up", "unspecified")


def twin(given: list[Row], scores: list[Row]) -> dict[tuple[str, str], list[int]]:
    """(clinic, condition) -> COUNTS of item 9, from the definition, one patient at a time."""
    frame = pd.DataFrame(scores, columns=["clinic_id", "patient_id", "score_day", "administration", "item_09"])
    cells: dict[tuple[str, str], list[int]] = {}
    days = pd.DataFrame(given).groupby(["clinic_id", "patient_id", "condition"])["session_day"]
    for (clinic, patient, condition), held in days:
        starts = sorted(held)
        # A first course that did not begin on day 0 began before the data: the second one is the first that counts.
        previous = starts.pop(0) if starts[0] > 0 else -(10**6)
        if not starts:
            continue
        start, end = starts[0], starts[1] if len(starts) > 1 else 10**6
        own = frame[(frame["clinic_id"] == clinic) & (frame["patient_id"] == patient)]
        own = own[(own["score_day"] < end) & (own["score_day"] > previous)]
        own = own.assign(day=own["score_day"] - start)
        early = (own["day"] < 0) | (
            (own["day"] == 0) & own["administration"].isin(["pre_session", "baseline", "unspecified"])
        )
        before = own[early & (own["administration"] != "post_session") & (own["day"] >= -30)].dropna()
        later = own[~early]
        told = later.dropna()
        baseline = None
        if len(before):
            baseline = bool((before[before["day"] == before["day"].max()]["item_09"] >= 1).any())
        positive = bool((told["item_09"] >= 1).any())
        at_risk = baseline is False and len(told) > 0
        mine = [
            len(later) > 0,
            len(later) > 0 and not len(told),
            baseline is not None,
            bool(baseline),
            at_risk,
            at_risk and positive,
            len(told) > 0,
            positive,
        ]
        for cell in ((clinic, condition), ("all", condition), (clinic, "all"), ("all", "all")):
            cells[cell] = [a + int(b) for a, b in zip(cells.get(cell, [0] * len(COUNTS)), mine, strict=True)]
    return cells


@pytest.mark.parametrize("seed", [1, 2])
def test_every_cell_agrees_with_a_second_reading(seed: int) -> None:
    given, scores = generated(seed)
    frame = watch(given, scores)
    expected = twin(given, scores)
    found = frame[(frame["measure"] == ITEM_9) & (frame["route"] == "all")]
    shown = {
        (row["clinic_id"], row["condition"]): [int(row[name]) for name in COUNTS] for row in found.to_dict("records")
    }
    assert shown == expected


# ---- what may be shown ----


def exact(**changed: float) -> pd.DataFrame:
    counted = {"n_started": 60, "patients_n": 50, "unanswered_n": 2, "at_baseline_of_n": 55, "at_baseline_n": 20}
    counted |= {"new_of_n": 30, "new_n": 2, "any_of_n": 48, "any_n": 9, "at_last_of_n": 48, "at_last_n": 6} | changed
    figures = {
        f"{name}_{part}": 10.0
        for name in ("at_baseline", "new", "any", "at_last")
        for part in ("pct", "ci_low", "ci_high")
    }
    key = dict(zip(WATCH_KEY, ("c01", "trd", "iv", ITEM_9), strict=True))
    words = {"kind": "safety_item", "definition": "kap-outcomes@1", "evidence": "reportable"}
    return pd.DataFrame([{**key, **words, **counted, **figures}])


LATER = ["any_n", "any_pct", "at_last_n", "at_last_pct", "new_n", "new_pct"]
WITHHELD = {
    "nothing small": ({}, []),
    "few began": ({"n_started": 4}, ["n_started", "patients_n", "at_baseline_n", *LATER]),
    "few were given the scale": (
        {"patients_n": 3, "any_of_n": 3, "at_last_of_n": 3, "new_of_n": 2},
        [*LATER, "unanswered_n", "any_of_n", "at_last_of_n", "new_of_n"],
    ),
    "few were at risk": ({"new_of_n": 4}, LATER),
    "few answered at baseline": ({"at_baseline_of_n": 2}, ["at_baseline_n", "at_baseline_pct", "new_of_n", *LATER]),
    "few answered later": ({"any_of_n": 4, "at_last_of_n": 4}, LATER),
}


@pytest.mark.parametrize("case", list(WITHHELD))
def test_a_small_group_withholds_its_numerators_and_what_would_give_them_back(case: str) -> None:
    changed, expected = WITHHELD[case]
    row = release("worsening_watch", exact(**changed)).frame.iloc[0]
    why = dict(part.split(":") for part in str(row["empty_because"]).split(";") if part)
    assert set(expected) <= set(why) and set(why.values()) <= {"withheld"}
    assert row[list(why)].isna().all()
    assert bool(why) == bool(expected)
    if case == "few were at risk":
        assert row["evidence"] == "reportable" and row["at_baseline_n"] == 20
