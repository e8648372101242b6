"""The mutation tool: what the steps of intake and validation find of planted faults, and what they find where none is.

Many faults lie in one clinic, each in a patient of its own. Counts by rule, table and column that are exactly those
planted mean that every fault was found by its rule and that no other rule cried.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.home import Home
from tests.home_tools import deliver, judge_and_publish
from tests.mutation.planting import Pair, carrier, clean_patient, files

FAULTS_PER_CLINIC = 60
# With so many clean patients for each fault no delivery comes near the fifth of rows that blocks it.
CLEAN_PER_FAULT = 2
# Every run reads what the clinics before it delivered: few clinics in a home keep two hundred of them quick.
CLEAN_CLINICS_PER_HOME = 8


@dataclass
class Told:
    """What was planted and found; missed and false alarms by rule, table and column."""

    planted: int = 0
    missed: Counter[Pair] = field(default_factory=Counter)
    false_alarms: Counter[Pair] = field(default_factory=Counter)
    deliveries: int = 0
    rows_lost: int = 0
    refused: list[str] = field(default_factory=list)
    values_printed: int = 0

    @property
    def found(self) -> int:
        """Planted faults that their rule found."""
        return self.planted - self.missed.total()

    @property
    def is_clean(self) -> bool:
        """Everything found, nothing else."""
        return not (self.missed or self.false_alarms or self.refused or self.rows_lost or self.values_printed)

    def lines(self) -> Iterator[str]:
        """The figures in words."""
        yield f"{self.planted} faults planted in {self.deliveries} clinics: {self.found} found"
        yield f"missed {self.missed.total()}: {_listed(self.missed)}"
        yield f"false alarms {self.false_alarms.total()}: {_listed(self.false_alarms)}"
        yield f"files refused at the door: {', '.join(self.refused) or 'none'}"
        yield f"rows lost {self.rows_lost}, values printed {self.values_printed}"


def mutate(home: Home, faults_n: int, seed: int) -> Told:
    """Plant `faults_n` random single faults into clean deliveries of a new home and judge them."""
    told, left, number = Told(), faults_n, 0
    while left > 0:
        number += 1
        draw = random.Random(f"{seed} {number}")
        carriers = [carrier(draw) for _ in range(min(left, FAULTS_PER_CLINIC))]
        left -= len(carriers)
        clean = [clean_patient(draw) for _ in range(CLEAN_PER_FAULT * len(carriers))]
        planted: Counter[Pair] = Counter()
        for each in carriers:
            planted += each.expected
        told.planted += planted.total()
        patients = [*(each.patient for each in carriers), *clean]
        draw.shuffle(patients)
        _judge(home, f"clinic-{number:03d}", files(patients, f"clinic-{number:03d}", draw), planted, told)
    return told


def judge_clean(folder: Path, deliveries_n: int, seed: int, patients_n: int = 12) -> Told:
    """Judge so many clinics without a fault, a few to a home; the homes lie in `folder` and are removed after use."""
    told = Told()
    for first in range(1, deliveries_n + 1, CLEAN_CLINICS_PER_HOME):
        home = Home.open(folder / f"home-{first:03d}")
        for number in range(first, min(first + CLEAN_CLINICS_PER_HOME, deliveries_n + 1)):
            draw = random.Random(f"clean {seed} {number}")
            patients = [clean_patient(draw) for _ in range(patients_n)]
            _judge(home, f"clean-{number:03d}", files(patients, f"clean-{number:03d}", draw), Counter(), told)
        shutil.rmtree(home.root)
    return told


def _judge(
    home: Home,
    clinic_id: str,
    written: tuple[dict[str, str], dict[str, int]],
    planted: Counter[Pair],
    told: Told,
) -> None:
    texts, rows_n = written
    for table, text in texts.items():
        deliver(home, clinic_id, f"{table}.csv", text)
    ran = judge_and_publish(home)
    (validation,) = [each for each in ran.validations if each.clinic_id == clinic_id]
    found = Counter(
        {(each.rule, each.table, each.column): each.failed_n for each in validation.findings if each.failed_n}
    )
    told.deliveries += 1
    told.missed += planted - found
    told.false_alarms += found - planted
    told.refused += [each.problems[0].code for each in ran.files if each.outcome == "refused"]
    told.rows_lost += sum(rows_n.values()) - int(
        ran.reconciled.loc[ran.reconciled["clinic_id"] == clinic_id, "records"].sum()
    )
    folder = home.validation_of(ran.run_id)
    told.values_printed += sum(_holds_a_pseudonym(path) for path in folder.rglob("*.json"))


def _holds_a_pseudonym(path: Path) -> bool:
    return b'"p0' in path.read_bytes()


def _listed(counts: Counter[Pair]) -> str:
    told = (f"{rule} {table}.{column or 'record'} {n}" for (rule, table, column), n in sorted(counts.items()))
    return ", ".join(told) or "none"
