"""The compiled facts of the instruments, read on their own: what the catalogue was written from."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

FACTS = Path(__file__).resolve().parents[2] / "shared" / "reference" / "clinical_facts.yaml"


def compiled_facts() -> dict[str, dict[str, Any]]:
    """The facts by id of the catalogue; the test is skipped where they do not lie beside the checkout."""
    if not FACTS.is_file():
        pytest.skip("the compiled facts do not lie beside the checkout")
    return _read()


@cache
def _read() -> dict[str, dict[str, Any]]:
    listed = yaml.safe_load(FACTS.read_text(encoding="utf-8"))["scales"]
    return {name.lower(): entry for name, entry in listed.items()}
