"""Contacts of one clinic's patients that are no dosing sessions: when, what for, how long. One row per contact."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.synthetic.draws import Draws, Integers
from pipelines.synthetic.profile import ClinicShape

# Days before the first session, and minutes: the demo's own choice.
_BEFORE = {"consultation": (21, 75, 45, 75), "therapist_meeting": (8, 20, 30, 60), "preparation": (0, 6, 40, 80)}
_ATTENDED_PCT = 96
_REMOTE_PCT = 35
_COLUMNS = ("patient_id", "contact_day", "kind", "minutes", "modality", "attended")


def draw_contacts(patients: pd.DataFrame, sessions: pd.DataFrame, clinic: ClinicShape, draws: Draws) -> pd.DataFrame:
    """Contacts in the order patient, day, kind: the contract's columns and `patient`. No patient without a session."""
    seen = np.sort(sessions["patient"].unique())
    parts = [
        _contacts(seen, -draws.whole(len(seen), nearest, farthest), kind, (shortest, longest), clinic, draws)
        for kind, (nearest, farthest, shortest, longest) in _BEFORE.items()
    ]
    last = sessions["patient"].to_numpy(), sessions["session_day"].to_numpy() + draws.whole(len(sessions), 1, 2)
    parts.append(_contacts(*last, "integration", (45, 75), clinic, draws))
    final = sessions.groupby("patient")["session_day"].max().reindex(seen).to_numpy(np.int64)
    parts.append(_contacts(seen, final + draws.whole(len(seen), 14, 40), "follow_up", (15, 30), clinic, draws))
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[frame["contact_day"] <= frame["patient"].map(patients["observed_days"])]
    frame["patient_id"] = patients["patient_id"].to_numpy()[frame["patient"]]
    ordered = frame.sort_values(["patient", "contact_day", "kind"], kind="stable")
    return ordered.drop_duplicates(["patient", "contact_day", "kind"], ignore_index=True)[["patient", *_COLUMNS]]


def _contacts(
    patient: Integers, day: Integers, kind: str, minutes: tuple[int, int], clinic: ClinicShape, draws: Draws
) -> pd.DataFrame:
    """The clinic's share of these contacts."""
    size = len(patient)
    frame = pd.DataFrame(
        {
            "patient": patient,
            "contact_day": day,
            "kind": kind,
            "minutes": np.rint(draws.uniform(size, *minutes) / 5) * 5,
            "modality": np.where(draws.chance(size, _REMOTE_PCT), "remote", "in_person"),
            "attended": draws.chance(size, _ATTENDED_PCT),
        }
    )
    return frame[draws.chance(size, clinic.contacts.get(kind, 0))]
