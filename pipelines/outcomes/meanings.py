"""What the output tables hold, in words: one row of each, and every column. The data dictionary is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

GRAINS: Mapping[str, str] = MappingProxyType(
    {
        "outcomes_by_route_condition": "one clinic (or all), condition, route, scale and timepoint",
        "denominators": "one clinic (or all), condition, route and timepoint, on each patient's primary scale",
        "score_trajectories": "one clinic (or all), condition, route, scale and position along sessions or weeks",
        "retreatment": (
            "as outcomes_by_route_condition, for each patient's second course of the condition; a later one is "
            "counted in n_courses alone"
        ),
        "safety_by_route": (
            "one clinic (or all), condition, route of the session and event (also any, serious). Sessions of every "
            "course count, retreatments too; rates are over the sessions in which adverse events were asked for"
        ),
        "vitals_by_route": "one clinic (or all), condition, route of the session and measure",
        "route_profile": (
            "one clinic (or all), condition, route of the session and measure: what was recorded, beside it what is "
            "published (the same in every clinic and condition)"
        ),
        "care_pathway": (
            "one clinic (or all), condition, route of the course and step. What is not recorded is not counted as not "
            "done: done_pct is over recorded_n"
        ),
        "worsening_watch": (
            "one clinic (or all), condition, route of the first course and measure of worsening. Safety items from "
            "every validated administration, post_session too, never prorated; only of scales that someone was given "
            "after the beginning"
        ),
        "presence_contrast": (
            "as outcomes_by_route_condition, with the group of therapist presence in place of the route, at "
            "end_of_induction and month_3. Not adjusted for anything; presence_balance shows how the groups differed "
            "before"
        ),
        "outcomes_by_sessions": (
            "as presence_contrast, with the number of induction sessions in place of presence. Not adjusted: people "
            "who go on differ from those who stop"
        ),
        "outcomes_by_integration": (
            "as presence_contrast, with the share of induction sessions that integration followed in place of "
            "presence. Not adjusted: people who go on differ from those who stop"
        ),
        "baseline_sensitivity": (
            "one row of outcomes_by_route_condition and rule for the baseline. The patients are the same under every "
            "rule; only those of n_with_several can differ"
        ),
        "route_attribution": (
            "one clinic (or all), condition, route, scale and level. An association: the route follows the patient's "
            "course. Level course: from baseline to end_of_induction, by the route of the course; level session: from "
            "the last score before a session to the next one after it, no other session between, by that session's "
            "route. First courses, patients with a baseline on the scale"
        ),
        "outcome_checks": "one row of outcomes_by_route_condition, with what tests how firm it is",
        "presence_balance": (
            "one clinic (or all), condition, group of presence, characteristic (age_band, sex, route, condition, "
            "baseline) and level; for baseline the level is the scale"
        ),
        "benchmarks": "one condition, route, scale, study and measure; network stands for all clinics together",
        "data_quality": "one clinic, rule, table and column",
        "individual_change": (
            "one clinic (or all), condition, route, scale, timepoint and method of saying that one person changed. "
            "Means and SDs that a method needs are of all first courses of the network, n of 50 or more. The classes "
            "of a method add up to n. A threshold, percentage or norm that the catalogue has not makes no row"
        ),
        "talking_therapies": (
            "one clinic (or all), condition, route and version: the first course, its baseline against its latest "
            "follow-up, on PHQ-9 and an anxiety measure together, as NHS Talking Therapies counts; the versions differ "
            "in whether the other measure may have worsened reliably"
        ),
        "reference_changes": "one reference sample, scale, pair of days and group",
        "reference_individual_change": (
            "one reference sample, scale, pair of days, group and method. Means and SDs that a method needs are those "
            "of the sample's pairs of these days, all groups together"
        ),
    }
)

_RATES = {
    "response": "response",
    "remission": "remission",
    "reliable_improvement": "reliable improvement",
    "reliable_deterioration": "reliable deterioration",
    "reliable_recovery": "reliable recovery",
}
_OF_RATES = {
    f"{rate}_{part}": meaning.format(words)
    for rate, words in _RATES.items()
    for part, meaning in {
        "of_n": "patients for whom {} is defined and known",
        "n": "those of them with {}",
        "pct": "percent with {}",
        "ci_low": "lower end of the 95 % interval (Wilson) of {}",
        "ci_high": "upper end of it, {}",
        "bounds_of_n": "patients with a baseline for whom {} is defined",
        "pct_worst": "percent with {}, everyone without a score counted as without",
        "pct_best": "percent with {}, everyone without a score counted as with",
        "case_of_n": "patients at caseness at baseline for whom {} is defined and known",
        "case_n": "those of them with {}",
        "case_pct": "percent of them with {}",
    }.items()
}
_OF_CLASSES = {
    f"{name}_{part}": meaning.format(words)
    for name, words in {
        "improved": "improved; in combined, reliably but not out of caseness (or over the cut-off); in "
        "partial_response, from threshold to under threshold_below",
        "unchanged": "neither",
        "deteriorated": "deteriorated; in combined, reliably but not into caseness (or over the cut-off)",
        "recovered": "recovered; in combined, reliably improved and out of caseness; in talking_therapies, at caseness "
        "on a measure at first and on neither at last",
        "harmed": "harmed; reliably deteriorated and into caseness (or over the cut-off)",
        "reliably_recovered": "recovered and reliably improved, of n_at_caseness",
        "reliably_improved": "reliably improved on a measure, of n_finished",
        "reliably_deteriorated": "reliably worse on a measure and not better on the other, of n_finished",
        "no_reliable_change": "without reliable change",
    }.items()
    for part, meaning in {
        "n": "people or pairs: {}",
        "pct": "percent: {}",
        "ci_low": "lower end of the 95 % interval (Wilson): {}",
        "ci_high": "upper end of it: {}",
    }.items()
}
_WATCHED = {"at_baseline": "at_baseline_n", "new": "new_n", "any": "any_n", "at_last": "at_last_n"}
_OF_WATCHED = {
    f"{name}_{part}": meaning.format(numerator)
    for name, numerator in _WATCHED.items()
    for part, meaning in {
        "pct": "{} in percent of its denominator",
        "ci_low": "lower end of its 95 % interval (Wilson), {}",
        "ci_high": "upper end of it, {}",
    }.items()
}
_SHARED = {
    "clinic_id": "clinic; all = the network",
    "condition": "condition; all = every condition, each patient once",
    "route": "route; all = every route, mixed = none reached the share that makes a route",
    "scale": "scale of the catalogue; primary = each patient's primary scale",
    "timepoint": "end_of_induction, week_4, month_3, month_6 or last",
    "n_started": "patients who began the course",
    "n_due": "those whose timepoint is due",
    "n_baseline": "those with a baseline; in talking_therapies on both measures",
    "n_any_followup": "those with any follow-up",
    "n_analysed": "those with a score in the window",
    "n_courses": "courses of these patients in the condition, retreatments too, left-truncated ones not",
    "n_completed_induction": "patients of n_started with 4 sessions of induction or more",
    "n_case_baseline": "analysed patients at caseness at baseline; in individual_change of the method combined only, "
    "whose recovered and improved are withheld where they are few",
    "n_not_case_baseline": "analysed patients not at caseness at baseline, of the method combined only: where they are "
    "few, its harmed and deteriorated are withheld",
    "followup_pct": "n_analysed of n_due, percent",
    "paired_pct": "n_analysed of n_baseline, percent",
    "baseline_mean": "mean at baseline",
    "baseline_sd": "SD at baseline",
    "followup_mean": "mean at follow-up",
    "followup_sd": "SD at follow-up",
    "change_mean": "mean change, follow-up minus baseline",
    "change_sd": "SD of the change",
    "change_ci_low": "lower end of its 95 % interval (t); in route_attribution with patients as clusters",
    "change_ci_high": "upper end of it",
    "effect_size": "standardised mean change, Hedges g with the average SD, positive = better",
    "effect_size_ci_low": "lower end of its 95 % interval (Algina and Keselman)",
    "effect_size_ci_high": "upper end of it",
    "definition": "id of the definition set; a clinic with definitions of its own: its id after a +",
    "due_basis": "whether due was declared, assumed or mixed",
    "evidence": "withheld, not_enough, imprecise or reportable",
    "empty_because": "why a cell is empty: column:reason, split by ;",
    "kind": "what the row is about: deterioration (reliable, on the primary scale), safety_item, event or stopped "
    "(why the course ended)",
    "unanswered_n": "those of patients_n who never answered the item later, or whose reason for ending is unknown",
    "at_baseline_of_n": "patients who answered the item at baseline",
    "at_baseline_n": "those of them with a positive answer",
    "new_of_n": "patients in whom a worsening could be known: measured; item answered at baseline, not positively, and "
    "later; asked about adverse events at a clinic that delivers them, or with the event; course ended for a known "
    "reason",
    "new_n": "those of them with the worsening; of a safety item, positive at any later administration",
    "any_of_n": "patients who answered the item later",
    "any_n": "those of them positive at any later administration, whatever their answer at baseline",
    "at_last_of_n": "patients who answered the item later",
    "at_last_n": "those of them positive at the last answer",
    "presence": "group of therapist presence: that of 80 % or more of the induction sessions, else mixed; not_recorded",
    "sessions_group": "sessions of the counted course's induction: 1, 2_to_3, 4_to_6, 7_to_12 unless kap.toml moves "
    "the windows; none after the score counts, since induction closes before the timepoints; all = every number",
    "integration_group": "of the counted course's induction sessions in which it was recorded, those that integration "
    "followed (step integration of care_pathway, however long after the session): every, most = half or more, few = "
    "under half, none; not_recorded = recorded in no session; all = every group",
    "adjusted": "no: the groups differ in more than what makes them",
    "event": "adverse event; any = all of them, serious = those recorded as serious",
    "measure": "what was measured",
    "step": "step of care",
    "unit": "unit of the figures; in care_pathway whether courses or sessions are counted",
    "patients_treated_n": "patients with a session in the row",
    "sessions_n": "sessions of the row",
    "sessions_assessed_n": "sessions in which adverse events were asked for",
    "assessed_pct": "percent of sessions in which they were",
    "rate_per_100_with_table": "events per 100 sessions, of the clinics that have delivered a table of events",
    "assessed_without_table_n": "those of sessions_assessed_n whose clinic has no row of adverse_events: they count as "
    "without an event, though perhaps the table is missing",
    "events_n": "events in those sessions",
    "rate_per_100": "events per 100 of those sessions",
    "ci_low": "lower end of the 95 % interval: of the rate exact (Poisson), of a percentage Wilson, of a mean t",
    "ci_high": "upper end of it",
    "clustered_ci_low": "lower end of the 95 % interval that allows for patients with many events",
    "clustered_ci_high": "upper end of it",
    "patients_n": "patients in whom it was recorded; in safety_by_route with a session in which events were asked for, "
    "in route_attribution with a pair of scores",
    "patients_with_event_n": "those of patients_n with the event",
    "patients_with_event_pct": "percent of patients_n with the event",
    "patients_with_event_ci_low": "lower end of its 95 % interval (Wilson)",
    "patients_with_event_ci_high": "upper end of it",
    "events_not_assessed_n": "events of sessions in which nobody was recorded to have asked: in no rate",
    "events_unlinked_n": "events on a day without a session: in no rate, and counted in route all alone",
    "n": "sessions, patients or pairs that the row's statistics rest on",
    "method": "default = reliable change threshold in force; jt, gln, hll, en, nk, ha = reliable change indices; mid = "
    "meaningful change; percentage; cutoff_a, cutoff_b, cutoff_c = crossing a cut-off; combined = reliable change and "
    "caseness (or cut-off); partial_response",
    "could_not_improve_n": "those of n whose baseline stood so near the better end (or side of the cut-off) that not "
    "even the best score is improved",
    "could_not_worsen_n": "those of n whose baseline stood so near the worse end (or side) that not even the worst "
    "score is deteriorated",
    "threshold_worse": "change in the worse direction from which the method speaks of deterioration",
    "threshold_below": "partial response ends under this improvement, where response begins",
    "threshold_unit": "points of the scale, or pct = percent of the baseline above the scale's minimum",
    "cutoff": "score that parts the clinical from the functional people; in combined caseness where it is defined",
    "sd_n": "people behind the SD; empty for a published one",
    "sd_source": "whose SD it is; in combined that of the threshold, the cut-off's stands with cutoff_a or cutoff_c",
    "clinical_mean": "mean before treatment of everyone in the network, every condition together (M); hll: of those "
    "measured at the timepoint too; in reference_individual_change of the sample's pairs",
    "clinical_followup_mean": "hll: mean at the timepoint of the same people, every condition together",
    "clinical_change_mean": "ha: mean change, follow-up minus baseline, of everyone, every condition together (D)",
    "clinical_change_sd": "ha: SD of these changes, SD(d)",
    "clinical_n": "people behind the other figures clinical_*",
    "reliability": "reliability coefficient used: a clinic's own, else the one published with the SD, else alpha",
    "reliability_kind": "cronbach_alpha, test_retest, inter_rater, or override = the clinic's own figure",
    "reliability_population": "people in whom it was measured; empty = the source does not say",
    "source": "where the method and its figure come from",
    "version": "with_other_measure_clause: improvement counts only if the other measure did not worsen reliably; "
    "without_other_measure_clause: it counts anyway",
    "n_one_session": "those of n_started not finished: one dosing session only",
    "n_too_few_scores": "those not finished: no first or no last score on one of the two measures",
    "n_finished": "those with two dosing sessions or more and a first and a last score on both measures",
    "n_on_back_up": "those of n_finished whose anxiety measure is the back-up, since their own lacks a score",
    "n_not_at_caseness": "those of n_finished at caseness on neither measure at first",
    "n_at_caseness": "those of n_finished at caseness on one measure or both at first",
    "depression_measure": "measure of depression",
    "anxiety_measure": "measure of anxiety, and its back-up",
    "measure_thresholds": "caseness and reliable change of each measure",
    "measure_sources": "where they come from",
    "measure_mark": "the worst of their marks: † = no source found for this use, ‡ = second hand",
    "improvement_source": "source of the version's rule of reliable improvement",
    "improvement_mark": "† = no source was found for a part of that rule or of the thresholds it uses",
    "deterioration_mark": "† = no source was found for the part on the other measure",
    "recorded_pct": "percent in which it was recorded",
    "mean": "mean",
    "sd": "SD",
    "median": "median",
    "p10": "10th percentile",
    "p25": "25th percentile",
    "p75": "75th percentile",
    "p90": "90th percentile",
    "limit_op": "beyond the limit means over (>) or under (<)",
    "limit_value": "the limit",
    "limit_source": "where the limit comes from",
    "limit_mark": "† = no source was found for the limit",
    "beyond_n": "sessions beyond the limit",
    "beyond_pct": "percent of n beyond it",
    "patients_beyond_n": "patients with a session beyond the limit",
    "patients_beyond_pct": "percent of patients_n",
    "patients_beyond_ci_low": "lower end of its 95 % interval (Wilson)",
    "patients_beyond_ci_high": "upper end of it",
    "of_n": "courses or sessions of the row; for a direction of adjustment the adjusted sessions, for the time to "
    "integration those followed by it",
    "with_n": "those of n with a yes, or with the level",
    "pct": "percent of n",
    "published_low": "published figure, lower end",
    "published_high": "published figure, upper end",
    "published_words": "the published figure in words",
    "published_citation": "its source; no source = none was found",
    "published_mark": "† = no source, ‡ = known at third hand only",
    "recorded_n": "courses or sessions in which the step was recorded",
    "done_n": "those in which it was done",
    "done_pct": "percent of recorded_n",
    "median_minutes": "median length where it was done",
    "minutes_patients_n": "patients behind that median",
    "median_delay_days": "median days: from the first consultation or meeting to the first session, from preparation "
    "to its session, from the session to the integration contact",
    "delay_days_patients_n": "patients behind that median",
    "median_delay_minutes": "median minutes from the end of dosing to integration",
    "delay_minutes_patients_n": "patients behind that median",
    "characteristic": "what is compared",
    "level": "its level; in route_attribution course or session",
    "others_n": "patients of all other groups",
    "others_with_n": "those of them with the level",
    "others_pct": "percent of them",
    "others_mean": "their mean at baseline",
    "others_sd": "their SD at baseline",
    "standardised_difference": "group minus others, in pooled SDs",
    "study": "study",
    "citation": "its citation",
    "value": "published value",
    "value_high": "upper end where a range is published",
    "match": "comparable, or context_only",
    "why": "what does not agree or is not stated; all_agree otherwise",
    "population": "whom the study treated",
    "window": "when the study measured",
    "n_started_published": "patients who began in the study",
    "n_analysed_published": "patients the study analysed",
    "mark": "† = no source was found, ‡ = known at second or third hand only",
    "network_value": "the network's own figure at the timepoint",
    "axis": "session or week",
    "position": "number of the session or week",
    "n_stopped": "patients without a score there or later",
    "baseline_mean_of_stopped": "their mean at baseline",
    "rule": "code of the rule",
    "table": "table judged",
    "column": "column judged; empty = the record",
    "status": "passed, passed_with_failures, failed, not_applicable or error",
    "failed_n": "records that fail",
    "evaluated_n": "records judged",
    "failed_pct": "percent of them",
    "threshold": "in data_quality, percent up to which the rule passes; of a method, change in the better direction "
    "(from the follow-up to expect) from which it speaks of improvement",
    "effect": "what a failing record or value suffers",
    "sample": "reference sample",
    "from_day": "day of the first score",
    "to_day": "day of the later score",
    "group": "group within the sample",
    "baseline_rule": "which score is the baseline: last_before = the last eligible one before or at the first session, "
    "as everywhere else; first = the first of the baseline window; highest = the worst of the window in the scale's "
    "direction; mean = the mean of the window",
    "n_with_several": "those of n_analysed with more than one eligible score in the baseline window",
    "difference_from_default": "change_mean minus that of last_before, points",
    "several_routes_n": "those of patients_treated_n whose course used more than one route",
    "several_routes_pct": "percent of patients_treated_n",
    "n_pairs": "pairs of scores; at level course one for each patient",
    "median_days": "median days between the two scores of a pair",
    "n_lost": "those of n_baseline without a score in the window",
    "analysed_baseline_mean": "mean at baseline of the analysed",
    "analysed_baseline_sd": "SD of it",
    "lost_baseline_mean": "mean at baseline of the lost; a few: withheld in its row, but other rows and tables tell it",
    "lost_baseline_sd": "SD of it",
    "baseline_difference": "analysed minus lost, points",
    "baseline_difference_ci_low": "lower end of its 95 % interval (Welch)",
    "baseline_difference_ci_high": "upper end of it",
    "baseline_standardised_difference": "the same in pooled SDs",
    "expected_regression": "measurement noise only: the change, signed as change_mean, that would be expected though "
    "nothing changed, of people taken on at caseness from the population declared for the scale. It leaves out natural "
    "recovery",
    "regression_basis": "declared_population, else screening_score where enough have one, else empty",
    "screening_n": "those of n_analysed with an eligible score in the baseline window before their baseline",
    "screening_change_mean": "their mean change from the last such score to the baseline: before any session",
    "others_started_n": "patients who began, on all other routes of the clinic and condition",
    "response_others_of_n": "of those, patients for whom response is defined and known",
    "response_others_n": "those of them with response",
    "response_difference_pct": "percent with response, this route minus all others, percentage points. Not adjusted",
    "response_difference_ci_low": "lower end of its 95 % interval (Newcombe)",
    "response_difference_ci_high": "upper end of it",
    "remission_others_of_n": "of those, patients for whom remission is defined and known",
    "remission_others_n": "those of them with remission",
    "remission_difference_pct": "percent with remission, this route minus all others, percentage points. Not adjusted",
    "remission_difference_ci_low": "lower end of its 95 % interval (Newcombe)",
    "remission_difference_ci_high": "upper end of it",
    "clinics_n": "clinics with an analysed patient",
    "clustering": "robust = there are intervals with clinics as clusters (10 clinics or more); else too_few_clinics or "
    "single_clinic",
    "change_clustered_ci_low": "lower end of the 95 % interval of change_mean that allows for patients of one clinic "
    "being alike",
    "change_clustered_ci_high": "upper end of it",
    "response_clustered_ci_low": "lower end of the same of the percent with response",
    "response_clustered_ci_high": "upper end of it",
    "change_more_n": "further patients with both scores until the interval of change_mean (t) is half as wide",
    "response_more_n": "further patients with both scores until the interval of response (Wilson) is half as wide",
    "followups_open_n": "n_due minus n_analysed: whether so many are there to be asked",
}
MEANINGS: Mapping[str, str] = MappingProxyType({**_OF_RATES, **_OF_CLASSES, **_OF_WATCHED, **_SHARED})


def output_dictionary(tables: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]) -> str:
    """Markdown: each output table (name -> its key, its columns) with what one row and each column is."""
    parts = [
        "# Output tables",
        "",
        "Every release holds them in `tables/`. A number not shown is an empty cell and `empty_because` says why.",
        "",
    ]
    for name, (key, columns) in tables.items():
        parts += [f"## {name}", "", f"One row is {GRAINS[name]}. Key: {', '.join(key)}.", ""]
        parts += ["| column | meaning |", "|---|---|"]
        parts += [f"| {column} | {MEANINGS[column]} |" for column in (*columns, "empty_because")]
        parts.append("")
    return "\n".join(parts)
