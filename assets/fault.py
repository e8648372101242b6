"""A fault of the program, said by its kind and place: its own text may hold a value, and is repeated nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.problems import ExitCode, KapError, Problem

PROGRAM_FAULT = "KAP-Z01"


def fault_of(error: Exception) -> KapError:
    """The error as it may be shown and stored: exit 1, its class, file and line."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else "an unknown place"
    expected = f"a fault of the program ({type(error).__name__} at {where}). The last good release stays."
    return KapError(ExitCode.FAULT, [Problem(PROGRAM_FAULT, expected, "report this line.")])


@contextmanager
def told_without_values() -> Iterator[None]:
    """Turn any error but a KapError into one of `fault_of`: Dagster stores the text of what a step raises."""
    try:
        yield
    except KapError:
        raise
    except Exception as error:
        raise fault_of(error) from None
