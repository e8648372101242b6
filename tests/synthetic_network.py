"""A written synthetic network, its files read independently of the product."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipelines.synthetic.network import NetworkSummary, PlannedFile, write_network

SMALL_SEED, SMALL_PATIENTS = 7, 1200


@dataclass(frozen=True)
class Network:
    """A written network: its folder and its summary."""

    folder: Path
    summary: NetworkSummary

    def path(self, file: PlannedFile) -> Path:
        """Where a planned file lies."""
        return self.folder / "inbox" / file.clinic_id / file.name

    def texts(self, file: PlannedFile) -> pd.DataFrame:
        """The file's cells as text, read independently of the product; empty = missing."""
        if file.name.endswith(".parquet"):
            return pd.read_parquet(self.path(file)).astype("string")
        return pd.read_csv(self.path(file), dtype="string", keep_default_na=False, na_values=[""])

    def all_of(self, table: str, without: tuple[str, ...] = ("fir", "ginkgo")) -> pd.DataFrame:
        """Rows of `table` of the clinics that deliver the contract's columns, with clinic_id; corrections left out."""
        files = [f for f in self.summary.files if f.table == table and f.clinic_id not in without and not f.corrections]
        return pd.concat([self.texts(file).assign(clinic_id=file.clinic_id) for file in files], ignore_index=True)


def written(folder: Path, seed: int, patients: int) -> Network:
    """A network written into `folder`."""
    summary = write_network(folder / "inbox", folder / "mappings", folder / "kap.toml", seed, patients)
    return Network(folder, summary)
