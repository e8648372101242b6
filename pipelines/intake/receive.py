"""What lies in a clinic's inbox folder, its fingerprint, and its byte-for-byte copy in the record.

Nothing here opens anything but a regular file, and nothing follows a link. What comes back as a `Problem` stays in the
inbox untouched; a `Candidate` is a regular file that leaves it, into raw or (when it has `problems`) into quarantine.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from pipelines.durable import PRIVATE_FILE, PRIVATE_FOLDER, aside_path, make_folder, sync_folder
from pipelines.intake.detectors import detect
from pipelines.intake.naming import safe_name
from pipelines.intake.refusals import refusal
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.vocabulary import CLINIC_ID_PATTERN, RESERVED_CLINIC_IDS

Kind = Literal["csv", "csv.gz", "ndjson", "ndjson.gz", "parquet", "unknown"]
# Limits of one delivery; a clinic's monthly export is a few megabytes.
MAX_FILE_BYTES = 2 * 1024**3
SETTLE_SECONDS = 0.25
# Hidden and temporary files are nobody's business but the file manager's.
PASSED_OVER = "KAP-N04"
# The next run looks again.
STILL_WRITTEN = "KAP-N03"
_BLOCK_BYTES = 1024 * 1024
_SUFFIXES: tuple[tuple[str, Kind], ...] = (
    (".csv.gz", "csv.gz"),
    (".csv", "csv"),
    (".ndjson.gz", "ndjson.gz"),
    (".ndjson", "ndjson"),
    (".parquet", "parquet"),
)
_TEMPORARY = (".part", ".tmp")


@dataclass(frozen=True)
class Candidate:
    """A regular file that stood still for two looks. `name` may hold an identifier: show `safe_name(name)` only."""

    path: Path
    name: str
    kind: Kind
    bytes: int
    problems: tuple[Problem, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """What a command returns for this file as far as the inbox can tell."""
        return ExitCode.REFUSED if self.problems else ExitCode.DONE


def clinic_folder_problem(name: str) -> Problem | None:
    """What is wrong with the name of a folder of the inbox, if anything."""
    if re.fullmatch(CLINIC_ID_PATTERN, name) and name not in RESERVED_CLINIC_IDS:
        return None
    return refusal("KAP-N05", safe_name(name))


def loose_file_problem(name: str) -> Problem:
    """A file of the inbox itself: whose it is, cannot be told."""
    return refusal("KAP-N06", safe_name(name))


def linked_folder_problem(name: str) -> Problem:
    """A link in the place of a clinic's folder: nothing follows it."""
    return refusal("KAP-N01", safe_name(name))


def kind_of(name: str) -> Kind:
    """The format that a file name promises."""
    lowered = name.lower()
    return next((kind for suffix, kind in _SUFFIXES if lowered.endswith(suffix)), "unknown")


def list_deliveries(
    folder: Path, *, settle_seconds: float = SETTLE_SECONDS, max_bytes: int = MAX_FILE_BYTES
) -> list[Candidate | Problem]:
    """Every entry of one clinic's inbox folder, by name: a file to take in or refuse, or why it is passed over.

    A file changed within the last two seconds is looked at twice, `settle_seconds` apart.
    """
    wrong = clinic_folder_problem(folder.name)
    if wrong:
        return [wrong]
    if folder.is_symlink() or not folder.is_dir():
        return [refusal("KAP-N01", safe_name(folder.name))]
    names = sorted(entry.name for entry in folder.iterdir())
    first = {name: _look(folder / name) for name in names}
    newest = max((look.st_mtime for look in first.values() if look), default=0.0)
    if time.time() - newest < 2.0:
        time.sleep(settle_seconds)
    return [_judge(folder / name, first[name], max_bytes) for name in names]


def _look(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None


def _judge(path: Path, before: os.stat_result | None, max_bytes: int) -> Candidate | Problem:
    name, shown = path.name, safe_name(path.name)
    if name.startswith(".") or name.lower().endswith(_TEMPORARY):
        return refusal(PASSED_OVER, shown)
    now = _look(path)
    if before is None or now is None:
        return refusal("KAP-N03", shown)
    if not stat.S_ISREG(now.st_mode):
        return refusal("KAP-N01", shown)
    if (before.st_ino, before.st_size, before.st_mtime_ns) != (now.st_ino, now.st_size, now.st_mtime_ns):
        return refusal("KAP-N03", shown)
    kind = kind_of(name)
    problems = [
        refusal(code, shown)
        for code, holds in (
            ("KAP-F02", kind == "unknown"),
            ("KAP-F01", now.st_size == 0),
            ("KAP-F03", now.st_size > max_bytes),
            ("KAP-F04", not os.access(path, os.R_OK)),
        )
        if holds
    ]
    problems += name_problems(name)
    return Candidate(path, name, kind, now.st_size, tuple(problems))


def name_problems(name: str) -> list[Problem]:
    """Identifiers in a delivered file's name: the entry gate's first look."""
    return [refusal(code, safe_name(name), note="in the file name: ") for code in detect(name)]


def open_regular(path: Path) -> BinaryIO:
    """The file for reading, never through a link and never waiting on a pipe.

    Raises:
        KapError: KAP-N01 when it is no regular file, KAP-F04 when it cannot be opened, KAP-F05 when it is gone.
    """
    shown = safe_name(path.name)
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except OSError as error:
        code = "KAP-F05" if isinstance(error, FileNotFoundError) else "KAP-N01" if path.is_symlink() else "KAP-F04"
        raise KapError(ExitCode.REFUSED, [refusal(code, shown)]) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise KapError(ExitCode.REFUSED, [refusal("KAP-N01", shown)])
    return os.fdopen(handle, "rb")


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(_BLOCK_BYTES):
        yield block


def fingerprint(path: Path) -> tuple[str, int]:
    """(SHA-256 in hexadecimal, size in bytes), read in pieces. Raises KapError as `open_regular` does."""
    digest, size = hashlib.sha256(), 0
    with open_regular(path) as stream:
        for block in _blocks(stream):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def raw_path(home_raw: Path, sha256: str, kind: Kind) -> Path:
    """Where the record keeps the delivery with this fingerprint."""
    return home_raw / "deliveries" / sha256[:2] / f"{sha256}.{kind}"


def store_raw(home_raw: Path, path: Path, sha256: str, kind: Kind | None = None) -> Path:
    """Copy a delivery byte for byte into the record (0600), whole or not at all; return the copy's path.

    The original stays where it is. A second call with the same bytes changes nothing.

    Raises:
        KapError: KAP-F05 when the bytes are no longer those of `sha256`.
    """
    target = raw_path(home_raw, sha256, kind or kind_of(path.name))
    if target.is_file() and fingerprint(target)[0] == sha256:
        return target
    for folder in (home_raw, target.parent.parent, target.parent):
        make_folder(folder, PRIVATE_FOLDER)
    aside = aside_path(target)
    digest = hashlib.sha256()
    try:
        with (
            open_regular(path) as source,
            os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE), "wb") as copy,
        ):
            for block in _blocks(source):
                digest.update(block)
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
        if digest.hexdigest() != sha256 or fingerprint(aside)[0] != sha256:
            raise KapError(ExitCode.REFUSED, [refusal("KAP-F05", safe_name(path.name))])
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    for folder in (target.parent, target.parent.parent, home_raw):
        sync_folder(folder)
    return target
