"""A release on disk: written whole beside the others, then switched in by one rename."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from pipelines.durable import OPEN_FILE, OPEN_FOLDER, aside_path, make_folder, move_folder_in
from pipelines.home import Home


def write_release(home: Home, release_id: str, files: Mapping[str, bytes]) -> bool:
    """Make `files` (path in the release -> bytes) the current release; False when it already was.

    The folder of an id is only ever made whole: one that is there is left as it is, unless a byte of it was altered,
    then it is made again.
    """
    target = home.release_of(release_id)
    if _is_whole(target, files):
        if home.current_release() == release_id:
            return False
        home.switch_current(release_id)
        return True
    aside = aside_path(target)
    shutil.rmtree(aside, ignore_errors=True)
    make_folder(aside, OPEN_FOLDER)
    for name, content in sorted(files.items()):
        path = aside / name
        make_folder(path.parent, OPEN_FOLDER)
        path.write_bytes(content)
        path.chmod(OPEN_FILE)
    if target.exists():
        shutil.rmtree(target)
    move_folder_in(aside, target)
    home.switch_current(release_id)
    return True


def _is_whole(folder: Path, files: Mapping[str, bytes]) -> bool:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return found == set(files) and all((folder / name).read_bytes() == content for name, content in files.items())
