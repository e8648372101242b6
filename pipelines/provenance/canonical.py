"""One spelling of a JSON value, so that the same content always has the same digest."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(value: Any) -> str:
    """JSON with sorted keys, no spaces, no NaN; the one form that is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(content: bytes | str) -> str:
    """SHA-256 in hex; text is UTF-8."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()
