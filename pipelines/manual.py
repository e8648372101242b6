"""The pages of docs/ that are made from the code: `python -m pipelines.manual docs` writes them anew."""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines.care.windows import Windows
from pipelines.codes import codes_page
from pipelines.contract.dictionary import data_dictionary
from pipelines.definitions.frozen import places_of
from pipelines.definitions.page import definitions_page
from pipelines.disclosure.declared import POLICIES
from pipelines.disclosure.limits import Limits
from pipelines.instruments.catalogue import load_catalogue
from pipelines.instruments.page import instruments_page
from pipelines.outcomes.meanings import output_dictionary


def made_pages() -> dict[str, str]:
    """File name under docs/ -> its text."""
    return {
        "codes.md": codes_page(),
        "instruments.md": instruments_page(load_catalogue()),
        "definitions.md": definitions_page(places_of(Windows(), Limits())),
        "data-dictionary.md": f"{data_dictionary(load_catalogue().delivered_ids)}\n{_output_tables()}",
    }


def _output_tables() -> str:
    tables = {name: (policy.key, policy.columns) for name, policy in POLICIES.items()}
    return output_dictionary(tables).rstrip("\n") + "\n"


if __name__ == "__main__":
    for name, text in made_pages().items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")
