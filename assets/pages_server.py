"""The released pages over HTTP on the loopback address: a browser follows no link from the Dagster UI to a file."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PAGES_VARIABLE = "KAP_PAGES"
DEFAULT_UI_PORT = 3000


def pages_address(ui_port: int = DEFAULT_UI_PORT) -> str:
    """Where the pages stand while the UI runs on that port: the next one."""
    return f"http://127.0.0.1:{ui_port + 1}/"


class _Pages(http.server.SimpleHTTPRequestHandler):
    """Files only: no listing of folders, and no line of log for each request."""

    def list_directory(self, path: object) -> None:
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def serve_pages(releases: Path, ui_port: int) -> Iterator[str | None]:
    """Serve the releases folder while the block runs; the address, or None when the port is taken."""
    handler = functools.partial(_Pages, directory=str(releases))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", ui_port + 1), handler)
    except OSError:
        yield None
        return
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield pages_address(ui_port)
    finally:
        server.shutdown()
        server.server_close()
