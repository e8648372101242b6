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


def test_nothing_outside_the_folder_and_no_foreign_host_is_served(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    releases.mkdir()
    (tmp_path / "ledger.jsonl").write_text("record")
    (releases / "out").symlink_to(tmp_path)
    (releases / ".half").write_text("half")
    (releases / "a.html").write_text("a")
    with serve_pages(releases, free_port() - 1) as address:
        assert address is not None
        for path in ("out/ledger.jsonl", ".half", "%00", "..%2fledger.jsonl"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"{address}{path}", timeout=10)
        foreign = urllib.request.Request(f"{address}a.html", headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(foreign, timeout=10)


def test_a_port_in_use_leaves_the_ui_without_pages_and_breaks_nothing(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with serve_pages(tmp_path, int(taken.getsockname()[1]) - 1) as address:
            assert address is None
