"""The instrument that README.md shows: one file beside the others, and a delivery with it is scored and judged."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import pipelines.instruments
from pipelines.care.courses import derive_care
from pipelines.care.windows import Windows
from pipelines.contract.tables import TABLES
from pipelines.instruments.catalogue import Catalogue, read_catalogue
from pipelines.outcomes.tables import outcome_tables
from pipelines.problems import KapError
from pipelines.scoring import score
from tests.care_tables import SCORE_DEFAULTS, define
from tests.score_rows import answers
from tests.session_rows import session_network

README = Path(__file__).parents[2] / "README.md"
SHIPPED = Path(pipelines.instruments.__file__).parent


def shown() -> tuple[str, str]:
    """The name and the text of the file that README.md shows."""
    block = re.search(r"```toml\n# pipelines/instruments/(\S+)\n(.*?)```", README.read_text(encoding="utf-8"), re.S)
    assert block is not None
    return block[1], block[2]


def catalogue_with(folder: Path, name: str, text: str) -> Catalogue:
    for path in SHIPPED.glob("*.toml"):
        shutil.copy(path, folder)
    (folder / name).write_text(text, encoding="utf-8")
    return read_catalogue(folder)


def test_one_file_and_no_code_scores_and_judges_a_delivery(tmp_path: Path) -> None:
    catalogue = catalogue_with(tmp_path, *shown())
    given = [{"patient_id": f"p{number}", "session_day": 0, "condition": "anxiety"} for number in range(6)]
    engine = session_network(given)
    # Totals of 8 before; after it 4 (half: a response) for four people and 5 (no response) for two.
    before = [
        {"patient_id": f"p{number}", "scale": "calm4", "score_day": -1, **answers(2, 2, 2, 2)} for number in range(6)
    ]
    after = [
        {"patient_id": f"p{number}", "scale": "calm4", "score_day": 14, **answers(1, 1, 1, 1 if number < 4 else 2)}
        for number in range(6)
    ]
    types = {field.name: field.sql_type for field in TABLES["scores"].fields}
    define(
        engine, "scores", types | {"receipt": "INTEGER", "row_number": "BIGINT"}, [*before, *after], **SCORE_DEFAULTS
    )
    score(engine, catalogue=catalogue)
    derive_care(engine, Windows())
    frame = outcome_tables(engine, Windows(), {})["outcomes_by_route_condition"]
    row = frame[(frame["scale"] == "calm4") & (frame["timepoint"] == "end_of_induction")].iloc[0]
    assert (row["n_analysed"], row["response_of_n"], row["response_n"]) == (6, 6, 4)
    assert row["change_mean"] == pytest.approx(-(4 * 4 + 2 * 3) / 6, abs=1e-6)


def test_a_fact_without_its_source_is_refused_with_its_place(tmp_path: Path) -> None:
    name, text = shown()
    without = text.replace('[recall]\ndays = 14\nsource = "Doe 2020 J Example 1:1"\n', "[recall]\ndays = 14\n")
    assert without != text
    with pytest.raises(KapError) as refused:
        catalogue_with(tmp_path, name, without)
    assert [(problem.file, problem.column) for problem in refused.value.problems] == [(name, "recall.source")]
