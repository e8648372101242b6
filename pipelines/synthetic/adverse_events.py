"""Adverse events of one clinic's sessions. One row per session and event."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.synthetic.draws import Draws
from pipelines.synthetic.profile import Profile

# Percent, the demo's own choice. An event is seldom told where nobody asks.
_TOLD_UNASKED_PCT = 15
_ALWAYS_SERIOUS = ("hospitalisation", "loss_of_consciousness", "suicide_attempt")
_SERIOUS_PCT = 0.6
_RELATED_PCT, _RESOLVED_PCT = 85, 97
_COLUMNS = ("patient_id", "session_day", "event", "severity", "serious", "related", "onset_minutes", "resolved")


def draw_adverse_events(sessions: pd.DataFrame, profile: Profile, draws: Draws) -> pd.DataFrame:
    """Events in the order of the sessions, then of the profile: the contract's columns and `patient`.

    A few patients have many of them: each patient's own liability multiplies the percent of the route.
    """
    size = len(sessions)
    liability = 3 * draws.uniform(int(sessions["patient"].max()) + 1) ** 2
    asked = np.where(sessions["ae_assessed"], 1.0, _TOLD_UNASKED_PCT / 100)
    parts = []
    for place, (event, by_route) in enumerate(profile.events.items()):
        pct = sessions["route"].map(by_route).to_numpy(float) * liability[sessions["patient"]] * asked
        happened = draws.uniform(size, 0, 100) < pct
        parts.append(pd.DataFrame({"row": np.flatnonzero(happened), "place": place, "event": event}))
    frame = pd.concat(parts, ignore_index=True).sort_values(["row", "place"], kind="stable", ignore_index=True)
    of = sessions.iloc[frame["row"]].reset_index(drop=True)
    count = len(frame)
    level = draws.uniform(count)
    frame["patient"], frame["patient_id"], frame["session_day"] = of["patient"], of["patient_id"], of["session_day"]
    frame["severity"] = np.where(level < 0.7, "mild", np.where(level < 0.95, "moderate", "severe"))
    frame["serious"] = draws.chance(count, _SERIOUS_PCT) | frame["event"].isin(_ALWAYS_SERIOUS).to_numpy()
    frame["related"] = draws.chance(count, _RELATED_PCT)
    frame["onset_minutes"] = np.rint(draws.uniform(count, 5, 90))
    frame["resolved"] = draws.chance(count, _RESOLVED_PCT)
    return frame.drop_duplicates(["patient", "session_day", "event"], ignore_index=True)[["patient", *_COLUMNS]]
