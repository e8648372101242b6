"""Laws of reading NDJSON: Python's json module sees the same lines; the same rows as CSV end as the same records."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipelines.contract.mapping import NO_MAPPING
from pipelines.engine import Engine
from pipelines.intake import readers
from pipelines.intake.readers import read_delivery
from pipelines.intake.reading import Reading, read_file

WHITE = " \t\r\n"
TEXTS = st.text(st.one_of(st.sampled_from('",:{}[]\\\n\t '), st.characters(codec="utf-8")), max_size=6)
VALUES = st.one_of(TEXTS, st.none(), st.booleans(), st.integers(-(10**20), 10**20))
KEYS = ("aa", "bb", "c c", 'd"d', "e.e")
BROKEN = ('{"aa": 1', '{"aa": }', '"aa"', "7", "[1]", "{'aa': 1}", '{"aa": 1} {"aa": 2}', '{"aa": 1, "aa": 2}', "aa,bb")


def as_text(value: Any) -> str | None:
    """A cell as it is read: words for booleans, nothing for null and for an empty text."""
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


@st.composite
def lines(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Lines of a file with what each is: an object, no object, or blank; the first is an object with every key."""
    found = [("object", json.dumps(dict.fromkeys(KEYS, "x")))]
    for _ in range(draw(st.integers(0, 10))):
        what = draw(st.sampled_from(["object", "object", "broken", "blank"]))
        if what == "object":
            record = draw(st.dictionaries(st.sampled_from(KEYS), VALUES))
            found.append((what, json.dumps(record, ensure_ascii=draw(st.booleans()))))
        else:
            found.append((what, draw(st.sampled_from(BROKEN if what == "broken" else ("", " ", "\t ")))))
    return found


@given(lines=lines(), end=st.sampled_from(["\n", "\r\n"]), last=st.booleans(), chunk=st.integers(1, 40))
def test_every_line_is_an_object_malformed_or_empty_as_the_json_module_sees_it(
    lines: list[tuple[str, str]], end: str, last: bool, chunk: int
) -> None:
    content = (end.join(line for _, line in lines) + (end if last else "")).encode()
    total = len(lines) - (not last and lines[-1][1] == "")
    kept, malformed = [], []
    for number, (what, line) in enumerate(lines, start=1):
        if what == "object":
            cells = tuple(as_text(json.loads(line).get(key)) for key in KEYS)
            if any(cell and cell.strip(WHITE) for cell in cells):
                kept.append((number, *cells))
        elif what == "broken":
            malformed.append(number)
    with tempfile.TemporaryDirectory() as folder, Engine([Path(folder)], threads=1) as engine:
        path = Path(folder) / "x.ndjson"
        path.write_bytes(content)
        usual, readers.CHUNK_BYTES = readers.CHUNK_BYTES, chunk
        try:
            source = read_delivery(engine, path, "x.ndjson", "ndjson", Path(folder))
        finally:
            readers.CHUNK_BYTES = usual
        assert source.columns == KEYS
        assert engine.rows("SELECT * FROM source ORDER BY row_number") == kept
        assert [row for row, _ in engine.rows("SELECT * FROM source_malformed ORDER BY row_number")] == malformed
        assert engine.value("SELECT count(*) FROM source_malformed_lines") == len(malformed)
    assert (source.rows_n, source.malformed_n) == (total, len(malformed))
    assert source.rows_n == len(kept) + source.malformed_n + source.empty_rows_n


HEADER = ("patient_id", "session_day", "route", "dose_mg", "condition", "completed")
CELLS = st.sampled_from(
    ["", " ", 0, 7, "x", "iv", 40, 5.5, "5.0", "NaN", "trd", "1e400", "A1", True, None, "im", 12, "p01"]
)


@given(rows=st.lists(st.lists(CELLS, min_size=len(HEADER), max_size=len(HEADER)), min_size=1, max_size=20))
def test_the_same_rows_as_csv_and_as_json_lines_give_the_same_records(rows: list[list[Any]]) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([HEADER, *([as_text(cell) or "" for cell in row] for row in rows)])
    as_lines = "".join(json.dumps(dict(zip(HEADER, row, strict=True))) + "\n" for row in rows)
    found = {}
    for kind, text in (("csv", written.getvalue()), ("ndjson", as_lines)):
        with tempfile.TemporaryDirectory() as folder, Engine([Path(folder)], threads=1) as engine:
            path = Path(folder) / f"x.{kind}"
            path.write_bytes(text.encode())
            read = read_file(engine, path, path.name, kind, "alder", 1, NO_MAPPING, True, Path(folder))  # type: ignore[arg-type]
            assert isinstance(read, Reading)
            typed = engine.rows("SELECT * FROM typed_sessions ORDER BY record_number")
            found[kind] = (read.counts, read.quarantined_n, typed)
    assert found["csv"] == found["ndjson"]
