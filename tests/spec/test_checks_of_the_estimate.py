"""The checks of the estimate by hand: which baseline, which route, who was lost, noise, other routes, clinics."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from pipelines.care.windows import Windows
from pipelines.disclosure.policy import release
from pipelines.engine import Engine
from pipelines.instruments.catalogue import load_catalogue
from pipelines.instruments.model import Cut, PopulationFigure, Scale
from pipelines.outcomes.baseline_sensitivity import baseline_sensitivity, define_baseline_choices
from pipelines.outcomes.estimates import t_interval
from pipelines.outcomes.outcome_checks import expected_change_by_noise, outcome_checks
from pipelines.outcomes.route_attribution import route_attribution
from pipelines.outcomes.tables import outcome_tables
from tests.care_tables import network, scores_on, sessions_on

Rows = list[dict[str, Any]]


def row_of(frame: pd.DataFrame, **key: str) -> dict[str, Any]:
    given = {"clinic_id": "c01", "condition": "trd", "route": "all", "scale": "phq9"} | key
    found = frame[(frame[list(given)] == pd.Series(given)).all(axis=1)]
    assert len(found) == 1
    return {str(name): value for name, value in found.iloc[0].items()}


def with_outcomes(sessions: Rows, scores: Rows) -> tuple[Engine, pd.DataFrame]:
    engine = network(sessions, scores)
    outcomes = outcome_tables(engine, Windows(), {})["outcomes_by_route_condition"]
    define_baseline_choices(engine, Windows())
    return engine, outcomes


def sensitivity(sessions: Rows, scores: Rows) -> pd.DataFrame:
    return baseline_sensitivity(*with_outcomes(sessions, scores))


def checked(sessions: Rows, scores: Rows) -> pd.DataFrame:
    return outcome_checks(*with_outcomes(sessions, scores), load_catalogue().scales)


def attributed(sessions: Rows, scores: Rows) -> pd.DataFrame:
    return route_attribution(with_outcomes(sessions, scores)[0])


# Day -31 is outside the window, day 0 is before the first session.
SEVERAL = {-31: 27, -20: 20, -5: 14, 0: 17, 28: 9}


@pytest.mark.parametrize(
    ("rule", "baseline", "change", "difference", "response"),
    [("last_before", 17, -8, 0, 0), ("first", 20, -11, -3, 1), ("highest", 20, -11, -3, 1), ("mean", 17, -8, 0, 0)],
)
def test_each_rule_takes_its_own_score_of_the_window(rule, baseline, change, difference, response):
    row = row_of(sensitivity(sessions_on(0), scores_on(SEVERAL)), timepoint="week_4", baseline_rule=rule)
    assert (row["baseline_mean"], row["change_mean"], row["difference_from_default"]) == (baseline, change, difference)
    assert (row["response_of_n"], row["response_n"], row["n_with_several"]) == (1, response, 1)


def test_the_worst_score_is_the_lowest_where_higher_is_better():
    frame = sensitivity(sessions_on(0), scores_on({-9: 60, -4: 20, 0: 40, 28: 52}, scale="who5"))
    row = row_of(frame, scale="who5", timepoint="week_4", baseline_rule="highest")
    assert (row["baseline_mean"], row["change_mean"], row["difference_from_default"]) == (20, 32, 20)


def test_a_score_of_the_course_before_is_no_other_baseline():
    # Two conditions, so both courses count.
    sessions = [*sessions_on(0, condition="ptsd"), *sessions_on(200)]
    engine = network(sessions, scores_on({-1: 20, 0: 18, 190: 15, 199: 12}))
    outcome_tables(engine, Windows(baseline_first_day=-365), {})
    define_baseline_choices(engine, Windows(baseline_first_day=-365))
    chosen = "SELECT condition, first_score, screening FROM baseline_choices JOIN counted_units USING (course_key)"
    assert sorted(engine.rows(chosen)) == [("ptsd", 20.0, 20.0), ("trd", 15.0, 15.0)]


def test_only_those_with_several_baseline_scores_are_counted_as_able_to_differ():
    people = {"p1": SEVERAL, "p2": {0: 16, 28: 8}, "p3": {-3: 12, 0: 11}}
    sessions = [row for name in people for row in sessions_on(0, patient_id=name)]
    scores = [row for name, points in people.items() for row in scores_on(points, patient_id=name)]
    row = row_of(sensitivity(sessions, scores), timepoint="week_4", baseline_rule="first")
    assert (row["n_baseline"], row["n_analysed"], row["n_with_several"]) == (3, 2, 1)
    assert (row["change_mean"], row["difference_from_default"]) == (-9.5, -1.5)


def rules_with(several: int, n: int = 14) -> dict[str, dict[str, Any]]:
    """Baseline rule -> its released row of n people, so many of them with a score of 24 before their baseline of 20."""
    people = {f"p{i:02d}": {0: 20, 28: 8 + i % 4} | ({-20: 24} if i < several else {}) for i in range(n)}
    sessions = [row for name in people for row in sessions_on(0, patient_id=name)]
    scores = [row for name, points in people.items() for row in scores_on(points, patient_id=name)]
    frame = release("baseline_sensitivity", sensitivity(sessions, scores)).frame
    return {rule: row_of(frame, timepoint="week_4", baseline_rule=rule) for rule in ("last_before", "first", "mean")}


@pytest.mark.parametrize(
    ("several", "of_means", "of_rates"),
    [(0, "", ""), (1, "withheld", "withheld"), (4, "withheld", "withheld"), (9, "too_few", ""), (10, "", "")],
)
def test_another_rule_shows_nothing_of_the_few_in_whom_it_differs(several: int, of_means: str, of_rates: str) -> None:
    rows = rules_with(several)
    for rule in ("first", "mean"):
        why = dict(part.split(":") for part in rows[rule]["empty_because"].split(";") if part)
        for name in ("baseline_mean", "baseline_sd", "change_mean", "effect_size", "difference_from_default"):
            assert why.get(name, "") == of_means and pd.isna(rows[rule][name]) == bool(of_means)
        for name in ("response_n", "response_pct", "remission_ci_low", "reliable_improvement_n"):
            assert why.get(name, "") == of_rates and pd.isna(rows[rule][name]) == bool(of_rates)
        assert rows[rule]["n_with_several"] == several and rows[rule]["response_of_n"] == 14
    usual = rows["last_before"]
    # Every fourth one ends at 11 of 20, the others lower: 3 of 14 are no responders.
    assert (usual["empty_because"], usual["response_n"]) == ("", 11)
    assert usual["change_mean"] == pytest.approx(-12 + 19 / 14, abs=1e-6)


CHANGING = [*sessions_on(0, 14, route="iv"), *sessions_on(7, route="im")]
# Day 0 and 14 are days of sessions: those scores were given before them.
AROUND = [*scores_on({0: 20, 5: 16, 9: 15, 40: 10}), *scores_on({14: 12}, administration="pre_session")]


@pytest.mark.parametrize(
    ("route", "pairs", "change", "days"),
    # iv: day 0 to 5 and day 14 to 40; im: day 5 to 9. From day 9 to 14 there was no session.
    [("iv", 2, -3, 15.5), ("im", 1, -1, 4), ("all", 3, -7 / 3, 5)],
)
def test_a_session_s_change_is_from_the_score_before_it_to_the_next_one(route, pairs, change, days):
    row = row_of(attributed(CHANGING, AROUND), route=route, level="session")
    assert (row["patients_n"], row["n_pairs"], row["median_days"]) == (1, pairs, days)
    assert row["change_mean"] == pytest.approx(change, abs=1e-6)
    assert (row["several_routes_n"], row["several_routes_pct"], row["adjusted"]) == (1, 100, "no")


def test_a_course_s_change_stands_under_the_route_of_the_course():
    frame = attributed(CHANGING, AROUND)
    row = row_of(frame, route="mixed", level="course")
    assert (row["n_pairs"], row["change_mean"], row["median_days"]) == (1, -10, 40)
    assert frame[(frame["route"] == "iv") & (frame["level"] == "course")].empty


@pytest.mark.parametrize(
    ("sessions", "points"),
    [
        (sessions_on(0, 7), {0: 20, 10: 12}),  # two sessions between
        (sessions_on(0), {-8: 20, -1: 18}),  # none
        ([{"session_day": 0, "session_id": name} for name in ("a", "b")], {0: 20, 5: 12}),  # two on one day
    ],
)
def test_scores_without_exactly_one_session_between_make_no_pair(sessions, points):
    row = row_of(attributed(sessions, scores_on(points)), level="session")
    assert (row["n_baseline"], row["patients_n"], row["n_pairs"]) == (1, 0, 0) and pd.isna(row["change_mean"])


def test_several_pairs_of_one_patient_widen_the_interval_as_a_regression_with_clusters_does():
    dice = np.random.default_rng(3)
    sessions, scores, pairs = [], [], []
    for number in range(12):
        name, level = f"p{number}", dice.integers(-4, 3)
        sessions += sessions_on(0, 5, 10, patient_id=name)
        points = np.clip(np.cumsum([18, *(level + dice.integers(-1, 2, 3))]), 0, 27)
        scores += scores_on(dict(zip((0, 4, 9, 14), map(float, points), strict=True)), patient_id=name)
        pairs += [(number, float(change)) for change in np.diff(points)]
    row = row_of(attributed(sessions, scores), level="session")
    frame = pd.DataFrame(pairs, columns=["patient", "change"])
    fit = smf.ols("change ~ 1", frame).fit(cov_type="cluster", cov_kwds={"groups": frame["patient"]}, use_t=True)
    assert (row["patients_n"], row["n_pairs"]) == (12, 36)
    assert [row["change_ci_low"], row["change_ci_high"]] == pytest.approx(fit.conf_int().to_numpy()[0], abs=1e-6)
    narrow = np.array(t_interval(row["change_mean"], row["change_sd"], 36))
    assert row["change_ci_high"] - row["change_ci_low"] > narrow[1] - narrow[0]


def group(prefix: str, n: int, responders: int, **columns: str) -> tuple[Rows, Rows]:
    """`n` people with a score at week 4, so many of them with half their baseline of 20 less."""
    names = [f"{prefix}{number}" for number in range(n)]
    clinic = {"clinic_id": columns["clinic_id"]} if "clinic_id" in columns else {}
    sessions = [row for name in names for row in sessions_on(0, patient_id=name, **columns)]
    points = [{0: 20, 28: 8 if number < responders else 16} for number in range(n)]
    return sessions, [
        row for name, p in zip(names, points, strict=True) for row in scores_on(p, patient_id=name, **clinic)
    ]


def together(*groups: tuple[Rows, Rows]) -> tuple[Rows, Rows]:
    return [row for sessions, _ in groups for row in sessions], [row for _, scores in groups for row in scores]


def test_a_route_is_laid_against_all_others_by_newcombe_s_interval():
    frame = checked(*together(group("a", 70, 56, route="im"), group("b", 50, 30), group("c", 30, 18, route="oral")))
    row = row_of(frame, route="im", timepoint="week_4")
    assert (row["response_others_of_n"], row["response_others_n"], row["others_started_n"]) == (80, 48, 80)
    assert row["response_difference_pct"] == pytest.approx(20)
    interval = [row["response_difference_ci_low"], row["response_difference_ci_high"]]
    assert interval == pytest.approx([5.24, 33.39], abs=5e-3)
    everyone = row_of(frame, timepoint="week_4")
    assert pd.isna(everyone["response_difference_pct"]) and pd.isna(everyone["response_others_n"])


def test_others_of_1_to_4_people_show_no_figure_and_no_withheld_row_comes_back_within_theirs():
    frame = release("outcome_checks", checked(*together(group("a", 3, 1, route="im"), group("b", 40, 20)))).frame
    few, many = (row_of(frame, route=route, timepoint="week_4") for route in ("im", "iv"))
    told = ["others_started_n", "response_others_of_n", "response_others_n", "response_difference_pct"]
    assert many["n_analysed"] == 40 and many["response_n"] == 20
    assert all(pd.isna(row[name]) for row in (few, many) for name in told)
    assert {"n_started", "n_lost", "response_more_n"} <= {name for name in few if pd.isna(few[name])}


def test_the_lost_are_laid_beside_the_analysed_at_baseline():
    kept = {f"k{number}": {0: 10 + number, 28: 5} for number in range(12)}
    gone = {f"g{number}": {0: 15 + number} for number in range(10)}
    sessions = [row for name in {**kept, **gone} for row in sessions_on(0, patient_id=name)]
    scores = [row for name, points in {**kept, **gone}.items() for row in scores_on(points, patient_id=name)]
    row = row_of(checked(sessions, scores), timepoint="week_4")
    assert (row["n_analysed"], row["n_lost"], row["followups_open_n"]) == (12, 10, 10)
    assert (row["analysed_baseline_mean"], row["lost_baseline_mean"]) == (15.5, 19.5)
    # SDs sqrt(13) and sqrt(82.5 / 9): 3.605551 and 3.027650.
    assert row["baseline_difference"] == -4
    assert row["baseline_standardised_difference"] == pytest.approx(-4 / np.sqrt((13 + 82.5 / 9) / 2), abs=1e-6)
    shown = release("outcome_checks", checked(sessions[1:], scores[2:])).frame
    assert row_of(shown, timepoint="week_4")["lost_baseline_mean"] == 19.5
    nine_analysed = row_of(release("outcome_checks", checked(sessions[3:], scores[6:])).frame, timepoint="week_4")
    assert (nine_analysed["n_analysed"], nine_analysed["lost_baseline_mean"]) == (9, 19.5)
    assert "baseline_difference:too_few" in nine_analysed["empty_because"].split(";")
    nine_lost = row_of(release("outcome_checks", checked(sessions[:-1], scores[:-1])).frame, timepoint="week_4")
    assert nine_lost["n_lost"] == 9 and nine_lost["analysed_baseline_mean"] == 15.5
    for name in ("lost_baseline_mean", "baseline_difference", "baseline_standardised_difference"):
        assert pd.isna(nine_lost[name]) and f"{name}:too_few" in nine_lost["empty_because"]


def test_where_people_were_screened_the_change_before_any_session_is_shown():
    people = {f"p{number}": {-10: 20, -2: 18 - number % 2, 28: 9} for number in range(6)}
    sessions = [row for name in people for row in sessions_on(0, patient_id=name)]
    scores = [row for name, points in people.items() for row in scores_on(points, patient_id=name)]
    row = row_of(checked(sessions, scores), timepoint="week_4")
    assert (row["screening_n"], row["screening_change_mean"]) == (6, -2.5)
    assert row["regression_basis"] == "screening_score" and pd.isna(row["expected_regression"])
    assert row_of(checked(sessions[:4], scores[:12]), timepoint="week_4")["regression_basis"] == ""


def declared(scale: Scale, mean: float, sd: float) -> Scale:
    cited = {"source": "a test", "source_status": "project_choice"}
    return replace(
        scale,
        population_mean=PopulationFigure(value=mean, **cited),  # type: ignore[arg-type]
        population_sd=PopulationFigure(value=sd, **cited),  # type: ignore[arg-type]
    )


def test_measurement_noise_alone_is_told_where_a_clinic_declared_its_population():
    overrides = [
        SimpleNamespace(definition=f"phq9.population_{name}", value=value, reason="our registry")
        for name, value in (("mean", 15.0), ("sd", 6.0))
    ]
    scales = load_catalogue().overridden(overrides).scales
    frame = outcome_checks(*with_outcomes(sessions_on(0), scores_on({0: 20, 28: 8})), scales)
    row = row_of(frame, timepoint="week_4")
    assert row["expected_regression"] == pytest.approx(-0.34, abs=5e-3)
    assert row["regression_basis"] == "declared_population"
    assert pd.isna(row_of(frame, timepoint="week_4", scale="primary")["expected_regression"])
    assert np.isnan(expected_change_by_noise(load_catalogue().scales["phq9"]))


def test_noise_mirrors_with_the_direction_of_the_scale():
    scale = declared(load_catalogue().scales["phq9"], 12, 5)
    turned = replace(
        declared(scale, 27 - 12, 5),
        direction="higher_is_better",
        caseness=Cut(op="<=", value=27 - 10, source="a test", source_status="project_choice"),
    )
    assert expected_change_by_noise(scale) < 0
    assert expected_change_by_noise(turned) == pytest.approx(-expected_change_by_noise(scale), abs=1e-12)


def test_ten_clinics_or_more_are_clusters_as_a_regression_has_them():
    dice = np.random.default_rng(11)
    sessions, scores, people = [], [], []
    for number in range(11):
        clinic = f"c{number:02d}"
        for patient in range(int(dice.integers(1, 7))):
            after = float(np.clip(round(dice.normal(10 + number % 5, 4)), 0, 27))
            sessions += sessions_on(0, clinic_id=clinic, patient_id=f"p{patient}")
            scores += scores_on({0: 20, 28: after}, clinic_id=clinic, patient_id=f"p{patient}")
            people.append((clinic, after - 20, 100.0 * (after <= 10)))
    row = row_of(checked(sessions, scores), clinic_id="all", timepoint="week_4")
    assert (row["clinics_n"], row["clustering"]) == (11, "robust")
    frame = pd.DataFrame(people, columns=["clinic", "change", "response"])
    for name in ("change", "response"):
        fit = smf.ols(f"{name} ~ 1", frame).fit(cov_type="cluster", cov_kwds={"groups": frame["clinic"]}, use_t=True)
        interval = [row[f"{name}_clustered_ci_low"], row[f"{name}_clustered_ci_high"]]
        assert interval == pytest.approx(fit.conf_int().to_numpy()[0], abs=1e-5)


def test_fewer_clinics_have_no_clustered_interval_and_say_why():
    groups = [group("p", 3, 1, clinic_id=f"c{number:02d}") for number in range(1, 10)]
    frame = checked(*together(*groups))
    network_row, own = (row_of(frame, clinic_id=clinic, timepoint="week_4") for clinic in ("all", "c01"))
    assert (network_row["clinics_n"], network_row["clustering"]) == (9, "too_few_clinics")
    assert (own["clinics_n"], own["clustering"]) == (1, "single_clinic")
    assert pd.isna(network_row["change_clustered_ci_low"]) and pd.isna(own["response_clustered_ci_low"])


def test_how_many_more_follow_ups_halve_the_interval_stands_beside_how_many_are_open():
    more = [row for number in range(25) for row in sessions_on(0, patient_id=f"open{number}")]
    sessions, scores = group("p", 10, 5)
    row = row_of(checked([*sessions, *more], scores), timepoint="week_4")
    # 2.262157 / sqrt(10) = 0.715357; 2.036933 / sqrt(33) = 0.354585 is the first under half of it.
    assert (row["change_more_n"], row["response_more_n"], row["followups_open_n"]) == (23, 42, 25)
