"""Files that are the old ones or the new ones, never half of one: write aside, fsync, rename, fsync the folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
OPEN_FILE = 0o644
OPEN_FOLDER = 0o755

# Written aside under this ending; a file that still has it was cut short and holds nothing anyone was promised.
ASIDE = ".part"


def aside_path(path: Path) -> Path:
    """Where the new content of `path` is written before it is moved in: hidden, in the same folder."""
    return path.with_name(f".{path.name}.{os.getpid()}{ASIDE}")


def write_whole(path: Path, payload: bytes, mode: int = OPEN_FILE) -> None:
    """Replace `path` with `payload`, whole and durable; `mode` holds whatever the umask is.

    Raises:
        OSError: the disk refused; the old content of `path` is untouched and nothing is left aside.
    """
    aside = aside_path(path)
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as handle:
            os.fchmod(handle.fileno(), mode)
            handle.write(payload)
            handle.flush()
            os.fsync(handle.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def move_in(aside: Path, path: Path, mode: int = OPEN_FILE) -> None:
    """Move a finished file into its place on the same disk, durable before and after."""
    aside.chmod(mode)
    sync_file(aside)
    aside.replace(path)
    sync_folder(path.parent)
    if aside.parent != path.parent:
        sync_folder(aside.parent)


def move_folder_in(aside: Path, path: Path) -> None:
    """Move a finished folder tree into its place on the same disk; `path` must not exist."""
    for folder, _, names in os.walk(aside):
        for name in names:
            sync_file(Path(folder) / name)
        sync_folder(Path(folder))
    aside.rename(path)
    sync_folder(path.parent)


def switch_link(link: Path, target_name: str) -> None:
    """Point the symbolic link `link` at its neighbour `target_name`, in one step."""
    aside = aside_path(link)
    aside.unlink(missing_ok=True)
    aside.symlink_to(target_name)
    aside.replace(link)
    sync_folder(link.parent)


def make_folder(path: Path, mode: int = OPEN_FOLDER) -> Path:
    """Make a folder and its parents; `mode` is set on the folder itself even when it is there already."""
    path.mkdir(parents=True, exist_ok=True)
    if (path.stat().st_mode & 0o777) != mode:
        path.chmod(mode)
    return path


def sync_file(path: Path) -> None:
    """Force a file's content to the disk."""
    _sync(path, os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """Force a folder's entries to the disk: a rename is only durable after this."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def leftovers(folder: Path) -> Iterator[Path]:
    """Everything under `folder` that a killed run left aside."""
    return folder.rglob(f".*{ASIDE}") if folder.is_dir() else iter(())


def remove_leftovers(folder: Path) -> int:
    """Delete what killed runs left aside; call only while holding the lock. Returns how many."""
    found = list(leftovers(folder))
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(found)
