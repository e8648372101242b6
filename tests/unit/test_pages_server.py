"""The pages that the Dagster UI links to: files on the loopback address, no listing of a folder."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from assets.pages_server import serve_pages


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_page_is_served_and_a_folder_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / "current").mkdir()
    (tmp_path / "current" / "methods.html").write_text("how")
    with serve_pages(tmp_path, free_port() - 1) as address:
        assert address is not None and address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{address}current/methods.html", timeout=10) as answer:
            assert answer.read() == b"how"
        for path in ("", "current/", "../secret", "current/../../secret"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"{address}{path}", timeout=10)


def test_a_port_in_use_leaves_the_ui_without_pages_and_breaks_nothing(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with serve_pages(tmp_path, int(taken.getsockname()[1]) - 1) as address:
            assert address is None
