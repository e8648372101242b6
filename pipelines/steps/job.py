"""What every step is given: the home, its settings, the ledger, the log and the hour of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.engine import Engine
from pipelines.home import Home
from pipelines.logs import RunLog
from pipelines.provenance.history import History, read_history
from pipelines.provenance.ledger import Ledger
from pipelines.settings import Settings, load_settings


@dataclass(frozen=True)
class Job:
    """One step's surroundings. `at` (UTC) is written to receipts and the ledger only, never to a table or page."""

    home: Home
    settings: Settings
    ledger: Ledger
    log: RunLog
    run_id: str
    at: str

    @classmethod
    def open(cls, home: Home, run_id: str) -> Job:
        """Read the settings and open the ledger and this run's log.

        Raises:
            KapError: settings with problems, all of them.
        """
        return cls(
            home=home,
            settings=settings_of(home),
            ledger=Ledger(home.ledger_file),
            log=RunLog(home.log_of(run_id), run_id),
            run_id=run_id,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def history(self) -> History:
        """What the ledger says has happened so far."""
        return read_history(self.ledger.entries())

    def engine(self, *folders: Path) -> Engine:
        """An engine that may read and write the lake, scratch and `folders`."""
        allowed: Sequence[Path] = (self.home.lake, self.home.tmp, *folders)
        for folder in allowed:
            folder.mkdir(parents=True, exist_ok=True)
        engine = self.settings.engine
        return Engine(allowed, memory=engine.memory, threads=engine.threads, scratch=self.home.tmp)


def settings_of(home: Home) -> Settings:
    """The settings of a home.

    Raises:
        KapError: settings with problems, all of them: an override of a clinic that the home does not have is one.
    """
    folders = (path.name for path in home.inbox.iterdir() if path.is_dir()) if home.inbox.is_dir() else ()
    return load_settings(home.settings_file, {*folders, *read_history(home.ledger.entries()).clinics()})
