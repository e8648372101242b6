"""The ledger: what was altered, removed, moved or cut off is found; what was torn is mended."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.problems import ExitCode, KapError
from pipelines.provenance.ledger import Ledger

AT = "2026-03-01T12:00:00Z"


def filled(folder: Path, entries_n: int = 5) -> Ledger:
    ledger = Ledger(folder / "ledger.jsonl")
    for number in range(entries_n):
        ledger.append("receipt", {"sequence": number, "clinic_id": "north", "rows_n": 10 * number}, AT)
    return ledger


def bad_line(ledger: Ledger) -> int | None:
    problems = Ledger(ledger.path).verify()
    return problems[0].row if problems else None


def lines_of(ledger: Ledger) -> list[bytes]:
    return ledger.path.read_bytes().splitlines(keepends=True)


def test_a_digest_can_be_recomputed_by_hand(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 2)
    first, second = (json.loads(line) for line in lines_of(ledger))
    spelt = '{"at":"2026-03-01T12:00:00Z","body":{"clinic_id":"north","rows_n":0,"sequence":0},"event":"receipt",'
    spelt += '"previous":"' + "0" * 64 + '","sequence":1}'
    assert first["digest"] == hashlib.sha256(spelt.encode()).hexdigest()
    assert second["previous"] == first["digest"]


def test_entries_come_back_as_written_and_a_new_writer_goes_on(tmp_path: Path) -> None:
    filled(tmp_path, 2)
    later = Ledger(tmp_path / "ledger.jsonl")
    later.append("released", {"release_id": "0a1b2c3d4e5f"}, AT)
    assert [entry.sequence for entry in later.entries()] == [1, 2, 3]
    assert [entry.body for entry in later.entries("released")] == [{"release_id": "0a1b2c3d4e5f"}]
    assert later.head == list(later.entries())[-1]
    assert later.verify() == []


def test_an_empty_ledger_is_sound(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    assert (list(ledger.entries()), ledger.head, ledger.verify()) == ([], None, [])


def test_an_edited_line_is_named(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b'"rows_n":20', b'"rows_n":21'))
    assert bad_line(ledger) == 3


def test_a_number_that_is_none_is_an_edit(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b'"rows_n":20', b'"rows_n":NaN'))
    assert bad_line(ledger) == 3


def test_a_removed_line_is_named(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    lines = lines_of(ledger)
    ledger.path.write_bytes(b"".join(lines[:2] + lines[3:]))
    assert bad_line(ledger) == 3


def test_moved_lines_are_named(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    lines = lines_of(ledger)
    ledger.path.write_bytes(b"".join([lines[0], lines[2], lines[1], *lines[3:]]))
    assert bad_line(ledger) == 2


def test_a_repeated_line_is_named(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    lines = lines_of(ledger)
    ledger.path.write_bytes(b"".join([*lines, lines[-1]]))
    assert bad_line(ledger) == 6


def test_entries_cut_off_the_end_are_found_against_a_head_kept_elsewhere(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    head = ledger.head
    assert head is not None
    ledger.path.write_bytes(b"".join(lines_of(ledger)[:3]))
    assert Ledger(ledger.path).verify() == []
    assert [problem.row for problem in Ledger(ledger.path).verify({head.sequence: head.digest})] == [5]


@given(data=st.data())
def test_any_changed_byte_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    ledger = filled(tmp_path_factory.mktemp("ledger"), 3)
    content = bytearray(ledger.path.read_bytes())
    # The very last byte is a line end: losing it loses nothing (see the torn lines below).
    place = data.draw(st.integers(0, len(content) - 2))
    content[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[place]))
    ledger.path.write_bytes(bytes(content))
    assert bad_line(ledger) is not None


def test_a_line_torn_anywhere_is_mended_by_the_next_append_and_noted(tmp_path: Path) -> None:
    whole = filled(tmp_path, 3).path.read_bytes()
    last_starts = whole.rstrip(b"\n").rfind(b"\n") + 1
    for cut in range(last_starts + 1, len(whole) - 1, 17):
        path = tmp_path / f"torn-{cut}.jsonl"
        path.write_bytes(whole[:cut])
        assert [problem.row for problem in Ledger(path).verify()] == [3]
        Ledger(path).append("started", {}, AT)
        mended = Ledger(path)
        assert mended.verify() == []
        assert [entry.event for entry in mended.entries()] == ["receipt", "receipt", "torn_line_removed", "started"]
        assert next(mended.entries("torn_line_removed")).body == {"bytes_n": cut - last_starts}


def test_a_whole_entry_that_lost_only_its_line_end_is_kept(tmp_path: Path) -> None:
    ledger = filled(tmp_path, 3)
    ledger.path.write_bytes(ledger.path.read_bytes().rstrip(b"\n"))
    again = Ledger(ledger.path)
    again.append("started", {}, AT)
    assert [entry.event for entry in again.entries()] == ["receipt"] * 3 + ["started"]
    assert again.verify() == []


def test_nothing_is_added_to_an_altered_end(tmp_path: Path) -> None:
    ledger = filled(tmp_path)
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b'"rows_n":40', b'"rows_n":4'))
    with pytest.raises(KapError) as refused:
        Ledger(ledger.path).append("started", {}, AT)
    assert refused.value.exit_code is ExitCode.FAULT


@pytest.mark.parametrize(
    "body",
    [
        {"why": "the patient Jane Doe asked"},
        {"names": ["Jane Doe"]},
        {"inner": {"Jane Doe": 1}},
        {"row": object()},
    ],
)
def test_free_text_stays_out(tmp_path: Path, body: dict[str, Any]) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    with pytest.raises(ValueError, match="ledger"):
        ledger.append("receipt", body, AT)
    assert not ledger.path.exists()
