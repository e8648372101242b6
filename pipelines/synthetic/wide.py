"""The export of the clinic that has its own names: pounds, hours, `I.V.`, a column per visit; and its mapping file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.synthetic.sessions import WIDE_VISIT_DAYS

_PRESENCE = {"in_room_throughout": "stayed", "group": "group room"}
_ROUTES = {"iv": "I.V.", "im": "I.M."}
_POUND_KG = 0.45359237
_VISITS = {"baseline": ("base", 0), **{name: (name, day) for name, day in WIDE_VISIT_DAYS.items()}}
_SCALES = {"pcl5": "pcl", "phq9": "phq"}
_RENAMED = {
    "patient_id": "pid", "session_day": "days_in", "year": "yr", "dose_mg": "ketamine_mg", "dose_mg_per_kg": "mgkg",
    "sbp_pre": "sys_before", "dbp_pre": "dia_before", "sbp_peak": "sys_top", "dbp_peak": "dia_top",
    "sbp_end": "sys_after", "dbp_end": "dia_after", "completed": "done", "ae_assessed": "asked_ae",
}  # fmt: skip
_HEADER = "# Synthetic clinic Fir: its export's own names, pounds, hours and one column per visit.\n"


def wide_sessions(sessions: pd.DataFrame) -> pd.DataFrame:
    """One row per session, under the clinic's own names; `room` means nothing to the contract."""
    frame = sessions[list(_RENAMED)].rename(columns=_RENAMED)
    frame["Route"] = sessions["route"].map(_ROUTES)
    frame["weight_lb"] = np.rint(sessions["weight_kg"] / _POUND_KG * 10) / 10
    frame["infusion_hours"] = np.rint(sessions["dosing_minutes"] / 60 * 100) / 100
    frame["observation_hours"] = np.rint(sessions["monitoring_minutes"] / 60 * 100) / 100
    frame["staff"] = sessions["therapist_presence"].map(_PRESENCE).fillna("n/a")
    frame["room"] = sessions["number"] % 3 + 1
    return frame


def wide_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """One row per patient with any total: a column per scale and visit, empty where the visit did not happen."""
    kept = scores[scores["scale"].isin(_SCALES)]
    name = kept["scale"].map(_SCALES) + "_" + kept["occasion"].map({key: word for key, (word, _) in _VISITS.items()})
    wide = kept.assign(column=name).pivot(index=["patient", "patient_id"], columns="column", values="total")
    columns = [f"{scale}_{word}" for scale in _SCALES.values() for word, _ in _VISITS.values()]
    wide = wide.reindex(columns=columns).dropna(how="all").reset_index()
    return wide.drop(columns="patient").rename(columns={"patient_id": "pid"})


def mapping_text() -> str:
    """The mapping file that turns both exports into the contract's tables."""
    session_columns = [f"      {name}: {column}" for name, column in _RENAMED.items()]
    score_lines = [
        f"      - {{scale: {scale}, total: {short}_{word}, score_day: {day},"
        f" administration: {'baseline' if day == 0 else 'follow_up'}}}"
        for scale, short in _SCALES.items()
        for word, day in _VISITS.values()
    ]
    return _HEADER + "\n".join(
        [
            "mapping_version: 1",
            "context: clinic",
            "delivery: incremental",
            'missing: ["n/a"]',
            "ignore: {room: integer}",
            "tables:",
            "  sessions:",
            "    columns:",
            *session_columns,
            "      condition: {constant: ptsd}",
            '      route: {column: Route, values: {"I.V.": iv, "I.M.": im}}',
            "      weight_kg: {column: weight_lb, unit: lb}",
            "      dosing_minutes: {column: infusion_hours, unit: hours}",
            "      monitoring_minutes: {column: observation_hours, unit: hours}",
            "      therapist_presence: {column: staff, values: {stayed: in_room_throughout, group room: group}}",
            "  scores:",
            "    columns:",
            "      patient_id: pid",
            "    scores:",
            *score_lines,
            "",
        ]
    )
