"""The way an analyst would write it by hand: pandas, Great Expectations on a data frame, groupby, an Altair chart.

`python -m benchmarks.pandas_way INBOX FOLDER` prints a line after each part. It reads the same files, asks the same
kind of questions and counts the same pairs; no ledger, no reasons per row, no disclosure control.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.intake.detectors import DETECTORS

_ITEMS = [f"item_{number:02d}" for number in range(1, 10)]
_WORDS = {
    "scale": ["phq9"],
    "administration": ["baseline", "pre_session", "post_session", "follow_up", "unspecified"],
    "condition": ["trd", "mdd", "bipolar", "anxiety", "ptsd", "ocd", "addiction", "chronic_pain"],
    "route": ["iv", "im", "intranasal", "sublingual", "oral", "sc"],
}


def main(inbox: Path, folder: Path) -> None:
    """Read, validate, pair, count, draw and write; a line after each."""
    import altair as alt
    import great_expectations as gx
    import great_expectations.expectations as gxe
    import pandas as pd

    print("importing", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    scores = _read(pd, inbox, "scores")
    sessions = _read(pd, inbox, "sessions")
    print("reading", flush=True)

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    sessions["copy_key"] = sessions["patient_id"] + ":" + sessions["session_day"].astype("str")
    first = sessions.groupby("patient_id")["session_day"].min()
    scores["first_day"] = scores["patient_id"].map(first)
    scores = scores.sort_values(["patient_id", "scale", "score_day"], ignore_index=True)
    scores["since_days"] = scores.groupby(["patient_id", "scale"])["score_day"].diff()
    sessions["own_median_mg"] = sessions.groupby(["patient_id", "route"])["dose_mg"].transform("median")
    sessions["times_own"] = sessions["dose_mg"] / sessions["own_median_mg"]
    _validate(gx, context, "scores", scores, _asked_of_scores(gxe))
    _validate(gx, context, "sessions", sessions, _asked_of_sessions(gxe))
    print("validating with Great Expectations", flush=True)

    scores["score"] = scores[_ITEMS].sum(axis=1)
    before = scores[scores["score_day"].between(-30, 0)].groupby(["clinic_id", "patient_id"])["score"].last()
    after = scores[scores["score_day"] > 0].groupby(["clinic_id", "patient_id"])["score"].last()
    ordered = sessions.sort_values(["patient_id", "session_day"])
    courses = ordered.groupby(["clinic_id", "patient_id"])[["route", "condition"]].first()
    paired = courses.join(before.rename("baseline")).join(after.rename("followup"))
    paired["change"] = paired["followup"] - paired["baseline"]
    paired["response"] = paired["followup"] <= paired["baseline"] / 2
    outcomes = (
        paired.groupby(["route", "condition"])
        .agg(
            n_started=("route", "size"),
            n_analysed=("change", "count"),
            baseline_mean=("baseline", "mean"),
            followup_mean=("followup", "mean"),
            change_mean=("change", "mean"),
            change_sd=("change", "std"),
            response_n=("response", "sum"),
        )
        .reset_index()
    )
    print("pairing and counting outcomes", flush=True)
    chart = alt.Chart(outcomes).mark_bar().encode(x="route", y="change_mean", column="condition")
    chart.save(str(folder / "change.html"))
    scores.to_parquet(folder / "scores.parquet")
    sessions.to_parquet(folder / "sessions.parquet")
    outcomes.to_parquet(folder / "outcomes.parquet")
    print("drawing, writing Parquet", flush=True)


def _read(pd: Any, inbox: Path, table: str) -> Any:
    files = sorted(inbox.glob(f"*/{table}.csv"))
    return pd.concat([pd.read_csv(path).assign(clinic_id=path.parent.name) for path in files], ignore_index=True)


def _asked_of_scores(gxe: Any) -> Iterable[Any]:
    yield from _asked_of_texts(gxe, ("patient_id", "scale", "administration"))
    yield gxe.ExpectColumnValuesToBeBetween(column="score_day", min_value=-3650, max_value=3650)
    yield gxe.ExpectColumnValuesToNotBeNull(column="score_day")
    for item in _ITEMS:
        yield gxe.ExpectColumnValuesToBeInSet(column=item, value_set=[0, 1, 2, 3])
    yield gxe.ExpectCompoundColumnsToBeUnique(column_list=["patient_id", "scale", "score_day", "administration"])
    yield gxe.ExpectColumnValuesToNotBeNull(column="first_day")
    yield gxe.ExpectColumnValuesToBeBetween(column="since_days", min_value=14, mostly=0.1)
    yield gxe.ExpectColumnValuesToBeBetween(
        column="score_day", max_value=0, row_condition='administration == "baseline"', condition_parser="pandas"
    )
    yield gxe.ExpectColumnValuesToBeBetween(
        column="score_day", min_value=0, row_condition='administration == "follow_up"', condition_parser="pandas"
    )


def _asked_of_sessions(gxe: Any) -> Iterable[Any]:
    yield from _asked_of_texts(gxe, ("patient_id", "condition", "route"))
    yield gxe.ExpectColumnValuesToBeBetween(column="session_day", min_value=-3650, max_value=3650)
    yield gxe.ExpectColumnValuesToNotBeNull(column="dose_mg")
    yield gxe.ExpectColumnValuesToBeBetween(column="dose_mg", min_value=1, max_value=1000)
    yield gxe.ExpectColumnValuesToBeBetween(column="times_own", max_value=3)
    yield gxe.ExpectColumnValuesToBeUnique(column="copy_key")


def _asked_of_texts(gxe: Any, columns: Iterable[str]) -> Iterable[Any]:
    identifiers = "(?i)" + "|".join(f"(?:{detector.pattern})" for detector in DETECTORS)
    for column in columns:
        yield gxe.ExpectColumnValuesToNotBeNull(column=column)
        yield gxe.ExpectColumnValuesToNotMatchRegex(column=column, regex=identifiers)
        if column in _WORDS:
            yield gxe.ExpectColumnValuesToBeInSet(column=column, value_set=_WORDS[column])
        else:
            yield gxe.ExpectColumnValuesToMatchRegex(column=column, regex="^[A-Za-z0-9_-]{1,64}$")


def _validate(gx: Any, context: Any, name: str, frame: Any, asked: Iterable[Any]) -> None:
    asset = context.data_sources.add_pandas(name).add_dataframe_asset(name)
    batch = asset.add_batch_definition_whole_dataframe("whole")
    suite = gx.ExpectationSuite(name=name, expectations=list(asked))
    # The result format that Great Expectations' own checkpoints use.
    result = batch.get_batch(batch_parameters={"dataframe": frame}).validate(suite, result_format="SUMMARY")
    raised = [each for each in result.results if (each.exception_info or {}).get("raised_exception")]
    if raised or len(result.results) != len(suite.expectations):
        raise RuntimeError("an expectation could not be judged")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
