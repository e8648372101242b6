"""Laws of reading a CSV: Python's csv module, an independent reader, sees the same rows under the same numbers."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipelines.engine import Engine
from pipelines.intake import readers
from pipelines.intake.readers import read_delivery

WHITE = " \t\r\n"
CELLS = st.text(
    st.one_of(st.sampled_from('",;\n\r \t'), st.characters(codec="utf-8", exclude_characters="\0")), max_size=6
)


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, int]:
    """A CSV's bytes and its number of columns: quotes, embedded line ends, ragged and blank rows."""
    width = draw(st.integers(1, 4))
    lines = []
    end = draw(st.sampled_from(["\n", "\r\n"]))
    for _ in range(draw(st.integers(0, 12))):
        what = draw(st.sampled_from(["sound", "sound", "sound", "ragged", "blank"]))
        if what == "blank":
            lines.append(draw(st.sampled_from(["", " ", "\t "])))
            continue
        n = width if what == "sound" else draw(st.integers(1, 6))
        row = [draw(CELLS) for _ in range(n)]
        if n == 1 and not row[0].strip(WHITE):
            row = ["x"]
        buffer = io.StringIO(newline="")
        quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
        csv.writer(buffer, lineterminator="\r\n", quoting=quoting).writerow(row)
        lines.append(buffer.getvalue().removesuffix("\r\n"))
    header = ",".join(f"col_{chr(97 + n)}" for n in range(width))
    # A first sound row keeps a file of ragged rows alone from looking like a title above the header.
    first = ",".join("x" * width)
    text = end.join([header, first, *lines]) + draw(st.sampled_from(["", end]))
    return text.encode(), width


@given(file=files(), chunk=st.integers(1, 40))
def test_every_row_is_sound_malformed_or_empty_as_the_csv_module_sees_it(file: tuple[bytes, int], chunk: int) -> None:
    content, width = file
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))[1:]
    kept, malformed, empty_n = [], [], 0
    for number, row in enumerate(rows, start=1):
        if (len(row) <= 1 or len(row) == width) and not any(cell.strip(WHITE) for cell in row):
            empty_n += 1
        elif len(row) != width:
            malformed.append((number, "too_few_cells" if len(row) < width else "too_many_cells"))
        else:
            kept.append((number, *(cell or None for cell in row)))
    with tempfile.TemporaryDirectory() as folder, Engine([Path(folder)], threads=1) as engine:
        path = Path(folder) / "x.csv"
        path.write_bytes(content)
        usual, readers.CHUNK_BYTES = readers.CHUNK_BYTES, chunk
        try:
            source = read_delivery(engine, path, "x.csv", "csv", Path(folder))
        finally:
            readers.CHUNK_BYTES = usual
        assert engine.rows("SELECT * FROM source ORDER BY row_number") == kept
        assert engine.rows("SELECT * FROM source_malformed ORDER BY row_number") == malformed
    assert (source.rows_n, source.malformed_n, source.empty_rows_n) == (len(rows), len(malformed), empty_n)
