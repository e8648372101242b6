"""A mapping file with faults of shape: every fault, and what can be read of the rest, so that all is told at once."""

from __future__ import annotations

from typing import Any, TypeAlias

from pydantic import ValidationError

from pipelines.contract.mapping_model import NO_MAPPING, Mapping

Place: TypeAlias = tuple[str | int, ...]


def read_sound_parts(document: Any) -> tuple[Mapping, list[dict[str, Any]]]:
    """The mapping without what does not have its shape, and pydantic's errors on what was left out.

    A faulty entry of `scores` gives way to a harmless one, so that the others keep their numbers. `document` is
    changed.
    """
    faults: list[dict[str, Any]] = []
    removed: set[Place] = set()
    while True:
        try:
            return Mapping.model_validate(document), faults
        except ValidationError as error:
            found = [dict[str, Any](each) for each in error.errors(include_url=False)]
        # What is missing only because a faulty key was taken out is no fault of its own.
        faults += [fault for fault in found if not _follows(tuple(fault["loc"]), removed)]
        if not isinstance(document, dict):
            return NO_MAPPING, faults
        for fault in found:
            place = tuple(fault["loc"])
            if fault["type"] == "missing" and isinstance(parent := _at(document, place[:-1]), dict):
                parent[place[-1]] = _harmless(place)
            else:
                removed.add(_remove(document, place))


def _follows(place: Place, removed: set[Place]) -> bool:
    return any(gone[: len(place)] == place for gone in removed)


def _at(document: Any, place: Place) -> Any:
    node = document
    for part in place:
        if not (isinstance(node, dict) and part in node) and not _has(node, part):
            return None
        node = node[part]
    return node


def _has(node: Any, part: str | int) -> bool:
    return isinstance(node, list) and isinstance(part, int) and part < len(node)


def _remove(document: dict[str, Any], place: Place) -> Place:
    """Take out the innermost key of `place`, or an entry of `scores`; return where that was."""
    holder: Any = document
    at, depth = place[0], 1
    node: Any = document.get(str(place[0]))
    for position, part in enumerate(place[1:], start=1):
        inside_scores = place[position - 1] == "scores" and _has(node, part)
        if not inside_scores and not (isinstance(node, dict) and part in node):
            break
        holder, at, depth = node, part, position + 1
        node = node[part]
    if isinstance(holder, dict):
        holder.pop(at, None)
    else:
        holder[at] = {"scale": _harmless(place[:depth]), "total": "none"}
    return place[:depth]


def _harmless(place: Place) -> str:
    """A text that no other entry has, so that it is never told as given twice."""
    return ".".join(map(str, place))
