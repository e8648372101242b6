"""What must be mended, by clinic: the blocked and the turned away first, then by how many rows; a few for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assets.cli.console import BAD, QUIET, STRONG, Line, number, sentence, shown_path, wrapped
from assets.cli.run import RunResult
from assets.cli.share import TOO_MUCH_LOST, blocked_by, share_lost, share_set_aside, totals_told
from assets.cli.told import ROWS_COUNTED_FROM, became, problem_lines
from assets.cli.verdict import is_blocked, is_released, left_in_inbox
from pipelines.home import Home
from pipelines.problems import Problem
from pipelines.rules.catalogue import BY_CODE
from pipelines.steps.intake import FileOutcome

# Problems of rows that are shown: in all, and of one clinic; at least one of each.
SHOWN_IN_ALL = 12
SHOWN_OF_A_CLINIC = 4
_QUARANTINED_PCT = "quarantined_pct"
_LEGEND = (
    f"{ROWS_COUNTED_FROM} A row set aside (quarantined) counts nowhere until it is corrected; of a "
    "row with a value left out the rest counts."
)


def mending_lines(home: Home, result: RunResult, width: int) -> Iterator[Line]:
    """A section for each clinic that has something to mend; one sentence when none has."""
    clinics = _in_order(result)
    if not clinics:
        yield Line("Nothing must be mended.")
        return
    yield Line("What must be mended", STRONG)
    if any(problem.failed_n is not None for file in result.files for problem in file.problems):
        yield from wrapped(_LEGEND, width, 0, QUIET)
    for clinic_id in clinics:
        yield Line()
        yield from _clinic(home, result, clinic_id, width, max(1, SHOWN_IN_ALL // len(clinics)))


def _in_order(result: RunResult) -> list[str]:
    blocked = [clinic_id for clinic_id in result.history.clinics() if is_blocked(result, clinic_id)]
    turned_away = {file.clinic_id for file in _turned_away(result)}
    others = {file.clinic_id for file in result.files if _rows(file)}
    clinics = {*blocked, *turned_away, *others}

    def weight(clinic_id: str) -> tuple[bool, bool, int, str]:
        rows_n = sum(_failed_n(problem) for problem in _row_problems(result, clinic_id))
        return (clinic_id not in blocked, clinic_id not in turned_away, -rows_n, clinic_id)

    return sorted(clinics, key=weight)


def _clinic(home: Home, result: RunResult, clinic_id: str, width: int, share: int) -> Iterator[Line]:
    blocked = bool(clinic_id) and is_blocked(result, clinic_id)
    yield Line(f"{clinic_id or 'inbox'}{' is blocked' if blocked else ''}", BAD if blocked else STRONG)
    if blocked:
        yield from _why_blocked(result, clinic_id, width)
    away = [file for file in _turned_away(result) if file.clinic_id == clinic_id]
    for file in away:
        for problem in file.problems[:1]:
            yield from problem_lines(problem, width)
    rows = _row_problems(result, clinic_id)
    further = [*rows, *(problem for file in away for problem in file.problems[1:])]
    shown = SHOWN_OF_A_CLINIC if blocked or away else min(share, SHOWN_OF_A_CLINIC)
    for problem in further[:shown]:
        yield from problem_lines(problem, width, became(problem))
    rest = further[shown:]
    where = shown_path(_reasons(home, clinic_id, bool(rows) or blocked))
    if rest:
        yield Line(f"  ... and {number(len(rest))} more in {where}", QUIET)
    elif blocked:
        yield Line(f"  Every row and its reason: {where}", QUIET)


def _why_blocked(result: RunResult, clinic_id: str, width: int) -> Iterator[Line]:
    body = result.history.validated.get(clinic_id, {})
    stays = "its earlier data stay in." if is_released(result, clinic_id) else "it has no earlier data there."
    yield from wrapped(f"Its new files stay out of the release; {stays}", width, 2)
    for code in body.get("blocking", ()):
        rule = BY_CODE[code]
        here = losses_told(result, body) if code == TOO_MUCH_LOST else _shares(result, body, code)
        here = here or _versions(result, body, code)
        yield from wrapped(f"Why: {rule.sentence} {here}".rstrip(), width, 2)
        yield from wrapped(f"To do: {sentence(_remedy(result, body, code))} [{code}]", width, 2)
    yield from wrapped(
        "Put the corrected files into its inbox folder. Where only the mapping was wrong, correct the mapping and put "
        "the same files there again.",
        width,
        2,
    )


def _remedy(result: RunResult, body: Mapping[str, Any], code: str) -> str:
    """What to do, with the number of the receipt to confirm where it is one."""
    remedy, lost = BY_CODE[code].remedy, over_loss(result, body)
    return remedy.replace(" ID ", f" {lost[0]['receipt']} ") if code == TOO_MUCH_LOST and len(lost) == 1 else remedy


def losses_told(result: RunResult, body: Mapping[str, Any]) -> str:
    """For a snapshot without many rows that stood: which file, and how many of how many."""
    names = {file.receipt: file.file for file in result.files}
    limit = _limit(body, TOO_MUCH_LOST)
    told = [
        share_lost(names.get(row["receipt"], row["table"]), row["receipt"], row["absent"], row["standing_n"], limit)
        for row in over_loss(result, body)
    ]
    return f"Here: {'; '.join(told)}." if told else ""


def over_loss(result: RunResult, body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The snapshots that lost more than the limit, unconfirmed; none where an older version kept no count."""
    limit = _limit(body, TOO_MUCH_LOST)
    return [
        row
        for row in body.get("reconciliation", ())
        if "standing_n" in row
        and 100 * row["absent"] > limit * row["standing_n"]
        and row["receipt"] not in result.history.confirmed
    ]


def _limit(body: Mapping[str, Any], code: str) -> float:
    return next((row[7] for row in body.get("findings", ()) if row[0] == code), 20)


def _versions(result: RunResult, body: Mapping[str, Any], code: str) -> str:
    """For totals of another form or version: which file and scale, how many of how many, what they look like."""
    names = {file.receipt: file.file for file in result.files}
    told = [
        totals_told(names.get(row["receipt"], row["scale"]), code, row["scale"], row["told_n"], row["of_n"])
        for row in body.get("versions", ())
        if row["rule"] == code
    ]
    return f"Here: {'; '.join(told)}." if told else ""


def _shares(result: RunResult, body: object, code: str) -> str:
    """For a delivery with too many rows set aside: which file, how many of how many."""
    if BY_CODE[code].applies[0][1] != _QUARANTINED_PCT or not isinstance(body, dict):
        return ""
    limit = _limit(body, code)
    names = {file.receipt: file.file for file in result.files}
    over = [
        share_set_aside(names.get(row["receipt"], row["table"]), row["quarantined"], row["records"], limit)
        for row in body["reconciliation"]
        if blocked_by(row["quarantined"], row["records"], limit) == code
    ]
    return f"Here: {'; '.join(over)}." if over else ""


def _turned_away(result: RunResult) -> list[FileOutcome]:
    return [*(file for file in result.files if file.outcome == "refused"), *left_in_inbox(result)]


def _rows(file: FileOutcome) -> Sequence[Problem]:
    return file.problems if file.outcome not in ("refused", "waiting") else ()


def _row_problems(result: RunResult, clinic_id: str) -> list[Problem]:
    found = [problem for file in result.files if file.clinic_id == clinic_id for problem in _rows(file)]
    return sorted(found, key=lambda problem: -_failed_n(problem))


def _failed_n(problem: Problem) -> int:
    return problem.failed_n or 0


def _reasons(home: Home, clinic_id: str, of_rows: bool) -> Path:
    return home.quarantine / ("rows" if of_rows else "files") / clinic_id / "*" / "reasons.csv"
