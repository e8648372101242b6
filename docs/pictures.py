"""The README's two pictures, taken of a home of synthetic data: `python docs/pictures.py HOME` (`make pictures`)."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser  # noqa: E402

from tests.browser.shown import chromium_path, launched, shown  # noqa: E402

KAP = Path(sys.executable).with_name("kap")
PICTURES = ROOT / "docs" / "pictures"
GROUPS = ("intake", "clinical", "outcomes", "release")
START_UP_S = 120


def dashboard(browser: Browser, release: Path) -> None:
    """The first screens of the dashboard."""
    with shown(browser, release / "index.html") as page:
        assert page.page.locator(".synthetic").is_visible(), "only synthetic data are shown in a document"
        page.page.set_viewport_size({"width": 1280, "height": 1300})
        page.page.screenshot(path=PICTURES / "dashboard.png")


def lineage(browser: Browser, home: Path) -> None:
    """The asset graph of all groups, in the Dagster UI of the home."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen([KAP, "ui", "--home", home, "--port", str(port)], cwd=ROOT, start_new_session=True)
    try:
        _wait_for(f"{address}/server_info")
        context = browser.new_context(
            viewport={"width": 1680, "height": 1240}, proxy={"server": "http://127.0.0.1:9", "bypass": "127.0.0.1"}
        )
        page = context.new_page()
        expanded = ",".join(f"global@global:{group}" for group in GROUPS)
        page.goto(f"{address}/asset-groups?expanded={quote(expanded, safe='')}")
        page.wait_for_selector("text=release", timeout=START_UP_S * 1000)
        # The graph lays itself out and then asks for the state of each asset.
        page.wait_for_timeout(8000)
        page.screenshot(path=PICTURES / "dagster.png")
        context.close()
    finally:
        # The whole group, as Ctrl-C does on a terminal: the UI's own processes end with it.
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            os.killpg(server.pid, how)
            try:
                server.wait(timeout=20)
                break
            except subprocess.TimeoutExpired:
                continue


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(address: str) -> None:
    for _ in range(START_UP_S):
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(1)
    raise SystemExit(f"the Dagster UI did not answer within {START_UP_S} s")


def main(home: Path) -> None:
    """Both pictures into docs/pictures, from this home; it is made with `kap demo` when it is not there."""
    if not (home / "releases" / "current").exists():
        subprocess.run([KAP, "demo", "--home", home], check=True)
    manifest = json.loads((home / "releases" / "current" / "manifest.json").read_text(encoding="utf-8"))
    if not manifest["synthetic"]:
        raise SystemExit("only a home of synthetic data is shown in a document")
    program = chromium_path()
    if program is None:
        raise SystemExit("no Chromium found")
    PICTURES.mkdir(exist_ok=True)
    with launched(program) as browser:
        dashboard(browser, home / "releases" / "current")
        lineage(browser, home)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "kap-demo").resolve())
