"""The inbox: what is a delivery, what is refused, what is left alone; and the copy in the record."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from pathlib import Path

import pytest

from pipelines.intake.receive import Candidate, clinic_folder_problem, fingerprint, list_deliveries, store_raw
from pipelines.problems import KapError, Problem


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox" / "north"
    folder.mkdir(parents=True)
    return folder


def listed(folder: Path) -> dict[str, list[str]]:
    """File name shown -> codes; no code for a sound delivery. Names of candidates are the true ones."""
    found: dict[str, list[str]] = {}
    for entry in list_deliveries(folder, settle_seconds=0):
        if isinstance(entry, Problem):
            found[f"left: {entry.file}"] = [entry.code]
        else:
            found[entry.name] = [problem.code for problem in entry.problems]
    return found


def test_known_files_are_deliveries_in_the_order_of_their_names(inbox: Path) -> None:
    for name in ("b.csv", "a.csv.gz", "c.parquet", "D.CSV"):
        (inbox / name).write_bytes(b"x")
    entries = list_deliveries(inbox, settle_seconds=0)
    assert [(e.name, e.kind, e.bytes) for e in entries if isinstance(e, Candidate)] == [
        ("D.CSV", "csv", 1),
        ("a.csv.gz", "csv.gz", 1),
        ("b.csv", "csv", 1),
        ("c.parquet", "parquet", 1),
    ]


def test_what_is_no_plain_file_is_left_alone_and_never_opened(inbox: Path, tmp_path: Path) -> None:
    secret = tmp_path / "outside.csv"
    secret.write_bytes(b"a\n1\n")
    (inbox / "link.csv").symlink_to(secret)
    (inbox / "gone.csv").symlink_to(tmp_path / "nothing")
    (inbox / "folder.csv").mkdir()
    os.mkfifo(inbox / "pipe.csv")
    assert listed(inbox) == {
        f"left: {name}": ["KAP-N01"] for name in ("folder.csv", "gone.csv", "link.csv", "pipe.csv")
    }


def test_hidden_and_temporary_files_stay(inbox: Path) -> None:
    for name in (".hidden.csv", "a.csv.part", "b.tmp"):
        (inbox / name).write_bytes(b"x")
    assert listed(inbox) == {
        "left: .hidden.csv": ["KAP-N04"],
        "left: a.csv.part": ["KAP-N04"],
        "left: b.tmp": ["KAP-N04"],
    }


def test_empty_oversized_and_unknown_files_are_refused(inbox: Path) -> None:
    (inbox / "empty.csv").write_bytes(b"")
    (inbox / "large.csv").write_bytes(b"x" * 11)
    (inbox / "book.xlsx").write_bytes(b"x")
    (inbox / "all.zip").write_bytes(b"x")
    found = {
        entry.name: [problem.code for problem in entry.problems]
        for entry in list_deliveries(inbox, settle_seconds=0, max_bytes=10)
        if isinstance(entry, Candidate)
    }
    assert found == {
        "all.zip": ["KAP-F02"],
        "book.xlsx": ["KAP-F02"],
        "empty.csv": ["KAP-F01"],
        "large.csv": ["KAP-F03"],
    }


def test_a_file_still_being_written_is_passed_over(inbox: Path) -> None:
    growing = inbox / "growing.csv"
    growing.write_bytes(b"a\n")
    (inbox / "done.csv").write_bytes(b"a\n1\n")
    stop = threading.Event()

    def write() -> None:
        with growing.open("ab") as stream:
            while not stop.wait(0.005):
                stream.write(b"1\n")
                stream.flush()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        entries = list_deliveries(inbox, settle_seconds=0.2)
    finally:
        stop.set()
        writer.join()
    assert [(e.code, e.file) for e in entries if isinstance(e, Problem)] == [("KAP-N03", "growing.csv")]
    assert [e.name for e in entries if isinstance(e, Candidate)] == ["done.csv"]


@pytest.mark.parametrize(
    "name",
    ["all", "network", "mixed", "primary", "current", "a", "North", "a b", "..", "a%00", "CON", "x" * 33, "a\n", "-a"],
)
def test_a_folder_that_is_no_clinic_id_is_not_opened(name: str) -> None:  # 71
    problem = clinic_folder_problem(name)
    assert problem is not None
    assert problem.code == "KAP-N05"


@pytest.mark.parametrize("name", ["ab", "north", "clinic_01", "0-x", "x" * 32])
def test_a_clinic_id_is_a_folder_name(name: str) -> None:
    assert clinic_folder_problem(name) is None


def test_a_file_name_that_identifies_is_refused_and_not_repeated(inbox: Path) -> None:
    (inbox / "jane.doe@mail.org 555-12-3456.csv").write_bytes(b"a\n1\n")
    (entry,) = list_deliveries(inbox, settle_seconds=0)
    assert isinstance(entry, Candidate)
    assert {problem.code for problem in entry.problems} == {"KAP-G02", "KAP-G04"}
    assert all("jane" not in problem.sentence() and "3456" not in problem.sentence() for problem in entry.problems)


def test_the_record_keeps_the_bytes_private_and_once(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    sha256, size = fingerprint(path)
    assert (sha256, size) == (hashlib.sha256(content).hexdigest(), len(content))
    stored = store_raw(tmp_path / "raw", path, sha256)
    assert stored == tmp_path / "raw" / "deliveries" / sha256[:2] / f"{sha256}.csv"
    assert stored.read_bytes() == content
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    again = stored.stat().st_mtime_ns
    assert store_raw(tmp_path / "raw", path, sha256).stat().st_mtime_ns == again
    assert [each.name for each in stored.parent.iterdir()] == [stored.name]


def test_a_damaged_copy_in_the_record_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"true")
    sha256, _ = fingerprint(path)
    stored = store_raw(tmp_path / "raw", path, sha256)
    stored.write_bytes(b"half")
    assert store_raw(tmp_path / "raw", path, sha256).read_bytes() == b"true"


def test_a_file_replaced_between_the_looks_leaves_nothing_in_the_record(tmp_path: Path) -> None:  # 75
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n1\n")
    sha256, _ = fingerprint(path)
    path.write_bytes(b"a\n2\n")
    with pytest.raises(KapError, match="KAP-F05"):
        store_raw(tmp_path / "raw", path, sha256)
    path.unlink()
    with pytest.raises(KapError, match="KAP-F05"):
        store_raw(tmp_path / "raw", path, sha256)
    assert [each for each in (tmp_path / "raw").rglob("*") if each.is_file()] == []


def test_a_pipe_or_a_link_is_never_read(tmp_path: Path) -> None:  # 72
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "true.csv").write_bytes(b"a\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "true.csv")
    for name in ("pipe.csv", "link.csv"):
        with pytest.raises(KapError, match="KAP-N01"):
            fingerprint(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused(inbox: Path) -> None:  # 76
    path = inbox / "a.csv"
    path.write_bytes(b"a\n")
    path.chmod(0)
    assert listed(inbox) == {"a.csv": ["KAP-F04"]}
    with pytest.raises(KapError, match="KAP-F04"):
        fingerprint(path)
