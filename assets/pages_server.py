"""The released pages over HTTP on the loopback address: a browser follows no link from the Dagster UI to a file."""

from __future__ import annotations

import functools
import http.server
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAGES_VARIABLE = "KAP_PAGES"
_LOCAL = ("127.0.0.1", "localhost")


class _Pages(http.server.SimpleHTTPRequestHandler):
    """Files of the releases folder only, for this machine's own browser: no listing of folders, nothing that a link
    leads out of the folder to, no answer to a page that calls itself by another host's name."""

    def send_head(self):  # type: ignore[no-untyped-def]  # the base class's own type is private
        if (self.headers.get("Host") or "").rpartition(":")[0] not in _LOCAL:
            self.send_error(403)
            return None
        folder = Path(self.directory).resolve()
        try:
            file = Path(self.translate_path(self.path)).resolve()
            inside = file.is_file() and file.is_relative_to(folder)
        except (OSError, ValueError):
            inside = False
        if not inside or any(part.startswith(".") for part in file.relative_to(folder).parts):
            self.send_error(404)
            return None
        return super().send_head()

    def end_headers(self) -> None:
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


def pages_address() -> str | None:
    """Where the pages are served while this process runs under `kap ui`; None elsewhere."""
    return os.environ.get(PAGES_VARIABLE)


@contextmanager
def serve_pages(releases: Path, ui_port: int) -> Iterator[str | None]:
    """Serve the releases folder on the port after the UI's while the block runs; the address, None when it is taken."""
    handler = functools.partial(_Pages, directory=os.fspath(releases))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", ui_port + 1), handler)
    except (OSError, OverflowError):
        yield None
        return
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{ui_port + 1}/"
    finally:
        # Not waited for: shutdown() waits for a loop that an interrupt may have kept from starting.
        threading.Thread(target=server.shutdown, daemon=True).start()
        server.server_close()
