"""How a run ended, in sentences: who is released, who is blocked, what was turned away."""

from __future__ import annotations

from collections.abc import Iterator

from assets.cli.console import counted, listed
from assets.cli.run import RunResult
from assets.cli.share import too_many_quarantined
from pipelines.intake.receive import PASSED_OVER
from pipelines.steps.intake import FileOutcome


def verdict(result: RunResult) -> Iterator[str]:
    """The sentences, the most important first."""
    yield _clinics(result)
    yield from result.notes
    refused = [_name(file) for file in result.files if file.outcome == "refused"]
    if refused:
        yield f"{counted(len(refused), 'file was', 'files were')} refused: {listed(refused)}."
    left = [f"inbox/{_name(file)}" for file in left_in_inbox(result)]
    if left:
        yield f"Left in the inbox, as no delivery or not yet one: {listed(left)}."
    rows = [row for body in result.validations for row in body["reconciliation"]]
    if result.late:
        since = [f"{each.clinic_id} (nothing for {counted(each.days_before_newest, 'day')})" for each in result.late]
        yield f"Late by what is usual or by their own target: {listed(since)}."
    if result.files and too_many_quarantined(
        sum(row["quarantined"] for row in rows), sum(row["records"] for row in rows)
    ):
        yield "Over 5 % of the records that came in were set aside."


def left_in_inbox(result: RunResult) -> list[FileOutcome]:
    """What stays in the inbox and should be looked at."""
    return [
        file
        for file in result.files
        if file.outcome == "waiting" and not all(problem.code == PASSED_OVER for problem in file.problems)
    ]


def clinics_of(result: RunResult) -> list[str]:
    """Every clinic that ever delivered, or tried to in this run."""
    return sorted({*result.history.clinics(), *(file.clinic_id for file in result.files if file.clinic_id)})


def is_blocked(result: RunResult, clinic_id: str) -> bool:
    """Its new deliveries stay out of the release."""
    verdicts = {body["clinic_id"]: body["verdict"] for body in result.validations}
    if clinic_id in verdicts:
        return bool(verdicts[clinic_id] == "blocked")
    return bool(result.history.blocked.get(clinic_id))


def is_released(result: RunResult, clinic_id: str) -> bool:
    """Data of it stand in the release."""
    return bool(result.history.published.get(clinic_id))


def _clinics(result: RunResult) -> str:
    every = clinics_of(result)
    if not every:
        return "Nothing was taken in."
    released = [clinic_id for clinic_id in every if is_released(result, clinic_id)]
    blocked = [clinic_id for clinic_id in every if is_blocked(result, clinic_id)]
    without = [clinic_id for clinic_id in every if clinic_id not in released and clinic_id not in blocked]
    said = [_released(released, every)]
    if blocked:
        said.append(f"{listed(blocked)} {'is' if len(blocked) == 1 else 'are'} blocked")
    if without:
        said.append(f"nothing of {listed(without)} could be taken in")
    return f"{'; '.join(said)}."


def _released(released: list[str], every: list[str]) -> str:
    if len(every) == 1:
        return f"{every[0]} is released" if released else "No clinic is released"
    if not released:
        return f"None of {len(every)} clinics is released"
    return (
        f"All {len(every)} clinics released"
        if released == every
        else f"{len(released)} of {len(every)} clinics released"
    )


def _name(file: FileOutcome) -> str:
    return "/".join(part for part in (file.clinic_id, file.file) if part)
