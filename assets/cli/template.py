"""Empty deliveries and the dictionary of their columns, for a clinic that begins."""

from __future__ import annotations

from pathlib import Path

from pipelines.contract.dictionary import data_dictionary, template_csv
from pipelines.contract.tables import TABLES
from pipelines.durable import make_folder, write_whole
from pipelines.instruments.catalogue import load_catalogue


def write_templates(folder: Path) -> list[Path]:
    """Write `<table>.csv` for each table, and `dictionary.md`; return their paths."""
    make_folder(folder)
    texts = {f"{table.name}.csv": template_csv(table) for table in TABLES.values()}
    texts["dictionary.md"] = data_dictionary(load_catalogue().delivered_ids)
    for name, text in texts.items():
        write_whole(folder / name, text.encode())
    return [folder / name for name in texts]
