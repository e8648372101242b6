"""The Dagster UI of a home: this home's own instance, on the loopback address only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from assets.cli.instance import open_instance
from assets.jobs import clinic_folders
from assets.pages_server import PAGES_VARIABLE, serve_pages
from pipelines.home import HOME_VARIABLE, Home
from pipelines.provenance.history import read_history

_ROOT = Path(__file__).resolve().parents[2]
_LOOK_SECONDS, _PATIENCE_SECONDS = 0.2, 15


def command(port: int) -> list[str]:
    """The command that serves the UI."""
    return [
        sys.executable, "-m", "dagster", "dev",
        "--workspace", str(_ROOT / "workspace.yaml"),
        "--host", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip


def serve(home: Home, port: int) -> None:
    """Serve until stopped. The instance is made first: two processes making it at once break it."""
    with open_instance(home) as instance:
        wanted = sorted({*clinic_folders(home.inbox), *read_history(home.ledger.entries()).clinics()})
        known = set(instance.get_dynamic_partitions("clinics"))
        instance.add_dynamic_partitions("clinics", [clinic_id for clinic_id in wanted if clinic_id not in known])
    environment = os.environ | {"DAGSTER_HOME": str(home.dagster), HOME_VARIABLE: str(home.root)}
    told_to_stop = threading.Event()
    # An interrupt that is raised can be lost, in a callback or while the UI's process is made; one noted cannot.
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, lambda *_: told_to_stop.set())
    with serve_pages(home.releases, port) as pages:
        print(f"Dagster UI: http://127.0.0.1:{port}  (stop with Ctrl-C)", flush=True)
        if pages:
            environment[PAGES_VARIABLE] = pages
            print(f"Dashboard:  {pages}current/index.html", flush=True)
        with subprocess.Popen(command(port), cwd=_ROOT, env=environment) as ui:
            while ui.poll() is None and not told_to_stop.wait(_LOOK_SECONDS):
                pass
            _stop(ui)


def _stop(ui: subprocess.Popen[bytes]) -> None:
    """End the UI's process, by force if it does not end when told."""
    if ui.poll() is not None:
        return
    ui.send_signal(signal.SIGINT)
    try:
        ui.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        ui.kill()
