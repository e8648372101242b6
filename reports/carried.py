"""What the page on care and safety carries of each released table: columns, order, and what it shows when silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from pipelines.vocabulary import ADVERSE_EVENTS, ALL, CONDITIONS, PRIMARY, REPORTED_ROUTES
from reports import both_ways

# filter -> the column that it chooses in.
FILTER_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "clinic": "clinic_id",
        "condition": "condition",
        "route": "route",
        "scale": "scale",
        "timepoint": "timepoint",
    }
)
STEPS = (
    "consultation",
    "therapist_meeting",
    "preparation",
    "intention",
    "dosing",
    "monitoring",
    "recovery",
    "integration",
)


@dataclass(frozen=True)
class Carried:
    """What the page carries of one released table.

    codes, numbers: its columns. counts: numbers that it shows whatever the evidence of the row, as these say only how
    many were treated and asked; what is published stands among them. orders: column -> its values in the order in
    which they are listed (first those of the filters). recorded: the count that says no data when it is 0. reads:
    number -> its format, where its name does not tell. only: columns that hold a fixed value in every row carried.
    """

    codes: tuple[str, ...]
    numbers: tuple[str, ...]
    counts: tuple[str, ...]
    orders: Mapping[str, Sequence[str]]
    recorded: str = ""
    reads: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, str] = field(default_factory=dict)


_RATES = ("response", "reliable_improvement", "reliable_deterioration")
_LADDER = ("n_started", "n_due", "n_baseline", "n_analysed", "followup_pct")
_OUTCOMES = (
    *_LADDER,
    *(f"{rate}_{part}" for rate in _RATES for part in ("of_n", "n", "pct", "ci_low", "ci_high")),
)
PRESENCE = (
    *(ALL, "in_room_throughout", "in_room_partial", "periodic_checks", "remote_live", "integration_only", "group"),
    *("none", "mixed", "not_recorded"),
)
_CONTRASTS = (
    ("outcomes_by_sessions", "sessions_group", (ALL,)),
    ("outcomes_by_integration", "integration_group", (ALL, "every", "most", "few", "none", "not_recorded")),
    ("presence_contrast", "presence", PRESENCE),
)
# In the order of the page; those of published figures alone stand last.
MEASURES = (
    *("onset_minutes", "effect_minutes", "intensity_0_10", "dosing_minutes", "integration_after_minutes"),
    *("adjusted", "adjusted_up", "adjusted_down", "adjusted_both", "target_effect_reached"),
    *("time_to_peak_minutes", "bioavailability_pct", "adjustability"),
    *("sbp_pre", "sbp_peak", "sbp_rise", "sbp_end", "dbp_pre", "dbp_peak", "dbp_rise", "dbp_end"),
    *("spo2_min", "cadss_peak", "sedation_peak"),
)
_CELL = ("clinic_id", "condition", "route")
_SAID = ("evidence", "empty_because")
_ORDERS = {"condition": (ALL, *CONDITIONS), "route": (ALL, *REPORTED_ROUTES)}
TABLES: Mapping[str, Carried] = MappingProxyType(
    {
        "care_pathway": Carried(
            (*_CELL, "step", "unit", *_SAID),
            (
                *("of_n", "recorded_n", "not_recorded_n", "recorded_pct", "done_n", "done_pct", "ci_low", "ci_high"),
                *("median_minutes", "minutes_patients_n", "median_delay_days", "delay_days_patients_n"),
                *("median_delay_minutes", "delay_minutes_patients_n"),
            ),
            ("of_n", "recorded_n", "not_recorded_n", "recorded_pct"),
            _ORDERS | {"step": STEPS},
            recorded="recorded_n",
            reads={"ci_low": "share", "ci_high": "share"},
        ),
        "safety_by_route": Carried(
            (*_CELL, "event", *_SAID),
            (
                *("patients_treated_n", "sessions_n", "sessions_assessed_n", "assessed_pct", "events_n"),
                *("rate_per_100", "ci_low", "ci_high", "clustered_ci_low", "clustered_ci_high", "patients_n"),
                *("patients_with_event_n", "patients_with_event_pct"),
                *("patients_with_event_ci_low", "patients_with_event_ci_high"),
                *("events_not_assessed_n", "assessed_without_table_n", "rate_per_100_with_table"),
                *("shown_ci_low", "shown_ci_high", "without_table_n", "unlinked_n"),
            ),
            (
                *("patients_treated_n", "sessions_n", "sessions_assessed_n", "assessed_pct"),
                *("assessed_without_table_n", "without_table_n"),
            ),
            _ORDERS | {"event": ("any", "serious", *ADVERSE_EVENTS)},
            recorded="sessions_assessed_n",
            reads=dict.fromkeys(
                (
                    *("rate_per_100", "rate_per_100_with_table", "ci_low", "ci_high", "shown_ci_low", "shown_ci_high"),
                    *("clustered_ci_low", "clustered_ci_high"),
                ),
                "per_100",
            ),
        ),
        "vitals_by_route": Carried(
            (
                *_CELL,
                "measure",
                "limit_op",
                "limit_source",
                "limit_mark",
                "limited",
                "limit_said",
                "source_said",
                *_SAID,
            ),
            (
                *("sessions_n", "n", "recorded_pct", "patients_n", "mean", "sd", "median", "p10", "p90", "limit_value"),
                *("beyond_n", "beyond_pct", "patients_beyond_n", "patients_beyond_pct"),
                *("patients_beyond_ci_low", "patients_beyond_ci_high"),
            ),
            ("sessions_n", "n", "recorded_pct", "limit_value"),
            _ORDERS | {"measure": tuple(MEASURES)},
            recorded="n",
        ),
        "route_profile": Carried(
            (*_CELL, "measure", "unit", "unit_said", "kind", "published_said", "source_said", *_SAID),
            (
                *("of_n", "n", "recorded_pct", "median", "p10", "p25", "p75", "p90", "with_n", "pct"),
                *("ci_low", "ci_high", "published_low", "published_high"),
            ),
            ("of_n", "n", "recorded_pct", "published_low", "published_high"),
            {"condition": _ORDERS["condition"], "measure": tuple(MEASURES), "route": _ORDERS["route"]},
            recorded="n",
            reads={"ci_low": "share", "ci_high": "share"},
        ),
        **{
            name: Carried(
                ("clinic_id", "condition", group, "timepoint", "group_said", *_SAID),
                _OUTCOMES,
                _LADDER,
                {"condition": _ORDERS["condition"], group: groups},
                only={"scale": PRIMARY},
            )
            for name, group, groups in _CONTRASTS
        },
        "presence_balance": Carried(
            (
                *("clinic_id", "condition", "presence", "characteristic", "level", "level_said", "group_said"),
                *("others_said", "empty_because"),
            ),
            ("standardised_difference",),
            (),
            {
                "condition": _ORDERS["condition"],
                "characteristic": ("baseline", "age_band", "sex", "condition", "route"),
                "presence": PRESENCE,
            },
            reads={"standardised_difference": "effect"},
        ),
        "benchmarks": Carried(
            (
                *("condition", "route", "scale", "study", "measure", "timepoint", "match", "mark"),
                *("value_said", "own_said", "why_said", "source_said", "empty_because"),
            ),
            ("value", "value_high", "network_value", "n_analysed", "n_started"),
            ("value", "value_high", "network_value", "n_analysed", "n_started"),
            _ORDERS,
        ),
    }
)
# Made for the page alone: not in the released tables, and so not in a file of the page.
DERIVED = (
    *("shown_ci_low", "shown_ci_high", "without_table_n", "unlinked_n", "unit_said"),
    *("not_recorded_n", "kind", "limited", "limit_said", "source_said", "published_said", "level_said", "group_said"),
    *(
        "others_said",
        "value_said",
        "own_said",
        "why_said",
        "threshold_said",
        "inputs_said",
        "measures_said",
        "several_n",
    ),
    *both_ways.COLUMNS,
)
