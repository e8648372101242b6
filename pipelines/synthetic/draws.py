"""Random draws that give the same bytes on every platform.

Only uniform doubles of PCG64 and exactly rounded operations (+, -, *, /, sqrt) are used: `Generator.normal` and the
transcendental functions may differ between numpy versions and processors.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Words = NDArray[np.object_]

_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
# Where the 32 hex digits of a UUID stand in its 36 characters.
_UUID_PLACES = np.array([place for place in range(36) if place not in (8, 13, 18, 23)])


class Draws:
    """A stream of draws. Streams of different `path` are independent, so one clinic's shape never shifts another's."""

    def __init__(self, seed: int, *path: int) -> None:
        self._generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *path])))

    def uniform(self, size: int, low: float = 0.0, high: float = 1.0) -> Floats:
        """Evenly spread in [low, high)."""
        return low + (high - low) * self._generator.random(size)

    def whole(self, size: int, low: int, high: int) -> Integers:
        """Whole numbers from low to high, both included."""
        return low + np.floor(self._generator.random(size) * (high - low + 1)).astype(np.int64)

    def whole_up_to(self, high: Integers) -> Integers:
        """Whole numbers from 0 to each `high`, included."""
        return np.floor(self._generator.random(len(high)) * (high + 1)).astype(np.int64)

    def bell(self, *shape: int) -> Floats:
        """Mean 0, SD 1, within +-3.5: the sum of four uniforms, scaled (a near-normal shape, without log or cosine)."""
        total = self._generator.random(shape)
        for _ in range(3):
            total += self._generator.random(shape)
        return np.asarray((total - 2.0) * np.sqrt(3.0), dtype=np.float64)

    def chance(self, size: int, pct: float) -> Flags:
        """True for about `pct` percent."""
        return self._generator.random(size) * 100.0 < pct

    def choice(self, size: int, words: Sequence[str]) -> Words:
        """One of `words`, evenly."""
        return np.array(words, dtype=object)[self.whole(size, 0, len(words) - 1)]

    def pick(self, candidates: Integers, count: int) -> Integers:
        """`count` different ones of `candidates`, in ascending order."""
        order = np.argsort(self._generator.random(len(candidates)), kind="stable")
        return np.sort(candidates[order[:count]])

    def tokens(self, size: int) -> Words:
        """Random version-4 UUIDs."""
        octets = np.floor(self._generator.random((size, 16)) * 256).astype(np.uint8)
        octets[:, 6] = (octets[:, 6] & 0x0F) | 0x40
        octets[:, 8] = (octets[:, 8] & 0x3F) | 0x80
        digits = np.stack([_HEX[octets >> 4], _HEX[octets & 0x0F]], axis=2).reshape(size, 32)
        letters = np.full((size, 36), ord("-"), dtype=np.uint8)
        letters[:, _UUID_PLACES] = digits
        return np.ascontiguousarray(letters).view("S36").ravel().astype("U36").astype(object)
