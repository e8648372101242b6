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
        "presence_balance": (
            "one clinic (or all), condition, group of presence, characteristic (age_band, sex, route, condition, "
            "baseline) and level; for baseline the level is the scale"
        ),
        "benchmarks": "one condition, route, scale, study and measure; network stands for all clinics together",
        "data_quality": "one clinic, rule, table and column",
        "reference_changes": "one reference sample, scale, pair of days and group",
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
_SHARED = {
    "clinic_id": "clinic; all = the network",
    "condition": "condition; all = every condition, each patient once",
    "route": "route; all = every route, mixed = none reached the share that makes a route",
    "scale": "scale of the catalogue; primary = each patient's primary scale",
    "timepoint": "end_of_induction, week_4, month_3, month_6 or last",
    "n_started": "patients who began the course",
    "n_due": "those whose timepoint is due",
    "n_baseline": "those with a baseline",
    "n_any_followup": "those with any follow-up",
    "n_analysed": "those with a score in the window",
    "n_courses": "courses of these patients in the condition, retreatments too, left-truncated ones not",
    "n_completed_induction": "patients of n_started with 4 sessions of induction or more",
    "n_case_baseline": "analysed patients at caseness at baseline",
    "followup_pct": "n_analysed of n_due, percent",
    "paired_pct": "n_analysed of n_baseline, percent",
    "baseline_mean": "mean at baseline",
    "baseline_sd": "SD at baseline",
    "followup_mean": "mean at follow-up",
    "followup_sd": "SD at follow-up",
    "change_mean": "mean change, follow-up minus baseline",
    "change_sd": "SD of the change",
    "change_ci_low": "lower end of its 95 % interval (t)",
    "change_ci_high": "upper end of it",
    "effect_size": "standardised mean change, Hedges g with the average SD, positive = better",
    "effect_size_ci_low": "lower end of its 95 % interval (Algina and Keselman)",
    "effect_size_ci_high": "upper end of it",
    "definition": "id of the definition set",
    "due_basis": "whether due was declared, assumed or mixed",
    "evidence": "withheld, not_enough, imprecise or reportable",
    "empty_because": "why a cell is empty: column:reason, split by ;",
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
    "patients_n": "patients in whom it was recorded; in safety_by_route, with a session in which events were asked for",
    "patients_with_event_n": "those of patients_n with the event",
    "patients_with_event_pct": "percent of patients_n with the event",
    "patients_with_event_ci_low": "lower end of its 95 % interval (Wilson)",
    "patients_with_event_ci_high": "upper end of it",
    "events_not_assessed_n": "events of sessions in which nobody was recorded to have asked: in no rate",
    "events_unlinked_n": "events on a day without a session: in no rate, and counted in route all alone",
    "n": "sessions, patients or pairs that the row's statistics rest on",
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
    "level": "its level",
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
    "mark": "‡ = known at third hand only",
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
    "threshold": "percent up to which the rule passes",
    "effect": "what a failing record or value suffers",
    "sample": "reference sample",
    "from_day": "day of the first score",
    "to_day": "day of the later score",
    "group": "group within the sample",
    "no_reliable_change_n": "pairs without reliable change",
}
MEANINGS: Mapping[str, str] = MappingProxyType({**_OF_RATES, **_SHARED})


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
