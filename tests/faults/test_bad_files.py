"""Each fault of a delivered file: refused with its code, or the row singled out and the others kept. No cell is shown.

Row numbers of the table of faults in the comments. CANARY stands in the cells: no message may hold it.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.engine import Engine
from pipelines.intake.readers import Source, read_delivery
from pipelines.intake.receive import Kind, kind_of
from pipelines.problems import ExitCode, KapError

CANARY = "QZCANARYQZ"
GOOD = b"patient_id,scale,total\nQZCANARYQZ,phq9,5\n"
ENDING = {"csv": ".csv", "csv.gz": ".csv.gz", "parquet": ".parquet"}


def read(folder: Path, content: bytes, name: str = "scores.csv") -> tuple[Source, list[tuple], list[tuple]]:
    path = folder / name
    path.write_bytes(content)
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    with Engine([folder], scratch=scratch, threads=2) as engine:
        source = read_delivery(engine, path, name, kind_of(name), scratch)
        kept = engine.rows("SELECT * FROM source ORDER BY row_number")
        malformed = engine.rows("SELECT * FROM source_malformed ORDER BY row_number")
    assert list(scratch.iterdir()) == [], "scratch is left empty"
    return source, kept, malformed


def refused(folder: Path, content: bytes, name: str = "scores.csv") -> list[tuple[str, int | None, str | None]]:
    with pytest.raises(KapError) as caught:
        read(folder, content, name)
    assert caught.value.exit_code is ExitCode.REFUSED
    message = str(caught.value)
    assert CANARY not in message
    assert "duckdb" not in message.lower()
    assert all(problem.file == name for problem in caught.value.problems)
    scratch = folder / "scratch"
    assert list(scratch.iterdir()) == [], "nothing of a refused file is left in scratch"
    return [(problem.code, problem.row, problem.column) for problem in caught.value.problems]


def parquet(table: pa.Table, **how: object) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **how)
    return buffer.getvalue()


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("scores.csv", GOOD)
    return buffer.getvalue()


# fault (row of the table), bytes, the code, the row named
REFUSED_CSV: tuple[tuple[str, bytes, str, int | None], ...] = (
    ("empty (12)", b"", "KAP-F01", None),
    ("white space only (14)", b" \r\n\n  \n", "KAP-F01", None),
    ("byte order mark only", b"\xef\xbb\xbf", "KAP-F01", None),
    ("UTF-16 little-endian (16)", GOOD.decode().encode("utf-16-le"), "KAP-F06", None),
    ("UTF-16 with mark (16)", GOOD.decode().encode("utf-16"), "KAP-F06", None),
    ("CP1252 (17)", GOOD + "QZCANARYQZ,é,4\n".encode("cp1252"), "KAP-F07", None),
    ("invalid UTF-8 (18)", GOOD + b"QZCANARYQZ,\xff\xfe,4\n", "KAP-F07", None),
    ("cut UTF-8 at the end (18)", GOOD + b"QZCANARYQZ,phq9,\xc3", "KAP-F07", None),
    ("NUL (19)", GOOD + b"QZCANARYQZ,p\0hq9,4\n", "KAP-F08", None),
    ("carriage returns alone (20)", GOOD.replace(b"\n", b"\r"), "KAP-F16", None),
    ("one bare carriage return (20)", GOOD + b"QZCANARYQZ,ph\rq9,4\n", "KAP-F16", 2),
    ("semicolons (21)", GOOD.replace(b",", b";"), "KAP-F09", None),
    ("tabs (22)", GOOD.replace(b",", b"\t"), "KAP-F09", None),
    ("quote never closed (26)", GOOD + b'QZCANARYQZ,"phq9,4\nx,phq9,3\n', "KAP-F13", 2),
    ("quote in the middle (26)", GOOD + b'QZCANARYQZ,ph"q9,4\nx,ph"q9,3\n', "KAP-F13", 2),
    ("text after a closing quote (26)", GOOD + b'QZCANARYQZ,"phq9"x,4\n', "KAP-F13", 2),
    ("cut within quotes (30)", GOOD + b'QZCANARYQZ,"ph', "KAP-F13", 2),
    ("title above (28)", b"Export of QZCANARYQZ\n" + GOOD, "KAP-F12", None),
    ("blank line above (28)", b"\n" + GOOD, "KAP-F12", None),
    ("no header", b"QZCANARYQZ,7,12\nQZCANARYQZ,8,13\n", "KAP-F12", None),
    ("zip renamed (43)", zipped(), "KAP-F19", None),
    ("parquet renamed (33)", parquet(pa.table({"a": [CANARY]})), "KAP-F19", None),
    ("40 MB cell (44)", GOOD + b'QZCANARYQZ,"' + b"x" * 40_000_000 + b'",4\n', "KAP-F15", 2),
    ("line over the limit", GOOD + b"QZCANARYQZ," + b"x" * 1_100_000 + b",4\n", "KAP-F15", 2),
    ("3,000 columns (45)", b",".join(b"c%d" % n for n in range(3000)) + b"\n", "KAP-F14", None),
    ("a million columns (45)", b"c," * 1_000_000 + b"\n", "KAP-F15", None),
    ("the reserved name", b"patient_id,row_number\nQZCANARYQZ,1\n", "KAP-F23", None),
)


@pytest.mark.parametrize(
    ("content", "code", "row"), [case[1:] for case in REFUSED_CSV], ids=[c[0] for c in REFUSED_CSV]
)
def test_a_csv_that_cannot_be_read_safely_is_refused(
    tmp_path: Path, content: bytes, code: str, row: int | None
) -> None:
    found = refused(tmp_path, content)
    assert (code, row) in [(each[0], each[1]) for each in found]


@pytest.mark.parametrize(
    ("header", "column"),
    [
        (b"patient_id,scale,scale", "scale"),
        (b"patient_id,scale,Scale", "Scale"),
        (b"patient_id,total score,total  score", "total  score"),
        (b"patient_id,scale, scale ", "scale"),
        ("patient_id,scale,ｓcale".encode(), "ｓcale"),
    ],
)
def test_a_name_that_stands_twice_is_refused(tmp_path: Path, header: bytes, column: str) -> None:  # 50
    assert refused(tmp_path, header + b"\nQZCANARYQZ,1,2\n") == [("KAP-F10", None, column)]


def test_all_problems_of_a_file_come_at_once(tmp_path: Path) -> None:
    content = b"patient_id,scale,Scale,\nQZCANARYQZ,\xe9,\0,4\n"
    codes = {code for code, _, _ in refused(tmp_path, content)}
    assert codes == {"KAP-F07", "KAP-F08", "KAP-F10", "KAP-F11"}


def test_the_byte_that_is_no_utf8_is_named(tmp_path: Path) -> None:  # 17
    with pytest.raises(KapError) as caught:
        read(tmp_path, b"\xef\xbb\xbf" + GOOD + b"caf\xe9,phq9,4\n")
    assert f"byte {3 + len(GOOD) + 3} " in str(caught.value)


REFUSED_OTHER: tuple[tuple[str, str, Callable[[], bytes], str], ...] = (
    ("truncated gzip (42)", "s.csv.gz", lambda: gzip.compress(GOOD * 5000)[:-9], "KAP-F17"),
    ("damaged gzip", "s.csv.gz", lambda: gzip.compress(GOOD)[:-8] + b"\0" * 8, "KAP-F17"),
    ("gzip bomb (41)", "s.csv.gz", lambda: gzip.compress(GOOD + b"QZCANARYQZ,phq9,4\n" * 600_000), "KAP-F18"),
    ("csv named gzip", "s.csv.gz", lambda: GOOD, "KAP-F19"),
    ("empty gzip name", "s.csv.gz", lambda: b"", "KAP-F19"),
    ("truncated parquet (31)", "s.parquet", lambda: parquet(pa.table({"a": [CANARY] * 99}))[:-40], "KAP-F20"),
    ("parquet without its middle", "s.parquet", lambda: b"PAR1" + b"\0" * 90 + b"PAR1", "KAP-F20"),
    ("csv named parquet (33)", "s.parquet", lambda: GOOD, "KAP-F19"),
    ("empty parquet", "s.parquet", lambda: b"", "KAP-F01"),
    ("unknown ending", "s.xlsx", lambda: GOOD, "KAP-F02"),
)


@pytest.mark.parametrize(
    ("name", "content", "code"), [case[1:] for case in REFUSED_OTHER], ids=[case[0] for case in REFUSED_OTHER]
)
def test_a_damaged_container_is_refused(tmp_path: Path, name: str, content: Callable[[], bytes], code: str) -> None:
    assert [each[0] for each in refused(tmp_path, content(), name)] == [code]


def test_a_parquet_page_with_flipped_bits_is_refused(tmp_path: Path) -> None:  # 32
    content = bytearray(parquet(pa.table({"a": [f"{CANARY}{n}" for n in range(5000)]}), compression="gzip"))
    content[200:260] = bytes(255 - byte for byte in content[200:260])
    assert [each[0] for each in refused(tmp_path, bytes(content), "s.parquet")] == ["KAP-F20"]


@pytest.mark.parametrize(
    ("values", "of_type"),
    [
        ([[1]], pa.list_(pa.int64())),
        ([{"a": 1}], pa.struct({"a": pa.int64()})),
        ([0], pa.date32()),
        ([0], pa.timestamp("us")),
        ([0], pa.time64("us")),
        ([b"x"], pa.binary()),
    ],
)
def test_a_parquet_column_that_is_no_text_or_number_is_refused_by_schema(
    tmp_path: Path, values: list[object], of_type: pa.DataType
) -> None:  # 34
    table = pa.table({"patient_id": [CANARY], "odd": pa.array(values, of_type)})
    assert refused(tmp_path, parquet(table), "s.parquet") == [("KAP-F21", None, "odd")]


ROWS = b"a,b\n1,x\n%s\n3,z\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"QZCANARYQZ", "too_few_cells"),  # 24
        (b"2,QZCANARYQZ,w", "too_many_cells"),  # 25
        (b'2,"QZ\nCANARYQZ",w', "too_many_cells"),
        (b",,", "too_many_cells"),
    ],
)
def test_a_ragged_row_is_singled_out_and_every_other_row_keeps_its_number(
    tmp_path: Path, line: bytes, reason: str
) -> None:
    source, kept, malformed = read(tmp_path, ROWS % line)
    assert malformed == [(2, reason)]
    assert kept == [(1, "1", "x"), (3, "3", "z")]
    assert (source.rows_n, source.malformed_n, source.empty_rows_n) == (3, 1, 0)


def test_a_control_character_is_text_and_not_an_empty_row(tmp_path: Path) -> None:
    source, kept, _ = read(tmp_path, b"a\n1\n\x1f\n")
    assert (source.rows_n, source.empty_rows_n, kept) == (2, 0, [(1, "1"), (2, "\x1f")])


def test_a_truncated_last_line_is_malformed(tmp_path: Path) -> None:  # 30
    source, kept, malformed = read(tmp_path, b"a,b,c\n1,2,3\n4,5")
    assert (source.rows_n, kept, malformed) == (2, [(1, "1", "2", "3")], [(2, "too_few_cells")])


def test_empty_rows_are_counted_and_keep_their_place(tmp_path: Path) -> None:
    source, kept, malformed = read(tmp_path, b'a,b\n1,x\n\n  \n,\n" ",\n6,y\n\n')
    assert kept == [(1, "1", "x"), (6, "6", "y")]
    assert (source.rows_n, source.empty_rows_n, malformed) == (7, 5, [])


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", [True, False])
def test_mark_line_ends_and_a_missing_last_one_change_nothing(
    tmp_path: Path, end: bytes, mark: bytes, last: bool
) -> None:  # 15, 20, 27, 29
    content = mark + end.join([b"a,b", b'1,"x,""y"""', b'"2",' + "é".encode()]) + (end if last else b"")
    source, kept, malformed = read(tmp_path, content)
    assert source.columns == ("a", "b")
    assert kept == [(1, "1", 'x,"y"'), (2, "2", "é")]
    assert (source.rows_n, malformed) == (2, [])


def test_a_header_alone_is_a_file_without_rows(tmp_path: Path) -> None:  # 13
    source, kept, malformed = read(tmp_path, b"a,b\n")
    assert (source.columns, source.rows_n, kept, malformed) == (("a", "b"), 0, [], [])


def test_text_that_other_programs_would_run_is_only_text(tmp_path: Path) -> None:  # 68, 69, 70
    cells = ["=cmd|' /C calc'!A0", "</script><script>", '"; DROP TABLE source; --', "{{7*7}}", "nan"]
    quoted = ["a"] + ['"' + cell.replace('"', '""') + '"' for cell in cells]
    _, kept, _ = read(tmp_path, "\n".join(quoted).encode())
    assert [row[1] for row in kept] == cells


def test_sql_in_a_column_name_is_only_a_name(tmp_path: Path) -> None:  # 70
    source, kept, _ = read(tmp_path, b'a,"x""; DROP TABLE source; --"\n1,2\n')
    assert source.columns[1] == 'x"; DROP TABLE source; --'
    assert kept == [(1, "1", "2")]


@pytest.mark.parametrize("name", ["*.csv", "a[b].csv", "a?.csv", "a'b.csv", "a b.parquet", "*.parquet"])
def test_a_file_name_is_taken_literally(tmp_path: Path, name: str) -> None:  # 73
    (tmp_path / "abx.csv").write_bytes(b"other\n9\n")
    (tmp_path / "abx.parquet").write_bytes(parquet(pa.table({"other": ["9"]})))
    content = b"a\n1\n" if name.endswith("csv") else parquet(pa.table({"a": ["1"]}))
    source, kept, _ = read(tmp_path, content, name)
    assert (source.columns, kept) == (("a",), [(1, "1")])


def test_gzip_and_plain_give_the_same_rows(tmp_path: Path) -> None:
    content = b"a,b\n1,x\n\n3\n4,y\n"
    assert read(tmp_path, content)[1:] == read(tmp_path, gzip.compress(content), "scores.csv.gz")[1:]


def test_parquet_cells_come_as_text_and_whole_numbers_exactly(tmp_path: Path) -> None:
    table = pa.table(
        {
            "whole": pa.array([2**62 + 1, None, -5, None]),
            "small": pa.array([255, None, 0, None], pa.uint8()),
            "number": [5.0, None, 0.1, None],
            "flag": [True, None, False, None],
            "text": ["x", "", " y", " "],
        }
    )
    source, kept, malformed = read(tmp_path, parquet(table), "s.parquet")
    assert kept == [
        (1, str(2**62 + 1), "255", "5.0", "true", "x"),
        (3, "-5", "0", "0.1", "false", " y"),
    ]
    assert (source.rows_n, source.empty_rows_n, malformed) == (4, 2, [])


def test_row_numbers_hold_in_a_file_of_many_blocks(tmp_path: Path) -> None:
    lines = [f'{n},"a ""b"",\n{n}"' if n % 7 == 0 else f"{n},x" for n in range(1, 400_001)]
    lines[123_455] = "123456"
    lines[300_000] = ""
    source, kept, malformed = read(tmp_path, ("n,t\n" + "\n".join(lines)).encode())
    assert (source.rows_n, source.empty_rows_n, malformed) == (400_000, 1, [(123_456, "too_few_cells")])
    assert len(kept) == 399_998
    assert all(row_number == int(n) for row_number, n, _ in kept)


def kinds() -> list[Kind]:
    return [kind_of(f"x{ending}") for ending in ENDING.values()]


def test_each_ending_has_its_reader() -> None:
    assert kinds() == list(ENDING)
    assert kind_of("x.CSV") == "csv"
    assert kind_of("x.zip") == kind_of("x.json") == "unknown"
