"""A home: the one folder that `kap` reads and writes, and where each thing lies in it (CONTRACT.md section 1)."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pipelines.durable import OPEN_FOLDER, PRIVATE_FOLDER, make_folder, switch_link, write_whole
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.provenance.ledger import Ledger
from pipelines.version import LAYOUT_VERSION, PRODUCT_VERSION

DEFAULT_HOME = "kap-home"
DEMO_HOME = "kap-demo"
HOME_VARIABLE = "KAP_HOME"

# Folder -> its permissions. What holds rows of patients is for the owner alone.
_FOLDERS = {
    "inbox": PRIVATE_FOLDER,
    "mappings": OPEN_FOLDER,
    "raw": PRIVATE_FOLDER,
    "quarantine": PRIVATE_FOLDER,
    "lake": PRIVATE_FOLDER,
    "validation": PRIVATE_FOLDER,
    "releases": OPEN_FOLDER,
    "reviews": PRIVATE_FOLDER,
    "logs": PRIVATE_FOLDER,
    ".dagster": PRIVATE_FOLDER,
    "tmp": PRIVATE_FOLDER,
}
_FILES = ("home.json", "kap.toml", "ledger.jsonl", "warehouse.duckdb", "run.lock")


@dataclass(frozen=True)
class Home:
    """A home folder. Every path below it is a property; `open` makes and checks it."""

    root: Path

    @classmethod
    def open(cls, path: Path, create: bool = True) -> Self:
        """Open the home at `path`, making what is missing.

        Raises:
            KapError: no home there and `create` is false, a folder that holds other things, a home of a newer
                layout, or a damaged home.json (all exit 2).
        """
        home = cls(path.expanduser().resolve())
        if not home.marker.exists():
            home._refuse_other_folder(create)
            make_folder(home.root)
            home._write_marker({"layout_version": LAYOUT_VERSION, "synthetic": None, "created_by": PRODUCT_VERSION})
        layout = home._read_marker().get("layout_version")
        if not isinstance(layout, int) or layout > LAYOUT_VERSION:
            raise _usage(
                "KAP-H02",
                f"expected layout version {LAYOUT_VERSION} or older; this home was made by a newer kap.",
                "use that version of kap, or another home.",
                file="home.json",
            )
        for name, mode in _FOLDERS.items():
            make_folder(home.root / name, mode)
        return home

    # What a person puts in.
    @property
    def settings_file(self) -> Path:
        return self.root / "kap.toml"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    def inbox_of(self, clinic_id: str) -> Path:
        return self.inbox / clinic_id

    @property
    def mappings(self) -> Path:
        return self.root / "mappings"

    def mapping_of(self, clinic_id: str) -> Path:
        return self.mappings / f"{clinic_id}.yaml"

    # The record.
    @property
    def marker(self) -> Path:
        return self.root / "home.json"

    @property
    def raw(self) -> Path:
        return self.root / "raw"

    @property
    def ledger_file(self) -> Path:
        return self.root / "ledger.jsonl"

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.ledger_file)

    @property
    def reviews(self) -> Path:
        return self.root / "reviews"

    # What can be deleted and rebuilt, refused files apart.
    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    def lake_of(self, table: str) -> Path:
        return self.lake / table

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def validation(self) -> Path:
        return self.root / "validation"

    def validation_of(self, run_id: str) -> Path:
        return self.validation / run_id

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    def release_of(self, release_id: str) -> Path:
        return self.releases / release_id

    @property
    def current(self) -> Path:
        """The last good release: a link beside the releases."""
        return self.releases / "current"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    def log_of(self, run_id: str) -> Path:
        return self.logs / f"{run_id}.ndjson"

    @property
    def dagster(self) -> Path:
        return self.root / ".dagster"

    @property
    def tmp(self) -> Path:
        return self.root / "tmp"

    @property
    def run_lock(self) -> Path:
        return self.root / "run.lock"

    def switch_current(self, release_id: str) -> None:
        """Make `release_id` the current release, in one step; its folder is already whole."""
        switch_link(self.current, release_id)

    def current_release(self) -> str | None:
        """Id of the current release, None before the first."""
        return self.current.readlink().name if self.current.is_symlink() else None

    # The synthetic mark: set once, by the first delivery or by `kap demo`.
    @property
    def synthetic(self) -> bool | None:
        """True: made data only. False: deliveries of a clinic. None: nothing taken in yet."""
        mark = self._read_marker().get("synthetic")
        return mark if isinstance(mark, bool) else None

    def mark_synthetic(self) -> None:
        """Mark the home as holding made data only; nothing changes when it is already.

        Raises:
            KapError: the home holds receipts of real files (exit 2).
        """
        if self.synthetic:
            return
        if self.synthetic is False or any((self.raw / "receipts").glob("*.json")):
            raise _usage(
                "KAP-H03",
                "expected a home without receipts of real files: synthetic data never joins them.",
                f"give another folder: `kap demo --home {DEMO_HOME}`.",
            )
        self._set_mark(True)

    def mark_real(self) -> None:
        """Called with the first receipt: a home that is not synthetic by then never becomes it."""
        if self.synthetic is None:
            self._set_mark(False)

    @contextmanager
    def lock(self) -> Iterator[int | None]:
        """Hold the home's one lock. Yields the process id of a dead holder whose lock was taken over, else None.

        The lock is the kernel's, so it ends with its process; the number in the file is for people.

        Raises:
            KapError: another run holds it (exit 5).
        """
        descriptor = os.open(self.run_lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                holder = _process_id(descriptor)
                who = f" (process {holder})" if holder else ""
                problem = Problem(
                    code="KAP-H05",
                    file="run.lock",
                    expected=f"expected no other run on this home; one is under way{who}.",
                    remedy="wait until it ends, then run the command again.",
                )
                raise KapError(ExitCode.LOCKED, [problem]) from error
            left_by = _process_id(descriptor)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            os.fsync(descriptor)
            try:
                yield left_by
            finally:
                os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)

    def _set_mark(self, synthetic: bool) -> None:
        self._write_marker({**self._read_marker(), "synthetic": synthetic})

    def _write_marker(self, fields: dict[str, Any]) -> None:
        write_whole(self.marker, (json.dumps(fields, indent=2, sort_keys=True) + "\n").encode())

    def _read_marker(self) -> dict[str, Any]:
        try:
            fields = json.loads(self.marker.read_bytes())
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            raise _usage("KAP-H04", "expected the home's mark as JSON; it is damaged.", "restore it.", file="home.json")
        return fields

    def _refuse_other_folder(self, create: bool) -> None:
        if self.root.exists() and not self.root.is_dir():
            raise _usage("KAP-H01", "expected a folder as the home; a file has that name.", "give another --home.")
        if not create:
            raise _usage("KAP-H01", "expected a home here; there is none.", "run `kap run` first, or give --home.")
        known = {*_FOLDERS, *_FILES}
        others = [entry for entry in self.root.glob("*") if not entry.name.startswith(".") and entry.name not in known]
        if others:
            raise _usage(
                "KAP-H01",
                f"expected an empty folder or a home; it holds {len(others)} other file(s) or folder(s).",
                "give a folder of its own as --home.",
            )


def _process_id(descriptor: int) -> int | None:
    text = os.pread(descriptor, 32, 0).strip()
    return int(text) if text.isdigit() else None


def _usage(code: str, expected: str, remedy: str, file: str | None = None) -> KapError:
    return KapError(ExitCode.USAGE, [Problem(code=code, file=file, expected=expected, remedy=remedy)])
