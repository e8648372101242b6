"""The warehouse: the lake as one database, made again when the lake changed, read by nothing here.

That `kap run` makes it unless told not to: test_command_line.py. `make faults` has a making that fails.
"""

from __future__ import annotations

import duckdb
import pytest

import pipelines.steps.warehouse
from pipelines.home import Home
from pipelines.steps.clinical import derive_courses, score_scales
from pipelines.steps.warehouse import make_warehouse
from tests.home_tools import courses, deliver, judge_and_publish, open_job, patients, phq9, sessions


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home.open(tmp_path_factory.mktemp("warehouse") / "home")
    own = patients(12)
    for clinic_id in ("alder", "birch"):
        deliver(home, clinic_id, "sessions.csv", sessions(own))
    deliver(home, "alder", "scores.csv", phq9(own, {-1: 18, 26: 8}))
    deliver(home, "alder", "courses.csv", courses(own))
    return home


def made(home: Home) -> dict[str, int] | None:
    """The steps up to the warehouse; rows by table, None when it stayed as it was."""
    judge_and_publish(home)
    with home.lock():
        job = open_job(home)
        score_scales(job)
        derive_courses(job)
        return make_warehouse(job)


def sessions_n(home: Home) -> int:
    with duckdb.connect(str(home.warehouse), read_only=True) as opened:
        return int(opened.execute("SELECT count(*) FROM sessions").fetchall()[0][0])


def test_it_holds_the_store_and_what_is_made_from_it_and_is_made_again_when_the_lake_changed(home: Home) -> None:
    deliver(home, "alder", "left.csv", [{"patient_id": "p12"}])
    rows_n = made(home)
    assert rows_n is not None
    assert (rows_n["sessions"], rows_n["scores"], rows_n["courses"], rows_n["contacts"]) == (92, 22, 11, 0)
    assert {"adverse_events", "reference_scores", "courses_of_care", "timepoint_scores"} <= set(rows_n)
    assert "withdrawals" not in rows_n
    with duckdb.connect(str(home.warehouse), read_only=True) as opened:
        assert {row[0] for row in opened.execute("SHOW TABLES").fetchall()} == set(rows_n)
    assert home.warehouse.stat().st_mode & 0o777 == 0o600
    assert list(home.root.rglob("*.wal")) == []
    # The same lake: nothing is done. Another one: an analyst who has the old one open keeps what they opened.
    assert made(home) is None
    deliver(home, "alder", "more.csv", sessions(patients(11), days=(20,)))
    with duckdb.connect(str(home.warehouse), read_only=True) as reader:
        assert made(home) is not None
        assert reader.execute("SELECT count(*) FROM sessions").fetchall() == [(92,)]
    assert sessions_n(home) == 103


@pytest.mark.long
def test_a_failure_while_making_it_leaves_the_old_one_and_a_deleted_one_comes_back(home: Home) -> None:
    made(home)
    deliver(home, "birch", "later.csv", sessions(patients(12), days=(40,)))
    before = home.warehouse.read_bytes()
    with pytest.MonkeyPatch.context() as broken:

        def fail(*_: object) -> None:
            raise OSError("no space left on device")

        broken.setattr(pipelines.steps.warehouse, "move_in", fail)
        with pytest.raises(OSError, match="no space"):
            made(home)
    assert home.warehouse.read_bytes() == before
    assert made(home) is not None
    rows = sessions_n(home)
    home.warehouse.unlink()
    assert made(home) is not None
    assert sessions_n(home) == rows
