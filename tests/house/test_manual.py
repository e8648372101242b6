"""What the manual shows works as shown: mappings, settings, the map of the house. Names: test_docs.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.contract.mapping import parse_mapping
from pipelines.contract.mapping_model import ColumnSource, ScoreEntry
from pipelines.contract.mapping_model import Mapping as ClinicMapping
from pipelines.contract.units import UNITS
from pipelines.instruments.catalogue import load_catalogue
from pipelines.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
MAPPING_PAGE = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("block", [*blocks(MAPPING_PAGE, "yaml"), *blocks(README, "yaml")])
def test_every_mapping_shown_is_one_that_the_product_obeys(block: str) -> None:
    parse_mapping(block.encode(), "alder.yaml", load_catalogue().delivered_ids)


def test_the_mapping_page_shows_every_key_of_a_mapping_file() -> None:
    models = (ClinicMapping, ColumnSource, ScoreEntry)
    keys = {name for model in models for name in model.model_fields}
    assert {key for key in keys if not re.search(rf"\b{key}\b", MAPPING_PAGE)} == set()


def test_the_mapping_page_names_every_unit() -> None:
    units = {unit for known in UNITS.values() for unit in known}
    assert {unit for unit in units if f"`{unit}`" not in MAPPING_PAGE} == set()


# The README's instrument is proved by tests/spec/test_an_instrument_of_the_readme.py.
@pytest.mark.parametrize("block", [block for block in blocks(README, "toml") if "[[scales]]" not in block])
def test_every_settings_file_shown_is_one_that_the_product_obeys(block: str, tmp_path: Path) -> None:
    (tmp_path / "kap.toml").write_text(block, encoding="utf-8")
    load_settings(tmp_path / "kap.toml")


def test_the_map_of_the_house_names_folders_that_are_there() -> None:
    rows = re.findall(r"^\| (`.*?`) \|", README.split("## The house")[1].split("\n## ")[0], re.MULTILINE)
    folders = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    assert len(folders) > 10
    assert [name for name in folders if not (ROOT / name).is_dir()] == []
