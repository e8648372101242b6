"""Where refused files and rows are kept, readable by the owner alone, with reasons that hold no value.

`quarantine/files/<clinic>/<sha256>/`: the refused file and `reasons.csv`.
`quarantine/rows/<clinic>/receipt-<n>/`: the quarantined records of a receipt as Parquet and their `reasons.csv`, which
lists blanked values too; `conflicts.csv` lists records that contradict another one of their file.
A refused file is purged after the retention of the settings: identifiers do not stay.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from pipelines.durable import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, sync_folder, write_whole
from pipelines.problems import Problem

REASON_COLUMNS = ("file", "row", "column", "rule", "failed_n", "of_n", "expected", "remedy")


def reasons_csv(problems: Iterable[Problem]) -> bytes:
    """One line per problem: file, row, column, rule, how many of how many, what was expected, what to do."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(REASON_COLUMNS)
    for problem in problems:
        writer.writerow(
            "" if cell is None else cell
            for cell in (
                problem.file,
                problem.row,
                problem.column,
                problem.code,
                problem.failed_n,
                problem.of_n,
                problem.expected,
                problem.remedy,
            )
        )
    return text.getvalue().encode()


def keep_refused_file(quarantine: Path, clinic_id: str, path: Path, sha256: str, problems: Sequence[Problem]) -> Path:
    """Move a refused file out of the inbox beside its reasons; return its folder."""
    folder = quarantine / "files" / clinic_id / sha256
    for parent in (quarantine / "files", quarantine / "files" / clinic_id, folder):
        make_folder(parent, PRIVATE_FOLDER)
    write_whole(folder / "reasons.csv", reasons_csv(problems), PRIVATE_FILE)
    # The delivered name may itself identify someone, so the file is kept under its hash.
    target = folder / "file"
    if path.stat().st_dev == folder.stat().st_dev:
        path.replace(target)
    else:
        shutil.copyfile(path, target)
        path.unlink()
    target.chmod(PRIVATE_FILE)
    sync_folder(folder)
    return folder


def rows_folder(quarantine: Path, clinic_id: str, receipt: int) -> Path:
    """Where the quarantined records of a receipt lie."""
    return quarantine / "rows" / clinic_id / f"receipt-{receipt:06d}"


def purge_refused_files(quarantine: Path, days: int, now: datetime) -> int:
    """Delete refused files (their reasons stay) that were moved here more than `days` days before `now`."""
    limit = (now - timedelta(days=days)).timestamp()
    old = [path for path in quarantine.glob("files/*/*/file") if path.stat().st_ctime < limit]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
