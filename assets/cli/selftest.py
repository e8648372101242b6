"""Published figures and what this product makes of them, on this machine."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from assets.cli.console import Line, counted, listed, plain_console, reading_width, show_lines, wrapped
from assets.cli.progress import Show
from pipelines.home import Home
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.selftest.checks import Check, agreed_of
from pipelines.selftest.examine import deliver, examine_examples, examine_samples
from pipelines.selftest.expected import samples
from pipelines.selftest.record import in_words, record_bytes
from pipelines.selftest.verified import Verified
from pipelines.version import DEFINITION_SET, PRODUCT_VERSION

STATES = {"agrees": "agrees", "differs": "DIFFERS", "not_present": "not present", "later": "later"}


def selftest(data: Path | None, show: Show) -> list[Check]:
    """Every expected figure, computed: examples, and data sets of the folder `data` through a home made for it.

    Raises:
        KapError: `data` is no folder, or one without any of the data sets (exit 2); what `run_home` raises.
    """
    if data is None:
        return [*examine_examples(), *examine_samples(None, None, {})]
    if not data.is_dir():
        expected = "expected a folder of data sets at --data."
        raise KapError(ExitCode.USAGE, [Problem("KAP-U02", expected, "check the path.")])
    from assets.cli.run import run_home

    with tempfile.TemporaryDirectory(prefix="kap-selftest-") as folder:
        home = Home.open(Path(folder) / "home")
        if not deliver(home, data):
            names = listed((sample.file for sample in samples()), 4)
            expected = f"expected a folder with data sets as they are published ({names}); none is there."
            raise KapError(ExitCode.USAGE, [Problem("KAP-U02", expected, "check the path, or leave --data out.")])
        result = run_home(home, show, warehouse=False)
        outcomes = {file.clinic_id: file.outcome for file in result.files}
        return [*examine_examples(), *examine_samples(home, data, outcomes)]


def exit_code(checks: list[Check]) -> ExitCode:
    """1 when a figure differs; what is not there is no difference."""
    return ExitCode.FAULT if any(check.state == "differs" for check in checks) else ExitCode.DONE


def say(checks: list[Check], as_json: bool) -> None:
    """Print the figures: what, published, computed, agrees."""
    agreed_n, of_n = agreed_of(checks)
    figures = in_words(checks)
    if as_json:
        versions = {"product_version": PRODUCT_VERSION, "definition_set": DEFINITION_SET}
        counts = {"agreed_n": agreed_n, "of_n": of_n}
        print(json.dumps({**versions, **counts, "figures": [vars(figure) for figure in figures]}, indent=1))
        return
    plain_console().print(_table(figures))
    console = Console()
    absent = sum(check.state == "not_present" for check in checks)
    said = [f"{agreed_n} of {of_n} figures agree (kap {PRODUCT_VERSION}, {DEFINITION_SET})."]
    if absent:
        said.append(f"{counted(absent, 'figure')} of data sets that are not here: give their folder as --data.")
    show_lines([Line(), *(line for text in said for line in wrapped(text, reading_width(console)))], console)


def write_record(checks: list[Check], data: Path | None, to: Path) -> None:
    """Write the record: figures, versions, hashes of the data files."""
    to.write_bytes(record_bytes(checks, data))


def _table(figures: list[Verified]) -> Table:
    table = Table(title="Published figures and what this product makes of them", title_justify="left")
    for name in ("what", "published", "computed", "agrees", "source"):
        table.add_column(name)
    for figure in figures:
        of = f"{figure.sample}: " if figure.sample else ""
        cells = (f"{of}{figure.what}", figure.published, figure.computed, STATES[figure.state], figure.source)
        table.add_row(*cells)
    return table
