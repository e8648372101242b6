"""From sessions and scores to courses of care, baselines, follow-ups and timepoints (CONTRACT.md section 4).

Each step is one .sql file beside this one; its header gives grain, inputs and rule.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from pipelines.care.windows import Windows
from pipelines.engine import Engine, load_sql, quoted
from pipelines.vocabulary import PRIMARY_SCALES

# Beside this file lie the statements, one a table.
SQL_ANCHOR = __file__
NO_SESSIONS = (
    "(SELECT CAST(NULL AS VARCHAR) AS clinic_id, CAST(NULL AS VARCHAR) AS patient_id, 0 AS session_day, 0 AS c_day "
    "WHERE false)"
)


def derive_care(engine: Engine, windows: Windows, keep: Callable[[str], object] = lambda name: None) -> dict[str, int]:
    """Make the tables of care in `engine`; return the row count of each. `keep` is told each one as it is made.

    Reads `sessions`, `courses`, `scored_scores`, `scale_definitions`. Makes `timepoints`, `primary_scale_order`,
    `course_sessions`, `courses_of_care`, `eligible_scores`, `baselines`, `follow_ups`, `timepoint_scores`,
    `primary_scales`, `held_out`. Keys: clinic_id, patient_id, course_number (1 = the patient's first).

    Where the contract is silent: sessions of one day are ordered by session_id, then by receipt and row; a course
    with neither a delivered condition nor a session that states one is held out and counted in `held_out`; a
    `courses` row whose course_id no session of the patient bears is treated as one without course_id.
    """
    engine.define("timepoints", windows.timepoints_frame())
    engine.define("primary_scale_order", primary_scale_order())
    parameters: dict[str, dict[str, float]] = {
        "course_sessions": {
            "course_gap_days": windows.course_gap_days,
            "induction_days": windows.induction_days,
            "induction_sessions": windows.induction_sessions,
            "induction_gap_days": windows.induction_gap_days,
        },
        "courses_of_care": {
            "induction_completed_sessions": windows.induction_completed_sessions,
            "route_share_pct": windows.route_share_pct,
        },
        "eligible_scores": {},
        "baselines": {
            "baseline_first_day": windows.baseline_first_day,
            "baseline_last_day": windows.baseline_last_day,
        },
        "follow_ups": {},
        "timepoint_scores": {},
        "primary_scales": {},
        "held_out": {},
    }
    rows_n: dict[str, int] = {}
    for name, bound in parameters.items():
        if name == "eligible_scores":
            rows_n[name] = choose_eligible(engine, "scored_scores", name)
        else:
            rows_n[name] = engine.materialise(name, load_sql(__file__, name), **bound)
        keep(name)
    return rows_n


def choose_eligible(engine: Engine, scores: str, into: str, sessions: str = "course_sessions") -> int:
    """Make `into`: of the scored rows `scores`, one per patient, scale and day that may count; return its row count.

    `sessions` is the relation whose session_day are dosing days; NO_SESSIONS for a sample that has none.
    """
    select = load_sql(__file__, "eligible_scores").replace("/* scores */", quoted(scores))
    return engine.materialise(into, select.replace("/* sessions */", sessions))


def primary_scale_order() -> pd.DataFrame:
    """One row per condition and scale that may be its primary one: condition, scale, place (0 = first choice)."""
    return pd.DataFrame(
        [
            (condition, scale, place)
            for condition, listed in PRIMARY_SCALES.items()
            for place, scale in enumerate(listed)
        ],
        columns=["condition", "scale", "place"],
    )
