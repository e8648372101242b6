"""How many examples a law that is dear to run is held on."""

from __future__ import annotations

from hypothesis import settings

# What the profile `fast` gives a law that names no number of its own; see conftest.py.
_FAST = 20
_LAWS_TIMES = 10


def examples(fast_n: int) -> settings:
    """So many examples in `make test`; under a larger profile (`make test-laws`) ten times as many."""
    return settings(max_examples=fast_n if settings.default.max_examples <= _FAST else _LAWS_TIMES * fast_n)
