"""The demo network: drawn from the profile, delivered into an inbox, with a summary of what was planned.

The summary lets the demo check itself: what each file holds, what is wrong with it, what must become of each clinic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.synthetic import wide
from pipelines.synthetic.adverse_events import draw_adverse_events
from pipelines.synthetic.contacts import draw_contacts
from pipelines.synthetic.draws import Draws
from pipelines.synthetic.faults import Fault, Planted, ordinary, plant, unusable, with_texts
from pipelines.synthetic.forms import Form, load_forms
from pipelines.synthetic.patients import draw_courses, draw_patients
from pipelines.synthetic.profile import ClinicShape, Profile, load_profile
from pipelines.synthetic.scores import draw_scores
from pipelines.synthetic.sessions import draw_sessions
from pipelines.synthetic.write import as_texts, write_table

SEED = 20261122
PATIENTS = 12_000

# released: its figures are shown. too_small: taken in, every figure withheld. blocked: its delivery stays out.
Expected = Literal["released", "too_small", "blocked"]

_PATIENT_COLUMNS = ("patient", "phase", "number", "occasion")
_FORMS = ("phq9", "gad7", "pcl5", "ybocs", "bam", "peg", "qids_sr16", "madrs")
# Made-up targets of one clinic, so that the demo shows how they are told; they are no standard of care.
_TARGETS: Mapping[str, Mapping[str, int]] = {
    "alder": {"followup_pct": 75, "integration_pct": 80, "reliable_deterioration_pct": 8, "delivery_days": 100}
}
_WIDE_FAULTS = {
    "sessions": (
        (Fault("damaged_number", "sessions", "blanks", 0, "weight_lb", "17O"), 0.4),
        (Fault("unknown_presence", "sessions", "blanks", 0, "staff", "hovering"), 0.4),
        (Fault("unknown_route", "sessions", "quarantines", 0, "Route", "mist"), 0.2),
        (Fault("day_out_of_range", "sessions", "quarantines", 0, "days_in", "9100"), 0.2),
        (Fault("repeated_row", "sessions", "duplicates", 0), 0.3),
    ),
    "scores": ((Fault("damaged_total", "scores", "quarantines", 0, "pcl_base", "4O"), 0.4),),
}


@dataclass(frozen=True)
class PlannedFile:
    """One delivered file: source rows, the records they give, and what intake must find.

    `quarantined`, `duplicates`, `corrections` count records; `blanked` counts values; `faults` rows by kind. Every
    other record is to be accepted.
    """

    clinic_id: str
    name: str
    table: str
    rows: int
    records: int
    quarantined: int
    duplicates: int
    corrections: int
    blanked: int
    faults: Mapping[str, int]


@dataclass(frozen=True)
class ClinicSummary:
    """One clinic: its patients, what must become of it, its files in the order of delivery."""

    clinic_id: str
    name: str
    patients: int
    expected: Expected
    files: tuple[PlannedFile, ...]


@dataclass(frozen=True)
class NetworkSummary:
    """The network as planned. `cells` = patients by (clinic_id, condition, route the patient is meant to have)."""

    seed: int
    patients: int
    clinics: tuple[ClinicSummary, ...]
    cells: Mapping[tuple[str, str, str], int]

    @property
    def files(self) -> tuple[PlannedFile, ...]:
        """Every delivered file."""
        return tuple(file for clinic in self.clinics for file in clinic.files)


def write_network(
    inbox: Path,
    mappings: Path,
    settings_path: Path,
    seed: int = SEED,
    patients: int = PATIENTS,
    progress: Callable[[str], None] | None = None,
) -> NetworkSummary:
    """Draw the network and write its deliveries, mapping files and settings; return what was planned.

    `patients` scales the built-in clinics (12,000 in full; the smallest clinic and no cell disappears), so the network
    holds about that many. The same arguments give the same bytes. `progress` is called with each clinic's name.
    """
    profile = load_profile()
    forms = load_forms(_FORMS)
    share = patients / profile.patients
    clinics: list[ClinicSummary] = []
    cells: dict[tuple[str, str, str], int] = {}
    for place, clinic in enumerate(profile.clinics):
        if progress is not None:
            progress(clinic.name)
        people = draw_patients(clinic, profile, share, Draws(seed, place, 0))
        cells |= {(clinic.clinic_id, *cell): count for cell, count in clinic.planned(share).items()}
        files = tuple(_deliver(people, clinic, profile, forms, seed, place, inbox / clinic.clinic_id))
        clinics.append(ClinicSummary(clinic.clinic_id, clinic.name, len(people), _expected(clinic), files))
        if clinic.wide_export:
            mappings.mkdir(parents=True, exist_ok=True)
            (mappings / f"{clinic.clinic_id}.yaml").write_text(wide.mapping_text(), encoding="utf-8", newline="\n")
    settings_path.parent.mkdir(parents=True, exist_ok=True)
    settings_path.write_text(settings_text(profile), encoding="utf-8", newline="\n")
    return NetworkSummary(seed, sum(clinic.patients for clinic in clinics), tuple(clinics), MappingProxyType(cells))


def settings_text(profile: Profile) -> str:
    """`kap.toml` of the synthetic network: names and one clinic's targets; every limit is at its documented default."""
    clinics = "".join(
        f'\n[clinics.{clinic.clinic_id}]\nname = "{clinic.name}"\n{_targets(clinic)}' for clinic in profile.clinics
    )
    return f'settings_version = 1\n\n[network]\nname = "{profile.name}"\nlanguage = "en"\n{clinics}'


def _targets(clinic: ClinicShape) -> str:
    given = _TARGETS.get(clinic.clinic_id, {})
    lines = "".join(f"{name} = {value}\n" for name, value in given.items())
    return f"\n[clinics.{clinic.clinic_id}.targets]\n{lines}" if lines else ""


def _expected(clinic: ClinicShape) -> Expected:
    if clinic.unusable_pct:
        return "blocked"
    return "too_small" if clinic.never_scaled else "released"


def _deliver(
    people: pd.DataFrame,
    clinic: ClinicShape,
    profile: Profile,
    forms: Mapping[str, Form],
    seed: int,
    place: int,
    folder: Path,
) -> Iterator[PlannedFile]:
    """Write the clinic's files; yield what each holds."""
    sessions = draw_sessions(people, clinic, profile, Draws(seed, place, 1))
    scores = draw_scores(people, sessions, clinic, profile, forms, Draws(seed, place, 2))
    courses = draw_courses(people, sessions, Draws(seed, place, 3))
    frames = {"courses": courses, "sessions": sessions, "scores": scores}
    if clinic.wide_export:
        frames = {"sessions": wide.wide_sessions(sessions), "scores": wide.wide_scores(scores)}
    if "contacts" in clinic.formats:
        frames["contacts"] = draw_contacts(people, sessions, clinic, Draws(seed, place, 6))
    if "adverse_events" in clinic.formats:
        frames["adverse_events"] = draw_adverse_events(sessions, profile, Draws(seed, place, 7))
    for number, (table, frame) in enumerate(frames.items()):
        texts = as_texts(frame.drop(columns=[c for c in _PATIENT_COLUMNS if c in frame]), clinic.booleans)
        if clinic.correction_rows and table == "sessions":
            texts = texts.append_column("record_version", pa.array(["1"] * texts.num_rows))
        planted = plant(texts, _faults(clinic, table), Draws(seed, place, 4, number))
        name = f"{table}.{clinic.formats[table]}"
        write_table(planted.table, folder / name)
        listed = wide_records(planted.table) if clinic.wide_export and table == "scores" else planted.table.num_rows
        yield _planned(clinic, name, table, planted, listed)
        if clinic.correction_rows and table == "sessions":
            yield _correct(clinic, planted, folder, Draws(seed, place, 5))


def _faults(clinic: ClinicShape, table: str) -> tuple[tuple[Fault, float], ...]:
    if clinic.never_scaled:
        return ()
    if clinic.wide_export:
        return _WIDE_FAULTS[table]
    if clinic.unusable_pct:
        return unusable(table, clinic.unusable_pct)
    return ordinary(table, typed=clinic.formats[table] == "parquet")


def wide_records(table: pa.Table) -> int:
    """Records that a wide file of scores gives: one for each filled column but the patient's."""
    return sum(len(table) - table[name].null_count for name in table.column_names if name != "pid")


def _planned(clinic: ClinicShape, name: str, table: str, planted: Planted, records: int) -> PlannedFile:
    return PlannedFile(
        clinic.clinic_id,
        name,
        table,
        planted.table.num_rows,
        records,
        planted.quarantined,
        planted.duplicates,
        0,
        planted.blanked,
        planted.counts,
    )


def _correct(clinic: ClinicShape, planted: Planted, folder: Path, draws: Draws) -> PlannedFile:
    """A second file: some sound sessions again, with another recovery time and a higher version."""
    count = min(clinic.correction_rows, len(planted.clean_rows))
    table = planted.table.take(draws.pick(planted.clean_rows, count))
    every = np.arange(count)
    # 90 minutes is outside what was drawn at first, so that each correction changes its row.
    table = with_texts(with_texts(table, "recovery_minutes", every, "90"), "record_version", every, "2")
    name = "sessions_correction.csv"
    write_table(table, folder / name)
    return PlannedFile(clinic.clinic_id, name, "sessions", count, count, 0, 0, count, 0, MappingProxyType({}))
