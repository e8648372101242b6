"""Patients of one clinic: who they are, how they will do, how long they are followed. One row per patient."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.synthetic.draws import Draws, Floats
from pipelines.synthetic.profile import ClinicShape, Profile

# Shares of patients, of a hundred. The demo's own choice.
_AGE_BANDS = {"18-24": 9, "25-34": 24, "35-44": 26, "45-54": 19, "55-64": 13, "65-74": 6, "75-84": 2, "unknown": 1}
_SEXES = {"female": 54, "male": 42, "intersex": 1, "unknown": 3}
_WORSENING_PCT = 5
_SPREAD_OF_IMPROVEMENT = 0.27
_MIXED_ROUTE_PCT = 2
_LEFT_TRUNCATED_PCT = 1
_RETREATED_PCT = 4
_FIRST_OPEN_DAY = 10


def draw_patients(clinic: ClinicShape, profile: Profile, share: float, draws: Draws) -> pd.DataFrame:
    """The clinic's patients, in random order.

    Columns: patient_id, condition, route, sex, age_band, weight_kg, severity (SD units), improvement (fraction of the
    baseline; negative = worse), planned_n, attended_n (induction sessions), span_days, maintenance_n,
    observed_days (start to export), start_day (days since the year 0 of the calendar used for `year`), and flags.
    """
    planned = clinic.planned(share)
    cells = [cell for cell, count in planned.items() for _ in range(count)]
    size = len(cells)
    order = np.argsort(draws.uniform(size), kind="stable")
    condition = np.array([cell[0] for cell in cells], dtype=object)[order]
    route = np.array([cell[1] for cell in cells], dtype=object)[order]
    cell_sessions = np.array([profile.routes[name].sessions for name in route], dtype=np.int64).reshape(size, 2)
    lowest, highest = cell_sessions[:, 0], cell_sessions[:, 1]
    typical = np.array([profile.conditions[c].improvement[r] for c, r in zip(condition, route, strict=True)])
    improvement = typical + _SPREAD_OF_IMPROVEMENT * draws.bell(size)
    worsening = draws.chance(size, _WORSENING_PCT)
    improvement = np.where(worsening, -draws.uniform(size, 0.05, 0.45), np.minimum(improvement, 0.97))
    planned_n = lowest + draws.whole_up_to(highest - lowest)
    stopped = draws.chance(size, clinic.dropout_pct)
    observed_days = draws.whole(size, _FIRST_OPEN_DAY, profile.days_open)
    if clinic.never_scaled:
        observed_days = np.full(size, profile.days_open)
    frame = pd.DataFrame(
        {
            "patient_id": draws.tokens(size),
            "condition": condition,
            "route": route,
            "sex": _weighted(draws, size, _SEXES),
            "age_band": _weighted(draws, size, _AGE_BANDS),
            "weight_kg": np.rint(np.clip(79 + 15 * draws.bell(size), 45, 140) * 10) / 10,
            "severity": draws.bell(size),
            "improvement": improvement,
            "planned_n": planned_n,
            "attended_n": np.where(stopped, draws.whole(size, 1, 3), planned_n),
            "span_days": draws.whole(size, 14, 28),
            "observed_days": observed_days,
            "start_day": profile.export_year * 365 + profile.export_day_of_year - observed_days,
            "stopped": stopped,
            "has_baseline": ~draws.chance(size, clinic.no_baseline_pct),
            "followed": draws.chance(size, clinic.followed_pct),
            "has_gad7": draws.chance(size, clinic.gad7_pct),
            "mixed": draws.chance(size, _MIXED_ROUTE_PCT),
            "left_truncated": draws.chance(size, _LEFT_TRUNCATED_PCT),
            "retreated": draws.chance(size, _RETREATED_PCT),
            "declares": ~draws.chance(size, clinic.not_declared_pct),
        }
    )
    kept = draws.chance(size, clinic.maintenance_pct) & ~frame["stopped"].to_numpy()
    frame["maintenance_n"] = np.where(kept, draws.whole(size, 1, 6), 0)
    esketamine = draws.chance(size, clinic.esketamine_pct)
    frame["esketamine"] = esketamine & (frame["route"] == "intranasal") & (frame["condition"] == "trd")
    # Rare paths are for clinics of some size: a handful of patients stays plain, and a wide export has fixed visits.
    if clinic.never_scaled or clinic.wide_export:
        frame[["mixed", "left_truncated", "retreated"]] = False
    frame["other_route"] = _other_routes(frame, clinic)
    frame["usual_presence"] = draws.choice(size, clinic.presence)
    return frame


def _weighted(draws: Draws, size: int, shares: dict[str, int]) -> np.ndarray:
    words = np.array(list(shares), dtype=object)
    return words[np.searchsorted(np.cumsum(list(shares.values())), draws.uniform(size, 0, 100), side="right")]


def _other_routes(frame: pd.DataFrame, clinic: ClinicShape) -> pd.Series:
    """The route a mixed course changes to: another one of the clinic, the planned one where it has only one."""
    offered = sorted({route for by_route in clinic.patients.values() for route in by_route})
    following = {route: offered[(place + 1) % len(offered)] for place, route in enumerate(offered)}
    return frame["route"].map(following)


class PatientTraits:
    """What the answers of each patient follow from, as arrays with one value per patient."""

    def __init__(self, patients: pd.DataFrame, profile: Profile) -> None:
        self._conditions = patients["condition"]
        self._profile = profile
        self.primary_form = self._conditions.map({name: s.form for name, s in profile.conditions.items()}).to_numpy()
        self.shared = patients["severity"].to_numpy()
        self.improvement = patients["improvement"].to_numpy()

    def severity(self, form: str) -> tuple[Floats, Floats]:
        """Mean and SD of the patient's group at baseline on `form` (fraction of the form's range)."""
        shapes = {name: shape.severity_on(form) for name, shape in self._profile.conditions.items()}
        mean = self._conditions.map({name: shape[0] for name, shape in shapes.items()})
        spread = self._conditions.map({name: shape[1] for name, shape in shapes.items()})
        return np.asarray(mean, dtype=np.float64), np.asarray(spread, dtype=np.float64)


def draw_courses(patients: pd.DataFrame, sessions: pd.DataFrame, draws: Draws) -> pd.DataFrame:
    """The clinic's `courses` rows, one per patient: the contract's columns and `patient`.

    followed_through: the last timepoint whose window (CONTRACT.md section 4) had closed at the export.
    """
    size = len(patients)
    observed = patients["observed_days"].to_numpy()
    induction = sessions[sessions["phase"] == "induction"]
    last = induction.groupby("patient")["session_day"].max().reindex(patients.index).fillna(0).to_numpy()
    closed = [observed >= 210, observed >= 105, (observed >= 35) & (observed >= last + 31), observed >= last + 31]
    through = np.select(closed, ["month_6", "month_3", "week_4", "end_of_induction"], "none")
    stopped = patients["stopped"].to_numpy()
    status = np.where(stopped, draws.choice(size, ("withdrawn", "lost")), "completed")
    status = np.where(observed < 35, "active", status)
    reasons = draws.choice(size, ("no_benefit", "adverse_event", "cost", "moved", "lost_contact", "unknown"))
    reason = np.where(stopped, reasons, draws.choice(size, ("completed_plan", "completed_plan", "improved")))
    frame = pd.DataFrame(
        {
            "patient": np.arange(size),
            "patient_id": patients["patient_id"],
            "condition": patients["condition"],
            "enrolment_year": patients["start_day"] // 365,
            "age_band": patients["age_band"],
            "sex": patients["sex"],
            "eligible": np.ones(size, dtype=bool),
            "failed_trials_n": draws.whole(size, 0, 4) + 2 * (patients["condition"] == "trd"),
            "benzodiazepine": draws.chance(size, 22),
            "lamotrigine": draws.chance(size, 8),
            "opioid_antagonist": draws.chance(size, 4),
            "status": status,
            "stop_reason": pd.Series(reason, dtype=object).mask(status == "active"),
            "followed_through": pd.Series(through, dtype=object).where(patients["declares"]),
        }
    )
    return frame[pd.Series(np.arange(size)).isin(sessions["patient"])].reset_index(drop=True)
