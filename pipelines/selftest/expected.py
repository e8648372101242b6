"""Reads what is expected: worked examples of the estimates, and figures of data sets that lie open."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.selftest.checks import Expected

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Sample:
    """A data set that lies open. file: its place in the folder of data; cited: who printed figures of it."""

    id: str
    file: str
    name: str
    cited: str

    @property
    def mapping(self) -> Path:
        """The mapping file that ships with the product; it is absent where the sample must be refused."""
        return HERE / "mappings" / f"{self.id}.yaml"

    @property
    def settings(self) -> Path:
        """The overrides of the published analysis, for `kap.toml`; absent where it used none."""
        return HERE / "settings" / f"{self.id}.toml"


@cache
def examples() -> tuple[Expected, ...]:
    """Published examples of the estimates, in the order of the file."""
    return tuple(_expected(entry) for entry in _read("vectors")["check"])


@cache
def samples() -> tuple[Sample, ...]:
    """The data sets, in the order of the file."""
    return tuple(Sample(**entry) for entry in _read("samples")["sample"])


@cache
def figures() -> tuple[Expected, ...]:
    """Figures of the data sets, in the order of the file."""
    return tuple(_expected(entry) for entry in _read("samples")["figure"])


def _expected(entry: Mapping[str, Any]) -> Expected:
    return Expected(**{**entry, "published": tuple(entry["published"])})


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))
