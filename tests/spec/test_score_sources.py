"""A stored index or T-score keeps the name of the value set or table it was made with, up to the methods page.

Behind `make faults`: a whole run for one section of a page.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.home import Home
from tests.home_tools import Row, deliver, patients, run_steps, sessions

pytestmark = pytest.mark.long

MAPPING = """mapping_version: 1
tables:
  scores:
    columns: {patient_id: pid, score_day: day}
    scores:
      - {scale: eq5d5l, total: index, score_source: england_5l}
      - {scale: promis_pi4a, total: pain_t}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two clinics: alder names the value set of its index and not the table of its T-score, birch delivers neither."""
    home = Home.open(tmp_path_factory.mktemp("sources") / "home")
    home.mapping_of("alder").write_text(MAPPING)
    for clinic_id in ("alder", "birch"):
        deliver(home, clinic_id, "sessions.csv", sessions(patients(10)))
    rows: list[Row] = [{"pid": patient, "day": -1, "index": -0.285, "pain_t": 61.2} for patient in patients(10)]
    deliver(home, "alder", "scores.csv", rows)
    run_steps(home)
    return home


def told(page: Path) -> list[list[str]]:
    """The rows of the section on stored scores; none where the page has no such section."""
    section = re.search(r'<section[^>]*id="score-sources".*?</section>', page.read_text(), re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", section.group(0), re.DOTALL)[1:] if section else []
    return [[re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", r)] for r in rows]


def test_the_methods_page_names_what_each_stored_score_was_made_with(home: Home) -> None:
    rows = told(home.current / "methods.html")
    assert [row[1:] for row in rows] == [["alder", "england_5l"], ["alder", "not named by the clinic"]]


def test_a_clinics_own_page_names_its_own_alone(home: Home) -> None:
    assert len(told(home.current / "clinics" / "alder" / "methods.html")) == 2
    assert told(home.current / "clinics" / "birch" / "methods.html") == []
