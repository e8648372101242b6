"""The bench's query by hand counts what the product counts: same rules, same numbers, on clean and on dirty files."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from benchmarks.judging import decided_home
from benchmarks.violations import violations
from expectations.run import validate_clinic
from expectations.step import relations_of
from pipelines.rules.finding import Finding
from pipelines.steps.candidates import choose
from pipelines.synthetic.large import large_scores

Row = list[str]
Counts = dict[str, int]
CLINIC = "clinic_1"
_SCORES_N = 1_200
# In the order of the files: patient_id, scale, score_day, administration, nine answers; patient_id, session_day,
# condition, route, dose_mg. A patient has eight scores and six sessions, one after another.
_SCORE_DAY, _ADMINISTRATION, _FIRST_ITEM = 2, 3, 4
_DAY, _CONDITION, _ROUTE, _DOSE = 1, 2, 3, 4


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Counts, list[Finding]]]:
    """What the query counts and what the product finds, of the `clean` and of the `dirty` delivery."""
    found: dict[str, tuple[Counts, list[Finding]]] = {}

    def of(kind: str) -> tuple[Counts, list[Finding]]:
        if kind not in found:
            found[kind] = _counted(tmp_path_factory.mktemp(kind), dirty=kind == "dirty")
        return found[kind]

    return of


@pytest.mark.parametrize("kind", ["clean", "dirty"])
def test_every_count_by_hand_is_the_one_that_the_product_finds(
    counted: Callable[[str], tuple[Counts, list[Finding]]], kind: str
) -> None:
    by_hand, findings = counted(kind)
    assert {_place(finding): finding.failed_n for finding in findings if finding.failed_n} == {
        place: count for place, count in by_hand.items() if count
    }


def test_everything_judged_of_such_files_is_counted_by_hand(
    counted: Callable[[str], tuple[Counts, list[Finding]]],
) -> None:
    by_hand, findings = counted("clean")
    judged = {_place(finding) for finding in findings if finding.status != "not_applicable"}
    # Of cells that cannot be read only those that are there have a row.
    in_rows = {place for place in judged if re.match(r"KAP-(T|K03)", place)}
    assert judged - in_rows <= set(by_hand) <= judged


def test_the_dirty_files_violate_most_of_what_such_files_can(
    counted: Callable[[str], tuple[Counts, list[Finding]]],
) -> None:
    rules = {finding.rule for finding in counted("dirty")[1] if finding.failed_n}
    assert rules >= {f"KAP-{code}" for code in _PLANTED.split()}


_PLANTED = (
    "K01 K02 V05 T01 T03 T04 R01 R02 R03 R04 R07 Q01 Q02 Q07 Q09 Q10 Q11 Q21 A01 A02 A03 A04 A05 A13 A24 "
    "S01 S02 S04 S07 S19 X04 X14 X15 X49 D01 D02"
)


def _place(finding: Finding) -> str:
    return f"{finding.rule} {finding.table} {finding.column}"


def _counted(folder: Path, *, dirty: bool) -> tuple[Counts, list[Finding]]:
    clinic = folder / "inbox" / CLINIC
    clinic.mkdir(parents=True)
    large_scores(clinic, _SCORES_N, seed=5, suffix="csv")
    if dirty:
        _spoil(clinic / "scores.csv", _spoiled_scores)
        _spoil(clinic / "sessions.csv", _spoiled_sessions)
    job = decided_home(folder / "inbox", folder / "home")
    relations = relations_of(job, choose(job, job.history(), CLINIC))
    scratch = folder / "scratch"
    scratch.mkdir()
    findings = list(validate_clinic(CLINIC, relations, scratch, {}).findings)
    with duckdb.connect() as connection:
        return violations(connection, job.home.root, CLINIC), findings


def _spoil(path: Path, spoiled: Callable[[list[Row]], None]) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    spoiled(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])


def _spoiled_scores(rows: list[Row]) -> None:
    """Faults in scores of patients 0 to 79, a few of each kind; whole patients from 100 on."""
    items = slice(_FIRST_ITEM, _FIRST_ITEM + 9)

    def at(patient: int, occasion: int = 3) -> Row:
        return rows[8 * patient + occasion]

    at(0).append("1")
    at(1)[0] = ""
    at(2)[0] = "two words"
    at(3)[1] = "phq-nine"
    at(4)[1] = ""
    at(5)[_SCORE_DAY] = ""
    at(6)[_SCORE_DAY] = "ten"
    at(7)[_SCORE_DAY] = "9999"
    at(8)[_ADMINISTRATION] = "later"
    at(9)[_ADMINISTRATION] = ""
    at(10)[_ADMINISTRATION] = "unspecified"
    at(11)[_FIRST_ITEM] = "4"
    at(12)[_FIRST_ITEM + 8] = "1.5"
    at(13)[_FIRST_ITEM + 1] = "often"
    at(14)[_FIRST_ITEM + 1 : _FIRST_ITEM + 3] = ["often", "never"]
    at(15)[items] = [""] * 9
    at(16)[_FIRST_ITEM : _FIRST_ITEM + 2] = ["", ""]
    at(17)[_FIRST_ITEM : _FIRST_ITEM + 3] = ["", "", ""]
    at(18)[_FIRST_ITEM + 8] = at(37)[_FIRST_ITEM + 8] = at(38)[_FIRST_ITEM + 8] = ""
    at(19)[items] = [""] * 8 + ["1"]
    for patient, answer in ((20, "3"), (21, "3"), (22, "2"), (23, "1"), (24, "0")):
        at(patient)[items] = [answer] * 9
    at(25, 0)[_SCORE_DAY] = "5"
    at(26, 0)[_SCORE_DAY] = "0"
    at(27, 2)[_SCORE_DAY] = "-2"
    at(28, 5)[_SCORE_DAY] = "31"
    for patient, day in ((29, "14"), (34, "27"), (35, "28"), (36, "28")):
        at(patient, 4)[_SCORE_DAY] = day
    # Same key, another content; the same row twice.
    rows.append([*at(30)[:-1], "0" if at(30)[-1] != "0" else "1"])
    rows.append(list(at(31)))
    # One record with two faults, one damaged beside out of range.
    at(32)[_SCORE_DAY], at(32)[_FIRST_ITEM] = "9999", "7"
    at(33)[_ADMINISTRATION], at(33)[_FIRST_ITEM] = "later", "7"
    # More than one delivery may have in conflict and in quarantine.
    for patient in range(100, 130):
        for occasion in range(8):
            at(patient, occasion)[_FIRST_ITEM] = "9"
            if occasion < 2:
                rows.append([*at(patient - 60, occasion)[:-1], "0" if at(patient - 60, occasion)[-1] != "0" else "1"])
    # Patients without a score.
    del rows[8 * 140 : 8 * 143]


def _spoiled_sessions(rows: list[Row]) -> None:
    def at(patient: int, number: int = 2) -> Row:
        return rows[6 * patient + number]

    at(0).append("1")
    at(1)[0] = ""
    at(2)[0] = "two words"
    at(3)[_DAY] = ""
    at(4)[_DAY] = "ten"
    at(5)[_DAY] = "-4"
    at(6)[_CONDITION] = ""
    at(7)[_CONDITION] = "sadness"
    at(8)[_ROUTE] = ""
    at(9)[_ROUTE] = "ear"
    at(10)[_DOSE] = ""
    at(11)[_DOSE] = "much"
    at(12)[_DOSE] = "0.5"
    at(13)[_DOSE] = "2000"
    at(14)[_ROUTE], at(14)[_DOSE] = "iv", "700"
    at(15)[_ROUTE], at(15)[_DOSE] = "im", "1.5"
    at(16)[_ROUTE], at(16)[_DOSE] = "sublingual", "20"
    at(17)[_ROUTE], at(17)[_DOSE] = "oral", "10"
    at(18)[_DOSE] = str(round(float(at(18)[_DOSE]) * 10))
    at(19)[_DOSE] = str(float(at(19)[_DOSE]) / 10)
    # A patient whose first session is not that of day 0; one with thirteen in six weeks; a retreatment with a baseline.
    at(20, 0)[_DAY] = "2"
    for number in range(7):
        rows.append([at(21)[0], str(30 + number), *at(21)[2:]])
    for number in range(3):
        rows.append([at(25)[0], str(400 + number), *at(25)[2:]])
    rows.append([*at(30)[:-1], "33"])
    rows.append(list(at(31)))
    # A patient without a session; one whose condition is told by a later session alone.
    for number in range(6):
        at(50, number)[_CONDITION] = "" if number < 3 else "ptsd"
    del rows[6 * 147 : 6 * 149]
