"""Where a course, its induction, a baseline and a timepoint begin and end: both sides of each edge."""

from __future__ import annotations

import pytest

from pipelines.care.windows import Windows
from tests.care_tables import network, scores_on, sessions_on


def baseline(engine, course=1, scale="phq9"):
    return engine.value(
        "SELECT baseline FROM baselines WHERE course_number = $course AND scale = $scale", course=course, scale=scale
    )


def timepoint(engine, name, scale="phq9"):
    return engine.value(
        "SELECT score FROM timepoint_scores WHERE course_number = 1 AND timepoint = $name AND scale = $scale",
        name=name,
        scale=scale,
    )


def course(engine, column, number=1):
    return engine.value(f"SELECT {column} FROM courses_of_care WHERE course_number = $number", number=number)


@pytest.mark.parametrize(("gap_days", "courses"), [(180, 1), (181, 2)])
def test_a_gap_over_180_days_starts_a_new_course(gap_days, courses):
    engine = network(sessions_on(0, gap_days))
    assert engine.value("SELECT max(course_number) FROM course_sessions") == courses
    assert engine.value("SELECT count(*) FROM courses_of_care") == courses


def test_a_course_counts_its_days_from_its_own_first_session():
    engine = network(sessions_on(0, 3, 200, 207))
    assert engine.rows("SELECT course_number, session_number, c_day FROM course_sessions ORDER BY session_day") == [
        (1, 1, 0),
        (1, 2, 3),
        (2, 1, 0),
        (2, 2, 7),
    ]


@pytest.mark.parametrize(
    ("days", "last_c_day"),
    [
        ([0, 14, 28, 42], 42),  # c-day 42 is still induction
        ([0, 14, 28, 42, 43], 42),  # c-day 43 is maintenance
        ([0, 14], 14),  # a gap of 14 days goes on
        ([0, 15], 0),  # a gap of 15 days closes
        ([0, 3, 20, 23], 3),  # and nothing after the gap reopens it
        (list(range(12)), 11),  # twelve sessions
        (list(range(13)), 11),  # the thirteenth is maintenance
    ],
)
def test_induction_ends_at_c_day_42_the_12th_session_or_before_a_gap_of_15_days(days, last_c_day):
    assert course(network(sessions_on(*days)), "induction_last_c_day") == last_c_day


@pytest.mark.parametrize(("days", "completed"), [([0, 3, 6], False), ([0, 3, 6, 9], True), ([0, 3, 6, 30], False)])
def test_induction_is_completed_with_four_sessions_of_it(days, completed):
    assert course(network(sessions_on(*days)), "induction_completed") is completed


@pytest.mark.parametrize(
    ("routes", "route"),
    [
        (["iv"] * 4 + ["im"], "iv"),  # 80 % exactly
        (["iv"] * 3 + ["im"], "mixed"),  # 75 %
        (["iv"] * 11 + ["im"] * 2, "iv"),  # the 13th session is maintenance: 11 of 12
    ],
)
def test_a_course_has_the_route_of_80_percent_of_its_induction(routes, route):
    engine = network([{"session_day": day, "route": given} for day, given in enumerate(routes)])
    assert course(engine, "route") == route


def test_intranasal_esketamine_is_a_route_of_its_own():
    rows = [{"session_day": day, "route": "intranasal", "drug": drug} for day, drug in enumerate(["esketamine"] * 3)]
    assert course(network(rows), "route") == "intranasal_esketamine"
    rows[0]["drug"] = "ketamine"
    assert course(network(rows), "route") == "mixed"


def test_the_condition_is_the_first_stated_one_and_later_ones_are_secondary():
    engine = network(
        [
            {"session_day": 0, "condition": None},
            {"session_day": 3, "condition": "ptsd"},
            {"session_day": 6, "condition": "trd"},
        ]
    )
    assert course(engine, "condition") == "ptsd"
    assert course(engine, "secondary_conditions") == ["trd"]
    assert engine.rows("FROM held_out") == [("c01", 1, 0, 0, 1)]


def test_a_delivered_course_wins_over_its_sessions_for_the_condition():
    engine = network(
        sessions_on(0, 3, course_id="a", condition="trd"),
        courses=[{"course_id": "a", "condition": "ocd", "followed_through": "week_4"}],
    )
    assert course(engine, "condition") == "ocd"
    assert course(engine, "secondary_conditions") == ["trd"]
    assert course(engine, "followed_through") == "week_4"


def test_a_course_row_without_id_gives_all_courses_its_condition_but_none_its_follow_up():
    row = [{"condition": "ocd", "followed_through": "month_3"}]
    one = network(sessions_on(0, 3), courses=row)
    assert course(one, "followed_through") == "month_3"
    two = network(sessions_on(0, 300), courses=row)
    assert two.rows("SELECT condition, followed_through FROM courses_of_care") == [("ocd", None)] * 2


def test_a_course_id_that_no_session_bears_is_as_good_as_none():
    engine = network(sessions_on(0, 3), courses=[{"course_id": "elsewhere", "condition": "ocd"}])
    assert course(engine, "condition") == "ocd"


def test_a_delivered_id_links_rows_and_cuts_no_courses():
    engine = network(
        [{"session_day": 0, "course_id": "a"}, {"session_day": 7, "course_id": "b"}],
        courses=[{"course_id": "b", "condition": "ocd"}, {"course_id": "a", "condition": "ptsd"}],
    )
    assert engine.rows("SELECT course_number, condition FROM courses_of_care") == [(1, "ptsd")]


def test_a_course_without_condition_is_held_out_and_counted():
    engine = network(sessions_on(0, condition=None))
    assert engine.rows("FROM held_out") == [("c01", 1, 1, 0, 0)]


@pytest.mark.parametrize(("first_day", "truncated"), [(0, False), (1, True)])
def test_a_patient_whose_first_session_is_after_day_0_has_a_left_truncated_first_course(first_day, truncated):
    engine = network(sessions_on(first_day, first_day + 300))
    assert course(engine, "left_truncated") is truncated
    assert course(engine, "left_truncated", 2) is False


@pytest.mark.parametrize(
    ("day", "administration", "eligible"),
    [
        (5, "post_session", False),  # never
        (7, "pre_session", True),  # a dosing day: only pre_session
        (7, "follow_up", False),
        (7, "baseline", False),
        (7, "unspecified", False),
        (0, "pre_session", True),  # c-day 0: also baseline and unspecified
        (0, "baseline", True),
        (0, "unspecified", True),
        (0, "follow_up", False),
        (5, "pre_session", True),  # another day: everything else
        (5, "follow_up", True),
        (5, "baseline", True),
        (5, "unspecified", True),
        (70, "follow_up", False),  # a maintenance session makes a dosing day too
        (70, "pre_session", True),
    ],
)
def test_which_administrations_are_eligible_on_which_day(day, administration, eligible):
    engine = network(sessions_on(0, 7, 70), scores_on({day: 9}, administration=administration))
    assert engine.value("SELECT count(*) FROM eligible_scores") == int(eligible)


def test_an_unspecified_score_on_the_first_day_is_a_baseline_and_is_flagged():
    engine = network(sessions_on(0, 7), scores_on({0: 18}))
    assert engine.rows("SELECT administration, flagged_unspecified FROM eligible_scores") == [("baseline", True)]
    assert baseline(engine) == 18


def test_of_several_scores_on_a_day_the_instruments_own_respondent_comes_first_then_the_administration():
    text = """
        scale score_day administration respondent score
        phq9  5         pre_session    clinician  1
        phq9  5         pre_session    -          2
        phq9  5         unspecified    self       3
        phq9  5         follow_up      self       4
        madrs 5         pre_session    self       5
        madrs 5         follow_up      clinician  6
    """
    engine = network(sessions_on(0), text)
    assert engine.rows("SELECT scale, score FROM eligible_scores ORDER BY scale") == [("madrs", 6), ("phq9", 4)]


@pytest.mark.parametrize(
    ("points_by_day", "expected"),
    [
        ({-31: 20}, None),
        ({-30: 20}, 20),
        ({-30: 20, -2: 15}, 15),
        ({-2: 15, 0: 14}, 14),
        ({1: 12}, None),
    ],
)
def test_the_baseline_is_the_last_score_of_c_day_minus_30_to_0(points_by_day, expected):
    assert baseline(network(sessions_on(0), scores_on(points_by_day))) == expected


@pytest.mark.parametrize(("day", "expected"), [(5, None), (6, 16)])
def test_a_later_course_takes_its_baseline_after_the_previous_courses_last_session(day, expected):
    # With the default gap of 180 days the window of 30 days never reaches back so far; a shorter gap lets it.
    scores = scores_on({day: 16}, administration="pre_session")
    engine = network(sessions_on(0, 5, 30), scores, windows=Windows(course_gap_days=20))
    assert baseline(engine, 2) == expected


def test_a_score_belongs_to_the_course_under_way_until_the_day_before_the_next_and_may_be_its_baseline():
    engine = network(sessions_on(0, 300), scores_on({299: 11, 300: 12, 301: 13}))
    assert engine.rows("SELECT course_number, c_day, score FROM follow_ups ORDER BY ALL") == [(1, 299, 11), (2, 1, 13)]
    assert baseline(engine, 2) == 12
    both = network(sessions_on(0, 300), scores_on({299: 11}))
    assert baseline(both, 2) == 11
    assert both.rows("SELECT course_number, c_day FROM follow_ups") == [(1, 299)]


# Sessions on days 0 and 10: L = 10, so end_of_induction is c-day 17 to 41 with its target on 24.
@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("end_of_induction", 17, 41), ("week_4", 21, 35), ("month_3", 76, 105), ("month_6", 150, 210)],
)
def test_each_timepoint_has_a_first_and_a_last_day(name, first, last):
    for day, expected in [(first - 1, None), (first, 7), (last, 7), (last + 1, None)]:
        assert timepoint(network(sessions_on(0, 10), scores_on({day: 7})), name) == expected


@pytest.mark.parametrize(
    ("name", "target"), [("end_of_induction", 24), ("week_4", 28), ("month_3", 91), ("month_6", 182)]
)
def test_the_score_nearest_to_the_target_counts_and_of_two_equally_near_the_earlier(name, target):
    def value(points_by_day):
        return timepoint(network(sessions_on(0, 10), scores_on(points_by_day)), name)

    assert value({target - 3: 1, target + 2: 2}) == 2
    assert value({target - 2: 1, target + 2: 2}) == 1
    assert value({target - 1: 1, target: 2, target + 1: 3}) == 2


def test_last_is_the_latest_follow_up_and_one_score_may_serve_two_timepoints():
    engine = network(sessions_on(0, 10), scores_on({24: 9, 400: 5}))
    assert timepoint(engine, "last") == 5
    assert timepoint(engine, "end_of_induction") == timepoint(engine, "week_4") == 9


@pytest.mark.parametrize(("day", "counts"), [(89, 0), (90, 1)])
def test_the_audit_c_is_no_follow_up_before_day_90(day, counts):
    engine = network(sessions_on(0), scores_on({-1: 8, day: 3}, scale="audit_c"))
    assert engine.value("SELECT count(*) FROM follow_ups") == counts


def test_the_primary_scale_is_the_first_of_the_conditions_list_with_a_baseline_and_is_never_switched():
    text = """
        scale     score_day score
        madrs     0         30
        qids_sr16 0         15
        gad7      0         12
        phq9      28        9
        madrs     28        10
    """
    engine = network(sessions_on(0), text)
    assert engine.rows("SELECT scale FROM primary_scales") == [("qids_sr16",)]
