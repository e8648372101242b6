"""The Dagster UI of a home: this home's own instance, on the loopback address only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from assets.cli.instance import open_instance
from assets.jobs import clinic_folders
from assets.pages_server import PAGES_VARIABLE, serve_pages
from pipelines.home import HOME_VARIABLE, Home
from pipelines.provenance.history import read_history

_ROOT = Path(__file__).resolve().parents[2]


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
    try:
        with serve_pages(home.releases, port) as pages:
            print(f"Dagster UI: http://127.0.0.1:{port}  (stop with Ctrl-C)", flush=True)
            if pages:
                environment[PAGES_VARIABLE] = pages
                print(f"Dashboard:  {pages}current/index.html", flush=True)
            subprocess.run(command(port), cwd=_ROOT, env=environment, check=False)
    except KeyboardInterrupt:
        return
