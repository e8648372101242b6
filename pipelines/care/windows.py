"""Every window of CONTRACT.md section 4, as one frozen value with the documented defaults.

What does not belong here: which score falls into a window. That is decided in the .sql files beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

Anchor = Literal["first_session", "last_induction_session"]


@dataclass(frozen=True)
class Timepoint:
    """One window of follow-up. Days count from the course's first session (c-day) or from its last induction session.

    Both ends are inside the window; the score nearest to `target_day` is taken, the earlier of two equally near.
    """

    name: str
    anchor: Anchor
    first_day: int
    last_day: int
    target_day: int

    def __post_init__(self) -> None:
        if not self.first_day <= self.target_day <= self.last_day:
            raise ValueError(f"timepoint {self.name}: the target must lie inside the window")


DEFAULT_TIMEPOINTS = (
    Timepoint("end_of_induction", "last_induction_session", 7, 31, 14),
    Timepoint("week_4", "first_session", 21, 35, 28),
    Timepoint("month_3", "first_session", 76, 105, 91),
    Timepoint("month_6", "first_session", 150, 210, 182),
)


@dataclass(frozen=True)
class Windows:
    """The windows of one run. Lengths in days, counts in sessions; defaults: CONTRACT.md section 4.

    `last` is no window: it is the latest follow-up, whenever it was.
    """

    course_gap_days: int = 180
    induction_days: int = 42
    induction_sessions: int = 12
    induction_gap_days: int = 15
    induction_completed_sessions: int = 4
    route_share_pct: float = 80.0
    baseline_first_day: int = -30
    baseline_last_day: int = 0
    week_slack_days: int = 3
    last_week: int = 30
    timepoints: tuple[Timepoint, ...] = DEFAULT_TIMEPOINTS

    def __post_init__(self) -> None:
        if not 50 < self.route_share_pct <= 100:
            raise ValueError("route_share_pct must be over 50, so that one route at most can reach it, and at most 100")
        if not self.baseline_first_day <= self.baseline_last_day <= 0:
            raise ValueError("the baseline window must end at or before c-day 0 and not before it begins")
        if not 0 <= self.week_slack_days <= 3:
            raise ValueError("week_slack_days must be 0 to 3, so that a score has one week at most")

    def timepoints_frame(self) -> pd.DataFrame:
        """One row per timepoint with a window: timepoint, anchor, first_day, last_day, target_day."""
        return pd.DataFrame(
            [(t.name, t.anchor, t.first_day, t.last_day, t.target_day) for t in self.timepoints],
            columns=["timepoint", "anchor", "first_day", "last_day", "target_day"],
        )
