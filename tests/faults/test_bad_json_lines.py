"""Each fault of an NDJSON file: refused with its code, or the line singled out. Numbers: the table of faults."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from pipelines.contract.mapping import NO_MAPPING
from pipelines.engine import Engine
from pipelines.intake.reading import Reading, read_file
from pipelines.intake.receive import kind_of
from pipelines.problems import ExitCode, KapError

CANARY = "QZCANARYQZ"
GOOD = '{"patient_id": "QZCANARYQZ", "scale": "phq9", "score_day": 5, "total": 7}\n'
EXTRA = GOOD.removesuffix("}\n")


def read(folder: Path, content: bytes, name: str = "scores.ndjson") -> tuple[Reading, list[tuple[int, str]]]:
    path = folder / name
    path.write_bytes(content)
    with Engine([folder], threads=1) as engine:
        reading = read_file(engine, path, name, kind_of(name), "alder", 1, NO_MAPPING, True, folder)
        assert isinstance(reading, Reading)
        return reading, engine.rows("SELECT * FROM source_malformed ORDER BY row_number")


REFUSED = (
    ("empty (12)", b"", "KAP-F01", None),
    ("white space only (14)", b" \n\t\n", "KAP-F01", None),
    ("a JSON list (39)", f"[{GOOD.strip()},\n{GOOD.strip()}]".encode(), "KAP-F25", 1),
    ("one object over several lines", GOOD.replace(", ", ",\n").encode(), "KAP-F25", 1),
    ("UTF-16 (16)", GOOD.encode("utf-16"), "KAP-F06", None),
    ("CP1252 (17)", GOOD.encode() + '{"scale": "é"}\n'.encode("cp1252"), "KAP-F07", None),
    ("NUL (19)", GOOD.encode() + b'{"scale": "\0"}\n', "KAP-F08", None),
    ("carriage returns alone (20)", b"\r".join([GOOD.strip().encode()] * 20_000), "KAP-F16", 1),
    ("40 MB in a line (44)", GOOD.encode() + b'{"a": "' + b"x" * 40_000_000 + b'"}\n', "KAP-F15", 2),
    ("3,000 keys (45)", ("{" + ",".join(f'"c{n}": 1' for n in range(3000)) + "}\n").encode(), "KAP-F14", None),
    ("an object inside (34)", (GOOD + EXTRA + ', "more": {"mail": "QZCANARYQZ"}}\n').encode(), "KAP-F26", 2),
    ("a list inside (34)", (GOOD + EXTRA + ', "more": [1, 2]}\n').encode(), "KAP-F26", 2),
    ("nested 10,000 deep (40)", (GOOD + '{"a":' * 10_000 + "1" + "}" * 10_000 + "\n").encode(), "KAP-F26", 2),
    ("two keys but for case (50)", (EXTRA + ', "Scale": "phq9"}\n').encode(), "KAP-F10", None),
    ("the reserved name", (EXTRA + ', "row_number": 1}\n').encode(), "KAP-F23", None),
    ("an unknown key (46)", (EXTRA + ', "mood": 1}\n').encode(), "KAP-E01", None),
    ("a key named like an identifier (77)", (EXTRA + ', "patient_name": "x"}\n').encode(), "KAP-G20", None),
    ("an e-mail (78)", GOOD.replace("QZCANARYQZ", "me@example.org").encode(), "KAP-G02", 1),
    ("an e-mail behind escapes (78)", GOOD.replace("QZCANARYQZ", r"me\u0040example.org").encode(), "KAP-G02", 1),
    ("an e-mail as a key (83)", (EXTRA + ', "me@example.org": 1}\n').encode(), "KAP-G02", None),
    ("an e-mail in a broken line (78)", (GOOD + r'{"a": "me\u0040example.org"' + "\n").encode(), "KAP-G02", 2),
    ("a date in a broken line (79)", (GOOD + '{"a": "2024-05-06"\n').encode(), "KAP-G01", 2),
)


@pytest.mark.parametrize(("content", "code", "row"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_file_that_cannot_be_read_safely_is_refused(
    tmp_path: Path, content: bytes, code: str, row: int | None
) -> None:
    with pytest.raises(KapError) as caught:
        read(tmp_path, content)
    assert caught.value.exit_code is ExitCode.REFUSED
    assert (code, row) in [(problem.code, problem.row) for problem in caught.value.problems]
    assert CANARY not in str(caught.value)
    assert "example.org" not in str(caught.value)


MALFORMED = (
    ("cut short (36)", GOOD.strip()[:-9], "no_object"),
    ("a key twice (37)", '{"patient_id": "p1", "scale": "phq9", "scale": "gad7"}', "repeated_key"),
    ("a list", "[1, 2]", "no_object"),
    ("two objects", GOOD.strip() + GOOD.strip(), "no_object"),
    ("an unescaped tab in a key's quotes", '{"sca\x01le"', "no_object"),
)


@pytest.mark.parametrize(("line", "reason"), [case[1:] for case in MALFORMED], ids=[case[0] for case in MALFORMED])
def test_a_line_that_is_no_object_is_one_quarantined_record_under_its_number(
    tmp_path: Path, line: str, reason: str
) -> None:
    reading, malformed = read(tmp_path, f"{GOOD}\n{line}\n{GOOD.replace('5', '6')}".encode())
    assert malformed == [(3, reason)]
    assert (reading.counts.source_rows, reading.counts.empty_rows, reading.counts.records) == (4, 1, 3)
    assert reading.quarantined_n == 1
    assert [(problem.code, problem.row) for problem in reading.problems] == [("KAP-K01", 3)]
    assert CANARY not in str(reading.problems)


@pytest.mark.parametrize("written", ["NaN", "Infinity", "-Infinity", "1e400", "1e300", '"NaN"'])
def test_a_number_that_is_none_quarantines_its_score(tmp_path: Path, written: str) -> None:
    """Rows 38 and 54 of the table of faults."""
    reading, _ = read(tmp_path, (GOOD + GOOD.replace("7}", f"{written}}}").replace("5", "6")).encode())
    assert (reading.counts.records, reading.quarantined_n) == (2, 1)


def test_keys_may_come_in_any_order_and_lines_leave_out_what_they_lack(tmp_path: Path) -> None:
    lines = '{"score_day": 1, "total": 4, "scale": "phq9", "patient_id": "a"}\n{"patient_id": "b"}\n{}\n'
    reading, _ = read(tmp_path, b"\xef\xbb\xbf" + lines.encode())
    assert (reading.counts.source_rows, reading.counts.empty_rows, reading.counts.records) == (3, 1, 2)
    assert reading.quarantined_n == 1


def test_compressed_lines_are_read_and_a_bomb_is_not(tmp_path: Path) -> None:
    reading, _ = read(tmp_path, gzip.compress(GOOD.encode(), mtime=0), "scores.ndjson.gz")
    assert reading.counts.records == 1
    bomb = gzip.compress(b" \n" * 15_000_000)
    for content, code in ((bomb, "KAP-F18"), (gzip.compress(GOOD.encode())[:-9], "KAP-F17"), (b"{}", "KAP-F19")):
        with pytest.raises(KapError, match=code):
            read(tmp_path, content, "scores.ndjson.gz")
