"""Empty deliveries and the dictionary of their columns, for a clinic that begins."""

from __future__ import annotations

from pathlib import Path

from assets.cli.console import shown_path
from pipelines.contract.dictionary import data_dictionary, template_csv
from pipelines.contract.tables import SCORES, SESSIONS, TABLES
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


def next_steps(folder: Path) -> tuple[str, ...]:
    """What to do with the templates, a paragraph each."""
    return (
        "Fill in sessions.csv (a row for each dosing session) and scores.csv (a row for each questionnaire). Needed in "
        f"each row of sessions: {', '.join(SESSIONS.required)}, condition and a dose; of scores: "
        f"{', '.join(SCORES.required)} and a total or the answers. Every other column may stay empty or be deleted.",
        f"What each column means, and the words it takes: {shown_path(folder.resolve() / 'dictionary.md')}.",
        f"Then look what would become of them: kap check {folder / 'sessions.csv'} {folder / 'scores.csv'}",
    )
