"""Homes with small clinics, for tests of the whole job: rows as they are delivered, a run, what a release holds."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import sys
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.step import Validation, refuse_errors, validate_candidates
from pipelines.home import Home
from pipelines.steps.candidates import prepare_candidates
from pipelines.steps.clinical import derive_courses, score_scales
from pipelines.steps.intake import FileOutcome, take_in
from pipelines.steps.job import Job
from pipelines.steps.outcomes import make_outcome_tables
from pipelines.steps.publication import publish
from pipelines.steps.versions import settle_lake

Row = Mapping[str, Any]
LAIN_SECONDS = 60
PHQ9_ITEMS = tuple(f"item_{number:02d}" for number in range(1, 10))


def patients(count: int, letter: str = "p") -> list[str]:
    """`count` pseudonyms: p01, p02, ..."""
    return [f"{letter}{number:02d}" for number in range(1, count + 1)]


def sessions(of: Iterable[str], days: Sequence[int] = (0, 4, 8, 12), **cells: Any) -> list[Row]:
    """One dosing session per patient and day; four within 42 days are a completed induction."""
    common = {"condition": "trd", "route": "iv", "dose_mg": 40, **cells}
    return [{"patient_id": patient, "session_day": day, **common} for patient in of for day in days]


def phq9(of: Iterable[str], totals: Mapping[int, int], **cells: Any) -> list[Row]:
    """The nine answers per patient and day, adding up to the day's total; before day 0 as baseline, else follow-up."""
    return [
        {
            "patient_id": patient,
            "scale": "phq9",
            "score_day": day,
            "administration": "baseline" if day < 0 else "follow_up",
            **dict(zip(PHQ9_ITEMS, _answers(total), strict=True)),
            **cells,
        }
        for patient in of
        for day, total in totals.items()
    ]


def courses(of: Iterable[str], **cells: Any) -> list[Row]:
    """One course per patient."""
    return [{"patient_id": patient, "condition": "trd", "sex": "female", **cells} for patient in of]


def _answers(total: int) -> list[int]:
    whole, rest = divmod(total, len(PHQ9_ITEMS))
    return [whole + (position < rest) for position in range(len(PHQ9_ITEMS))]


def csv_text(rows: Sequence[Row]) -> str:
    """Rows as a CSV file, columns in order of first appearance."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def deliver(home: Home, clinic_id: str, name: str, rows: Sequence[Row] | str) -> Path:
    """Put a file into a clinic's inbox; its name says the format. `rows` may be the text itself."""
    path = home.inbox_of(clinic_id) / name
    path.parent.mkdir(exist_ok=True)
    text = rows if isinstance(rows, str) else csv_text(rows)
    if name.endswith(".parquet"):
        frame = pd.read_csv(io.StringIO(text), dtype="str")
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
    else:
        content = text.encode()
        path.write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
    # As most files are when a run finds them: one that is still being written is waited for.
    os.utime(path, (time.time() - LAIN_SECONDS,) * 2)
    return path


def copy_of(home: Home, folder: Path) -> Home:
    """The same home in another folder, for a test to go on from."""
    shutil.copytree(home.root, folder / "home", symlinks=True)
    return Home.open(folder / "home")


def open_job(home: Home) -> Job:
    """What the steps of one run are given."""
    settle_lake(home.lake)
    return Job.open(home, str(uuid.uuid4()))


def clinics_of(home: Home, job: Job) -> list[str]:
    """Clinics with a folder in the inbox or a delivery in the record."""
    return sorted({*(path.name for path in home.inbox.iterdir()), *job.history().clinics()})


@dataclass(frozen=True)
class Ran:
    """What the steps of one run returned. reconciled: a row per pending delivery, by clinic and file name."""

    run_id: str
    files: list[FileOutcome]
    reconciled: pd.DataFrame
    validations: list[Validation]
    release_id: str

    def file(self, name: str) -> FileOutcome:
        """What became of one file."""
        (found,) = [outcome for outcome in self.files if outcome.file == name]
        return found

    def counts(self, name: str) -> dict[str, int]:
        """Records of a received file by what became of them, those that are not 0."""
        row = self.reconciled.set_index("receipt").loc[self.file(name).receipt]
        states = ("accepted", "quarantined", "duplicate", "stale", "corrected")
        return {state: int(row[state]) for state in states if row[state]}

    def verdicts(self) -> dict[str, str]:
        """Verdict by clinic."""
        return {validation.clinic_id: validation.verdict for validation in self.validations}


def take_in_only(home: Home) -> Ran:
    """Intake and candidates alone: what became of each record, nothing validated."""
    with home.lock():
        job = open_job(home)
        clinic_ids = clinics_of(home, job)
        return Ran(job.run_id, take_in(job, clinic_ids), prepare_candidates(job, clinic_ids), [], "")


def judge_and_publish(home: Home) -> Ran:
    """The steps up to the validated store: nothing is scored or released."""
    with home.lock():
        return _to_the_store(home, open_job(home))


def run_steps(home: Home) -> Ran:
    """The steps of the main job, one after the other, as the Dagster assets call them."""
    from assets.site import make_release

    with home.lock():
        job = open_job(home)
        ran = _to_the_store(home, job)
        refuse_errors(ran.validations)
        score_scales(job)
        derive_courses(job)
        make_outcome_tables(job)
        return replace(ran, release_id=make_release(job).release_id)


def _to_the_store(home: Home, job: Job) -> Ran:
    clinic_ids = clinics_of(home, job)
    files = take_in(job, clinic_ids)
    reconciled = prepare_candidates(job, clinic_ids)
    validations = validate_candidates(job, clinic_ids)
    publish(job, clinic_ids)
    return Ran(job.run_id, files, reconciled, validations, "")


def table(home: Home, name: str) -> pd.DataFrame:
    """A table of the current release, as text; an empty cell is an empty string."""
    return pd.read_csv(home.current / "tables" / f"{name}.csv", dtype="str", keep_default_na=False)


def outcome(home: Home, clinic_id: str, timepoint: str = "week_4", **where: str) -> dict[str, str]:
    """One row of the released outcomes; `route` all, condition trd and scale phq9 unless said otherwise."""
    wanted = {"clinic_id": clinic_id, "condition": "trd", "route": "all", "scale": "phq9", "timepoint": timepoint}
    frame = table(home, "outcomes_by_route_condition")
    for column, value in (wanted | where).items():
        frame = frame[frame[column] == value]
    (row,) = frame.to_dict("records")
    return row


def manifest(home: Home) -> dict[str, Any]:
    """The manifest of the current release."""
    return json.loads((home.current / "manifest.json").read_bytes())


def events(home: Home, name: str) -> list[dict[str, Any]]:
    """Bodies of the ledger's events of one kind."""
    return [dict(entry.body) for entry in home.ledger.entries(name)]


def content_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path within it; links are followed."""
    root = folder.resolve()
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def kap(*arguments: str) -> tuple[int, str]:
    """A command as a person gives it: exit code, and all that it printed."""
    from assets.cli.main import main

    said = io.StringIO()
    before, sys.argv = sys.argv, ["kap", *arguments]
    try:
        with redirect_stdout(said), redirect_stderr(said):
            main()
    except SystemExit as stop:
        return int(stop.code or 0), said.getvalue()
    finally:
        sys.argv = before
    raise AssertionError("a command always says how it ended")


def rows_stored(home: Home, name: str, clinic_id: str) -> pd.DataFrame:
    """The validated rows of one clinic."""
    return pd.read_parquet(home.lake / name / f"clinic_id={clinic_id}" / "part-0.parquet")
