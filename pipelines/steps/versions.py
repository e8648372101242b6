"""Whether a home was written by this version: a lake of another one is made again, a newer one's rules are refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from pipelines.care.courses import SQL_ANCHOR as CARE_ANCHOR
from pipelines.durable import PRIVATE_FILE, write_whole
from pipelines.engine import load_sql
from pipelines.lake import LAKE_TABLES, empty_select
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.provenance.canonical import canonical, digest
from pipelines.provenance.history import History
from pipelines.rules.catalogue import BY_CODE
from pipelines.steps.clinical import CARE
from pipelines.version import LAYOUT_VERSION, PRODUCT_VERSION, stamp

# What the lake was written with, beside its files.
_WRITTEN_WITH = "written_with.json"


def written_with() -> dict[str, str]:
    """What a lake of this version says of itself: the versions, its tables' columns, and how those of care are made."""
    columns = digest(canonical({table: empty_select(table) for table in LAKE_TABLES}).encode())
    care = digest(canonical({name: load_sql(CARE_ANCHOR, name) for name in CARE}).encode())
    return {**stamp(), "layout_version": str(LAYOUT_VERSION), "columns_sha256": columns, "care_sha256": care}


def is_of_this_version(lake: Path) -> bool:
    """Whether what lies in the lake was written by this version; an empty one is taken as its own."""
    if not any(path.name != _WRITTEN_WITH for path in lake.glob("*")):
        lake.mkdir(parents=True, exist_ok=True)
        write_whole(lake / _WRITTEN_WITH, canonical(written_with()).encode(), PRIVATE_FILE)
    try:
        return bool(json.loads((lake / _WRITTEN_WITH).read_bytes()) == written_with())
    except (OSError, ValueError):
        return False


def settle_lake(lake: Path) -> bool:
    """Empty a lake that another version wrote, so that the run makes it again from the record; whether it was one.

    Call only while holding the lock, before a run of the whole job.
    """
    if is_of_this_version(lake):
        return False
    for path in lake.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return is_of_this_version(lake)


def refuse_other_lake(lake: Path) -> None:
    """For a step run on its own, which cannot make the lake again.

    Raises:
        KapError: another version wrote the lake (exit 2).
    """
    if not is_of_this_version(lake):
        expected = "expected a lake that this version of kap wrote; another one did."
        raise KapError(ExitCode.USAGE, [Problem("KAP-H07", expected, "run `kap run`: it makes the lake again.")])


def refuse_unknown_rules(history: History) -> None:
    """Findings of a rule that is not in the catalogue cannot be told.

    Raises:
        KapError: a newer version judged a clinic's latest delivery (exit 2).
    """
    judged = {row[0] for body in history.validated.values() for row in body["findings"]}
    unknown = sorted(judged - BY_CODE.keys())
    if unknown:
        expected = (
            f"expected rules that this version of kap ({PRODUCT_VERSION}) knows; a newer one has run on this home and "
            f"judged by {', '.join(unknown)}."
        )
        remedy = "update kap to the version that was used last, or a newer one."
        raise KapError(ExitCode.USAGE, [Problem("KAP-H06", expected, remedy, "ledger.jsonl")])
