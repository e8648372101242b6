"""A small network, drawn once for the tests of this folder."""

from __future__ import annotations

import pytest

from tests.synthetic_network import SMALL_PATIENTS, SMALL_SEED, Network, written


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    return written(tmp_path_factory.mktemp("network"), SMALL_SEED, SMALL_PATIENTS)
