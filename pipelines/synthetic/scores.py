"""Answers to the questionnaires: when they were asked, what was answered. One row per administered scale."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipelines.contract.fields import ITEM_FIELDS
from pipelines.synthetic.draws import Draws, Flags, Integers
from pipelines.synthetic.forms import Form
from pipelines.synthetic.patients import PatientTraits
from pipelines.synthetic.profile import ClinicShape, Profile
from pipelines.synthetic.sessions import WIDE_VISIT_DAYS

# Shares measured, percent: attrition after Yermus 2024 (18 % measured at 3 months, 5 % at 6). A clinic that follows
# its patients well keeps more of them later too; those lost at the end of induction seldom come back.
_WEEK_4_PCT = 45
_MONTH_3_PCT, _MONTH_3_RETURNING_PCT = 30, 5
_MONTH_6_PCT, _MONTH_6_RETURNING_PCT = 12, 1
_FOLLOWED_AFTER_STOPPING = 0.5
_PRE_SESSION_PHQ9_PCT = 30
_POST_SESSION_PCT = 1
_UNSPECIFIED_PCT = 3
_ITEM_9_EMPTY_PCT = 1.5
_ITEM_EMPTY_PCT = 0.4
_ITEM_NOISE, _OCCASION_NOISE = 0.21, 0.04
_RARER_BY = 0.45  # of the range, so that about half of the people with depression confirm such an item at baseline
_SCREENED_PCT = 20
_COLUMNS = ("patient", "occasion", "patient_id", "scale", "score_day", "administration", "respondent")
_SECONDARY_SHARE = 0.85  # of the improvement, on scales that are not the condition's own


def draw_scores(
    patients: pd.DataFrame,
    sessions: pd.DataFrame,
    clinic: ClinicShape,
    profile: Profile,
    forms: Mapping[str, Form],
    draws: Draws,
) -> pd.DataFrame:
    """Scores in the order patient, day, scale: the contract's columns, and `patient`, `occasion`."""
    occasions = _occasions(patients, sessions, clinic, draws)
    traits = PatientTraits(patients, profile)
    parts = [_answered(form, occasions, patients, traits, clinic, draws) for form in forms.values()]
    frame = pd.concat([part for part in parts if len(part)], ignore_index=True)
    frame["patient_id"] = patients["patient_id"].to_numpy()[frame["patient"]]
    items = [column for column in ITEM_FIELDS if column in frame]
    if not clinic.totals and not clinic.wide_export:
        frame = frame.drop(columns="total")
    ordered = frame.sort_values(["patient", "score_day", "scale", "administration"], kind="stable", ignore_index=True)
    return ordered.reindex(columns=[*_COLUMNS, *(["total"] if "total" in frame else []), *sorted(items)])


def _occasions(patients: pd.DataFrame, sessions: pd.DataFrame, clinic: ClinicShape, draws: Draws) -> pd.DataFrame:
    """Columns patient, occasion, score_day, administration, progress (0 at baseline, 1 at the best point)."""
    size = len(patients)
    everyone = np.arange(size)
    induction = sessions[sessions["phase"] == "induction"]
    last = induction.groupby("patient")["session_day"].max().reindex(patients.index).fillna(0).to_numpy(np.int64)
    keeps = np.where(patients["stopped"], _FOLLOWED_AFTER_STOPPING, 1.0)
    followed = patients["followed"].to_numpy() & (draws.uniform(size) < keeps)

    def at(who: Flags, day: Integers, occasion: str, administration: str = "follow_up") -> pd.DataFrame:
        kept = pd.DataFrame({"patient": everyone, "score_day": day, "occasion": occasion})[who]
        return kept.assign(administration=administration)

    before = np.where(draws.chance(size, 45), 0, -draws.whole(size, 1, 21))
    baseline = at(patients["has_baseline"].to_numpy(), before, "baseline", "baseline")
    unclear = (baseline["score_day"] == 0) & draws.chance(len(baseline), _UNSPECIFIED_PCT)
    baseline["administration"] = baseline["administration"].mask(unclear, "unspecified")
    if clinic.wide_export:
        baseline["score_day"], baseline["administration"] = 0, "baseline"
        week5, month3, month6 = (np.full(size, day) for day in WIDE_VISIT_DAYS.values())
    else:
        week5 = last + 7 + np.rint(14 * draws.uniform(size) * draws.uniform(size)).astype(np.int64)
        month3, month6 = 91 + draws.whole(size, -12, 12), 182 + draws.whole(size, -24, 24)
    parts = [
        baseline,
        at(followed, week5, "week5"),
        at(_either(followed, _MONTH_3_PCT, _MONTH_3_RETURNING_PCT, draws), month3, "month3"),
        at(_either(followed, _MONTH_6_PCT, _MONTH_6_RETURNING_PCT, draws), month6, "month6"),
    ]
    if not clinic.wide_export:
        week4 = 28 + draws.whole(size, -4, 4)
        measured = followed & draws.chance(size, _WEEK_4_PCT) & (week4 > last)
        parts += [at(measured, week4, "week4"), *_around_sessions(patients, sessions, clinic, followed, draws)]
        # Some were asked at the consultation too, before the score that counts as the baseline.
        screened = patients["has_baseline"].to_numpy() & (before > -14) & draws.chance(size, _SCREENED_PCT)
        parts.append(at(screened, before - draws.whole(size, 7, 14), "screening", "unspecified"))
    frame = pd.concat(parts, ignore_index=True)
    observed = patients["observed_days"].to_numpy()[frame["patient"]]
    frame = frame[frame["score_day"] <= observed]
    # Two administrations of one day would be one key: the first stays, except what was asked after the session.
    after = frame["administration"] == "post_session"
    frame = pd.concat([frame[~after].drop_duplicates(["patient", "score_day"]), frame[after]], ignore_index=True)
    return _with_progress(_on_dosing_days(frame, sessions), patients, last)


def _either(followed: Flags, followed_pct: float, returning_pct: float, draws: Draws) -> Flags:
    return draws.uniform(len(followed)) * 100 < np.where(followed, followed_pct, returning_pct)


def _around_sessions(
    patients: pd.DataFrame, sessions: pd.DataFrame, clinic: ClinicShape, followed: Flags, draws: Draws
) -> list[pd.DataFrame]:
    """Scores asked before (some also after) a session; in maintenance only of those who are followed at all."""
    size = len(sessions)
    day = sessions["session_day"]
    asked = draws.chance(size, clinic.pre_session_pct) & (day > 0)
    asked &= (sessions["phase"] == "induction") | followed[sessions["patient"]]
    # A second course begins with a score of its own.
    asked |= (sessions["phase"] == "retreatment") & (sessions["number"] == 0)
    columns = sessions[["patient", "session_day"]].rename(columns={"session_day": "score_day"})
    before = columns[asked].assign(occasion="pre_session", administration="pre_session")
    later = columns[draws.chance(size, _POST_SESSION_PCT)]
    later = later.assign(occasion="post_session", administration="post_session")
    ended = sessions[sessions["phase"] == "retreatment"].groupby("patient")["session_day"].max().reset_index()
    again = ended.rename(columns={"session_day": "score_day"}).assign(occasion="retreated", administration="follow_up")
    again["score_day"] += 14
    return [before, later, again[followed[again["patient"]]]]


def _on_dosing_days(frame: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """A follow-up that falls on a dosing day is what the clinic would record: asked before the session."""
    dosing = sessions["patient"].to_numpy() * 10_000 + sessions["session_day"].to_numpy()
    same_day = np.isin(frame["patient"].to_numpy() * 10_000 + frame["score_day"].to_numpy(), dosing)
    moved = same_day & (frame["administration"] == "follow_up")
    return frame.assign(administration=frame["administration"].mask(moved, "pre_session"))


def _with_progress(frame: pd.DataFrame, patients: pd.DataFrame, last: Integers) -> pd.DataFrame:
    """Linear to the last induction session, held a month, then slowly lost; less for those who stopped early."""
    patient, day = frame["patient"].to_numpy(), frame["score_day"].to_numpy()
    end = np.maximum(last[patient], 7)
    reached = np.clip(day / end, 0, 1)
    lost = 0.0022 * np.clip(day - end - 30, 0, 180)
    share = (patients["attended_n"] / patients["planned_n"]).to_numpy()[patient]
    return frame.assign(progress=(reached - lost) * (0.4 + 0.6 * share))


def _answered(
    form: Form,
    occasions: pd.DataFrame,
    patients: pd.DataFrame,
    traits: PatientTraits,
    clinic: ClinicShape,
    draws: Draws,
) -> pd.DataFrame:
    """The rows of one form: columns patient, occasion, scale, score_day, administration, respondent, total, items."""
    patient = occasions["patient"].to_numpy()
    own = traits.primary_form == form.scale
    who = own | _also_asked(form.scale, patients, clinic, draws)
    session = occasions["administration"].isin(["pre_session", "post_session"]) & (occasions["occasion"] != "week5")
    sometimes = draws.chance(len(occasions), _PRE_SESSION_PHQ9_PCT if form.scale == "phq9" else 0)
    rows = occasions[who[patient] & (own[patient] | ~session.to_numpy() | sometimes)]
    rows = rows.drop(columns="progress").assign(scale=form.scale, respondent=form.respondent, total=np.nan)
    count, width = len(rows), len(form.limits)
    mean, spread = traits.severity(form.scale)
    start = mean + spread * (0.8 * traits.shared + 0.6 * draws.bell(len(patients)))
    start = np.clip(start, 0.05, 0.98)
    share = np.where(own, 1.0, _SECONDARY_SHARE) * traits.improvement
    patient = rows["patient"].to_numpy()
    progress = occasions.loc[rows.index, "progress"].to_numpy()
    level = start[patient] * (1 - share[patient] * progress) + _OCCASION_NOISE * draws.bell(count)
    low, high = np.array(form.limits).T
    shift = np.zeros(width)
    shift[[item - 1 for item in form.rarer]] = -_RARER_BY
    answers = low + np.rint((high - low) * (level[:, None] + shift + _ITEM_NOISE * draws.bell(count, width)))
    answers = np.clip(answers, low, high)
    _leave_empty(form, answers, draws)
    whole = ~np.isnan(answers).any(axis=1)
    if form.summed:
        rows["total"] = np.where(whole, answers.sum(axis=1), np.nan)
    answered: pd.DataFrame = rows.assign(**dict(zip(ITEM_FIELDS, answers.T, strict=False)))
    return answered


def _also_asked(scale: str, patients: pd.DataFrame, clinic: ClinicShape, draws: Draws) -> Flags:
    """Who is asked this scale beside the condition's own: PHQ-9 everyone, GAD-7 some, others some with trd."""
    if scale == "phq9":
        return np.ones(len(patients), dtype=bool)
    if scale == "gad7":
        return patients["has_gad7"].to_numpy()
    asked = draws.chance(len(patients), clinic.also.get(scale, 0))
    return asked & (patients["condition"] == "trd").to_numpy()


def _leave_empty(form: Form, answers: np.ndarray, draws: Draws) -> None:
    """Unanswered items: by design (either-or pairs), by chance, and item 9 of PHQ-9 more often than others."""
    count, width = answers.shape
    for pair in form.either_or:
        answers[np.arange(count), np.array(pair)[draws.whole(count, 0, 1)] - 1] = np.nan
    skipped = draws.chance(count, _ITEM_EMPTY_PCT)
    answers[skipped, draws.whole(count, 0, width - 1)[skipped]] = np.nan
    if form.scale == "phq9":
        answers[draws.chance(count, _ITEM_9_EMPTY_PCT), 8] = np.nan
        answers[draws.chance(count, _ITEM_EMPTY_PCT), 1:5] = np.nan  # more than the form's rule allows
