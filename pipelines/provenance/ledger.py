"""The ledger: an append-only file of JSON lines, each holding the digest of the one before.

It shows what was altered, removed or re-ordered later. Cutting whole entries off its end is seen only against a head
that is kept elsewhere: every manifest keeps one.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipelines.durable import PRIVATE_FILE, sync_folder
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.provenance.canonical import canonical, digest

FIRST_PREVIOUS = "0" * 64
MENDED = "torn_line_removed"
_EVENT = re.compile(r"[a-z][a-z0-9_]{0,63}")
# Codes, ids of clinics and runs, hashes, versions, times: nothing with a space, so no sentence and no name in full.
_WORD = re.compile(r"[A-Za-z0-9@:._/+-]{0,200}")
_RESTORE = "restore ledger.jsonl from a copy, then run `kap verify` again."


@dataclass(frozen=True)
class Entry:
    """One event. `at` is ISO 8601 UTC, given by the caller; `body` holds counts, codes and hashes only."""

    sequence: int
    at: str
    event: str
    body: Mapping[str, Any]
    previous: str
    digest: str

    def line(self) -> str:
        """The entry as it stands in the file, without the line end."""
        return canonical(asdict(self))


class Ledger:
    """The ledger file at `path`. One writer: the holder of the home's lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, Entry | None] | None = None

    def append(self, event: str, body: Mapping[str, Any], at: str) -> Entry:
        """Add one event, durable when this returns. A torn last line is cut off first, and that is noted as an event.

        Raises:
            ValueError: the event or the body holds something that is not a count, a code or a hash.
            KapError: the last entry was altered (exit 1).
        """
        _refuse_free_text(event, body)
        torn_bytes = self._cut_torn_line()
        if torn_bytes:
            self._write(MENDED, {"bytes_n": torn_bytes}, at)
        return self._write(event, body, at)

    def entries(self, event: str | None = None) -> Iterator[Entry]:
        """The entries in order, of one event or all. A torn last line is no entry.

        Raises:
            KapError: a line is no entry (exit 1); `verify` says which.
        """
        for number, line in enumerate(self._lines(), start=1):
            entry = _parsed(line)
            if entry is None:
                raise KapError(ExitCode.FAULT, [_problem(number, "a ledger entry", _RESTORE)])
            if event is None or entry.event == event:
                yield entry

    @property
    def head(self) -> Entry | None:
        """The last whole entry."""
        size = self.path.stat().st_size if self.path.exists() else 0
        if self._seen is None or self._seen[0] != size:
            lines = self._lines()
            last = _parsed(lines[-1]) if lines else None
            if lines and (last is None or last.digest != _digest_of(last)):
                raise KapError(ExitCode.FAULT, [_problem(len(lines), "an unaltered last entry", _RESTORE)])
            self._seen = (size, last)
        return self._seen[1]

    def verify(self, known: Mapping[int, str] | None = None) -> list[Problem]:
        """The first line that is wrong, or nothing. `known`: sequence -> digest kept elsewhere (manifests)."""
        previous, expected, found = FIRST_PREVIOUS, 1, {}
        for number, line in enumerate(self._lines(), start=1):
            entry = _parsed(line)
            if entry is None:
                return [_problem(number, "a ledger entry; this line is none", _RESTORE)]
            if entry.digest != _digest_of(entry) or entry.line() != line.decode():
                return [_problem(number, "the entry that was written; this line was edited", _RESTORE)]
            if entry.sequence != expected or entry.previous != previous:
                return [_problem(number, f"entry {expected} next in the chain; one was removed or moved", _RESTORE)]
            found[entry.sequence] = entry.digest
            previous, expected = entry.digest, expected + 1
        for sequence, kept in sorted((known or {}).items()):
            if found.get(sequence) != kept:
                return [_problem(sequence, "the entry that a manifest names; it was cut off or replaced", _RESTORE)]
        if self._torn_line():
            return [_problem(expected, "a whole last line; a run was cut short", "run `kap run`: it mends this.")]
        return []

    def _content(self) -> bytes:
        return self.path.read_bytes() if self.path.exists() else b""

    def _lines(self) -> list[bytes]:
        """The whole lines; a last line without an end counts when it is an entry (only its line end was lost)."""
        content = self._content()
        *whole, rest = content.split(b"\n")
        return [*whole, rest] if rest and _parsed(rest) is not None else whole

    def _torn_line(self) -> bytes:
        rest = self._content().rpartition(b"\n")[2]
        return rest if rest and _parsed(rest) is None else b""

    def _cut_torn_line(self) -> int:
        content = self._content()
        if not content or content.endswith(b"\n"):
            return 0
        torn = len(self._torn_line())
        with self.path.open("r+b") as handle:
            if torn:
                handle.truncate(len(content) - torn)
            else:
                handle.seek(0, os.SEEK_END)
                handle.write(b"\n")
            handle.flush()
            os.fsync(handle.fileno())
        return torn

    def _write(self, event: str, body: Mapping[str, Any], at: str) -> Entry:
        last = self.head
        bare = Entry(
            sequence=last.sequence + 1 if last else 1,
            at=at,
            event=event,
            body=body,
            previous=last.digest if last else FIRST_PREVIOUS,
            digest="",
        )
        entry = Entry(**{**bare.__dict__, "digest": _digest_of(bare)})
        new = not self.path.exists()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
        with os.fdopen(descriptor, "ab") as handle:
            handle.write(entry.line().encode() + b"\n")
            handle.flush()
            os.fsync(handle.fileno())
        if new:
            sync_folder(self.path.parent)
        self._seen = (self.path.stat().st_size, entry)
        return entry


def _digest_of(entry: Entry) -> str:
    return digest(canonical({key: value for key, value in asdict(entry).items() if key != "digest"}))


def _refuse_constant(_: str) -> None:
    raise ValueError("NaN and Infinity stand in no entry")


def _parsed(line: bytes) -> Entry | None:
    try:
        fields = json.loads(line.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or set(fields) != set(Entry.__dataclass_fields__):
        return None
    return Entry(**fields)


def _refuse_free_text(event: str, body: Mapping[str, Any]) -> None:
    if not _EVENT.fullmatch(event):
        raise ValueError("a ledger event is one snake_case word")
    if not isinstance(body, Mapping):
        raise ValueError("a ledger body is a mapping")
    _refuse_in(body)


def _refuse_in(value: Any) -> None:
    match value:
        case None | bool() | int() | float():
            return
        case str():
            if not _WORD.fullmatch(value):
                raise ValueError("a ledger body holds counts, codes and hashes only, no text")
        case Mapping():
            for key, inner in value.items():
                if not isinstance(key, str) or not _WORD.fullmatch(key):
                    raise ValueError("a key of a ledger body is a word")
                _refuse_in(inner)
        case list() | tuple():
            for inner in value:
                _refuse_in(inner)
        case _:
            raise ValueError("a ledger body holds counts, codes and hashes only")


def _problem(line_number: int, expected: str, remedy: str) -> Problem:
    return Problem(
        code="KAP-L01", file="ledger.jsonl", row=line_number, expected=f"expected {expected}.", remedy=remedy
    )
