"""Dosing sessions of one clinic's patients: when, by which route, how much, what was measured. One row per session."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.contract.tables import SESSIONS
from pipelines.synthetic.draws import Draws, Floats
from pipelines.synthetic.profile import ClinicShape, Profile

# Days on which the wide export has its visits: no dosing then, or the visit would not be an outcome score.
WIDE_VISIT_DAYS = {"week5": 35, "month3": 91, "month6": 182}
_RETREATMENT_SESSIONS = 5
_VITALS = ("sbp_pre", "dbp_pre", "sbp_peak", "dbp_peak", "sbp_end", "dbp_end", "spo2_min")
_SOMETIMES_EMPTY = (
    "weight_kg", "onset_minutes", "effect_minutes", "intensity_0_10", "dosing_minutes", "recovery_minutes",
    "therapist_presence", "integration_minutes", "integration_after_minutes", "cadss_peak", "sedation_peak",
)  # fmt: skip
_EMPTY_PCT = 3
_USUAL_PRESENCE_PCT = 90


def draw_sessions(patients: pd.DataFrame, clinic: ClinicShape, profile: Profile, draws: Draws) -> pd.DataFrame:
    """Sessions in the order patient, day: the contract's columns, and `patient` (row of `patients`), `phase`."""
    frame = _calendar(patients, clinic, draws)
    person = patients.iloc[frame["patient"]].reset_index(drop=True)
    changed = person["mixed"].to_numpy() & (frame["number"].to_numpy() % 2 == 1)
    frame["patient_id"] = person["patient_id"]
    frame["year"] = (person["start_day"] + frame["session_day"]) // 365
    frame["condition"] = person["condition"]
    frame["route"] = np.where(changed, person["other_route"], person["route"])
    esketamine = (person["esketamine"] & (frame["route"] == "intranasal")).to_numpy()
    frame["drug"] = np.where(esketamine, "esketamine", "ketamine")
    frame["weight_kg"] = person["weight_kg"]
    _doses(frame, esketamine, profile, draws)
    _experience(frame, esketamine, person["usual_presence"].to_numpy(), clinic, profile, draws)
    _vitals(frame, profile, draws)
    size = len(frame)
    for column in _SOMETIMES_EMPTY:
        frame[column] = frame[column].mask(draws.chance(size, _EMPTY_PCT))
    frame["ae_assessed"] = draws.chance(size, 85)
    absent = (*clinic.unrecorded, *(() if clinic.vitals else _VITALS))
    columns = [name for name in SESSIONS.columns if name in frame and name not in absent]
    return frame[["patient", "phase", "number", *columns]]


def _calendar(patients: pd.DataFrame, clinic: ClinicShape, draws: Draws) -> pd.DataFrame:
    """Columns patient, phase, number (0 = first of its phase), session_day; only what happened before the export."""
    induction = _repeated(patients["attended_n"])
    person = patients.iloc[induction["patient"]].reset_index(drop=True)
    number = induction["number"].to_numpy()
    spacing = person["span_days"].to_numpy() / (person["planned_n"].to_numpy() - 1)
    jitter = draws.whole(len(induction), 0, 1) * (number > 0)
    induction["session_day"] = np.rint(number * spacing).astype(np.int64) + jitter
    induction["phase"] = "induction"
    last = induction.groupby("patient")["session_day"].max()

    maintenance = _repeated(patients["maintenance_n"])
    # A gap of 15 days or more ends induction (CONTRACT.md section 4).
    maintenance["gap"] = np.where(
        maintenance["number"] == 0, draws.whole(len(maintenance), 16, 30), draws.whole(len(maintenance), 20, 35)
    )
    maintenance["session_day"] = maintenance.groupby("patient")["gap"].cumsum() + maintenance["patient"].map(last)
    maintenance["phase"] = "maintenance"
    if clinic.wide_export:
        maintenance["session_day"] += maintenance["session_day"].isin(list(WIDE_VISIT_DAYS.values()))
    latest = pd.concat([induction, maintenance]).groupby("patient")["session_day"].max().reindex(patients.index)

    again = _repeated(patients["retreated"] * _RETREATMENT_SESSIONS)
    begin = latest + draws.whole(len(patients), 190, 320)  # more than 180 days apart: another course
    again["session_day"] = again["patient"].map(begin) + again["number"] * 4
    again["phase"] = "retreatment"

    frame = pd.concat([induction, maintenance.drop(columns="gap"), again], ignore_index=True)
    frame = frame[frame["session_day"] <= frame["patient"].map(patients["observed_days"])]
    # A left-truncated patient came to this clinic after the first session; one without another session stays whole.
    several = frame.groupby("patient")["session_day"].transform("size") > 1
    cut = frame["patient"].map(patients["left_truncated"]) & (frame["session_day"] == 0) & several
    return frame[~cut].sort_values(["patient", "session_day"], kind="stable", ignore_index=True)


def _repeated(counts: pd.Series) -> pd.DataFrame:
    """`counts` rows for each patient, numbered from 0."""
    amount = counts.to_numpy(np.int64)
    patient = np.repeat(np.arange(len(amount)), amount)
    first = np.repeat(np.cumsum(amount) - amount, amount)
    return pd.DataFrame({"patient": patient, "number": np.arange(len(patient)) - first})


def _between(frame: pd.DataFrame, profile: Profile, name: str, fraction: Floats) -> Floats:
    """The point at `fraction` of the route's range `name`, for every session."""
    ranges = {route: getattr(shape, name) or (np.nan, np.nan) for route, shape in profile.routes.items()}
    low = frame["route"].map({route: limits[0] for route, limits in ranges.items()}).to_numpy(float)
    high = frame["route"].map({route: limits[1] for route, limits in ranges.items()}).to_numpy(float)
    return np.asarray(low + (high - low) * fraction, dtype=np.float64)


def _doses(frame: pd.DataFrame, esketamine: np.ndarray, profile: Profile, draws: Draws) -> None:
    size = len(frame)
    level = np.minimum(0.75 * draws.uniform(size) + 0.05 * frame["number"].to_numpy(), 1.0)  # titrated upwards
    per_kg = _between(frame, profile, "dose_per_kg", level)
    fixed = np.rint(_between(frame, profile, "dose_mg", level) / 10) * 10
    weight = frame["weight_kg"].to_numpy()
    # Some clinics' doses of the range in mg per kg end above the plausible total for heavy patients: capped.
    by_weight = np.rint(np.minimum(per_kg * weight, 120))
    # The label's doses of esketamine (28, 56, 84 mg): 56 first, then 56 or 84.
    label = np.where((frame["number"] > 0) & draws.chance(size, 60), 84.0, 56.0)
    frame["dose_mg"] = np.where(esketamine, label, np.where(np.isnan(per_kg), fixed, by_weight))
    frame["dose_mg_per_kg"] = np.where(np.isnan(per_kg), np.nan, np.rint(by_weight / weight * 100) / 100)
    adjusted_pct = frame["route"].map({route: shape.adjusted_pct for route, shape in profile.routes.items()})
    adjusted = draws.uniform(size, 0, 100) < adjusted_pct.to_numpy(float)
    adjustments = np.where(adjusted, draws.whole(size, 1, 3), 0)
    frame["dose_adjustments_n"] = adjustments
    several, single = draws.choice(size, ("up", "down", "both")), draws.choice(size, ("up", "down"))
    frame["adjustment_direction"] = np.where(adjustments > 1, several, np.where(adjustments > 0, single, "none"))


def _experience(
    frame: pd.DataFrame,
    esketamine: np.ndarray,
    usual_presence: np.ndarray,
    clinic: ClinicShape,
    profile: Profile,
    draws: Draws,
) -> None:
    size = len(frame)
    intensity = draws.uniform(size)
    frame["onset_minutes"] = np.rint(_between(frame, profile, "onset_minutes", draws.uniform(size)))
    frame["effect_minutes"] = np.rint(_between(frame, profile, "effect_minutes", draws.uniform(size)))
    frame["intensity_0_10"] = np.rint(2 + 8 * intensity)
    frame["target_effect_reached"] = intensity + 0.3 * draws.bell(size) > 0.15
    frame["dosing_minutes"] = np.rint(_between(frame, profile, "dosing_minutes", draws.uniform(size)))
    watched = np.rint(draws.uniform(size, 60, 120))
    # The Spravato label asks for two hours of observation.
    frame["monitoring_minutes"] = np.where(esketamine, np.maximum(watched + 40, 120), watched)
    frame["recovery_minutes"] = np.rint(draws.uniform(size, 20, 60))
    as_usual = draws.chance(size, _USUAL_PRESENCE_PCT)
    frame["therapist_presence"] = np.where(as_usual, usual_presence, draws.choice(size, clinic.presence))
    frame["preparation_done"] = draws.chance(size, 93)
    frame["intention_set"] = draws.chance(size, 88)
    frame["completed"] = draws.chance(size, 99)
    integrated = draws.chance(size, clinic.integrated_pct) & (frame["therapist_presence"] != "none").to_numpy()
    # 0 = there was none; not recorded stays empty.
    frame["integration_minutes"] = np.where(integrated, np.rint(draws.uniform(size, 6, 18)) * 5, 0.0)
    frame["integration_after_minutes"] = np.where(integrated, np.rint(draws.uniform(size, 2, 200)) * 30, np.nan)
    frame["cadss_peak"] = np.rint(_between(frame, profile, "cadss_peak", 0.6 * intensity + 0.4 * draws.uniform(size)))
    frame["sedation_peak"] = np.where(draws.chance(size, 12), 3, np.where(draws.chance(size, 40), 4, 5)).astype(float)


def _vitals(frame: pd.DataFrame, profile: Profile, draws: Draws) -> None:
    """Blood pressure in mmHg: diastolic below systolic, the peak the highest of the three."""
    size = len(frame)
    rise = _between(frame, profile, "sbp_rise", draws.uniform(size))
    left = draws.uniform(size, 0.0, 0.4)
    systolic = np.rint(np.clip(122 + 11 * draws.bell(size), 95, 150))
    diastolic = np.rint(np.clip(76 + 7 * draws.bell(size), 55, 92))
    frame["sbp_pre"], frame["dbp_pre"] = systolic, diastolic
    frame["sbp_peak"], frame["dbp_peak"] = systolic + np.rint(rise), diastolic + np.rint(0.6 * rise)
    frame["sbp_end"], frame["dbp_end"] = systolic + np.rint(left * rise), diastolic + np.rint(0.5 * left * rise)
    frame["spo2_min"] = np.rint(np.clip(97 + 1.3 * draws.bell(size), 90, 100))
    absent = draws.chance(size, 2)
    for column in _VITALS:
        frame[column] = frame[column].mask(absent)
