"""Computes every expected figure: the examples at once, those of the samples from a home in which they were run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd

from pipelines.home import Home
from pipelines.lake import derived_path
from pipelines.provenance.manifest import MANIFEST_NAME
from pipelines.selftest.calculations import ESTIMATES, OF_SAMPLES, Ran
from pipelines.selftest.checks import Check, checked
from pipelines.selftest.expected import Sample, examples, figures, samples

_NHANES = "nhanes"
_PERSON = "SEQN"
# Of the survey, beside what the product takes in.
_BESIDE = (_PERSON, "RIDAGEYR", "RIAGENDR", "WTMEC2YR")


def examine_examples() -> list[Check]:
    """The published examples, through the functions that make the tables."""
    return [checked(example, ESTIMATES[example.calculation](example.given or {})) for example in examples()]


def present(data: Path) -> list[Sample]:
    """The samples whose file lies in the folder."""
    return [sample for sample in samples() if (data / sample.file).is_file()]


def deliver(home: Home, data: Path) -> list[Sample]:
    """Put the samples that are there into the home's inbox, with their mapping files and settings."""
    found = present(data)
    for sample in found:
        home.inbox_of(sample.id).mkdir(exist_ok=True)
        shutil.copy(data / sample.file, home.inbox_of(sample.id))
        if sample.mapping.exists():
            shutil.copy(sample.mapping, home.mapping_of(sample.id))
    settings = [sample.settings.read_text(encoding="utf-8") for sample in found if sample.settings.exists()]
    home.settings_file.write_text("\n".join(settings), encoding="utf-8")
    return found


def examine_samples(home: Home | None, data: Path | None, outcomes: Mapping[str, str]) -> list[Check]:
    """The figures of the samples, from the release and the scored rows of a home where `deliver` and a run went before.

    outcomes: what became of each sample's file. Without a home or a folder every figure is not present.
    """
    ran = _ran(home, data, outcomes) if home is not None and data is not None else Ran()
    return [
        Check(figure, (), "later")
        if not figure.calculation
        else Check(figure, (), "not_present")
        if figure.sample not in ran.outcomes
        else checked(figure, OF_SAMPLES[figure.calculation](ran, figure.given or {}))
        for figure in figures()
    ]


def _ran(home: Home, data: Path, outcomes: Mapping[str, str]) -> Ran:
    tables = {path.stem: pd.read_parquet(path) for path in sorted((home.current / "tables").glob("*.parquet"))}
    used = json.loads((home.current / MANIFEST_NAME).read_bytes())["receipts"]
    return Ran(
        tables,
        _phq9(home, data, outcomes),
        {receipt["clinic_id"]: receipt["counts"]["empty_rows"] for receipt in used},
        outcomes,
    )


def _phq9(home: Home, data: Path, delivered: Collection[str]) -> pd.DataFrame | None:
    if _NHANES not in delivered:
        return None
    (sample,) = (sample for sample in samples() if sample.id == _NHANES)
    scored = pd.read_parquet(derived_path(home.lake, "scored_reference_scores"))
    scored = scored[scored["clinic_id"] == _NHANES]
    people = pd.read_csv(data / sample.file, usecols=list(_BESIDE))
    scored = scored.assign(**{_PERSON: scored["patient_id"].astype("int64")})
    return scored.merge(people, on=_PERSON, validate="one_to_one")
