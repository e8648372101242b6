"""`kap map init`: a drafted mapping of an export, and what to do about what it could not tell."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from assets.cli.console import (
    BAD,
    GOOD,
    STRONG,
    Line,
    counted,
    listed,
    reading_width,
    show_lines,
    shown_path,
    wrapped,
)
from pipelines.drafting.draft import Draft, FileDraft, draft
from pipelines.drafting.exports import read_export
from pipelines.drafting.written import asked_sentence, by_reason, needed_sentence, yaml_text
from pipelines.durable import PRIVATE_FILE, write_whole
from pipelines.home import Home
from pipelines.intake.naming import safe_name
from pipelines.intake.receive import clinic_folder_problem
from pipelines.problems import ExitCode, KapError, Problem

DEFAULT_OUT = Path("kap-mapping.yaml")


def draft_mapping(files: list[Path], home: Path, clinic: str | None, out: Path | None, as_json: bool) -> ExitCode:
    """Write the draft to `out`, else to the clinic's place in the home, else to DEFAULT_OUT; never over a file.

    Raises:
        KapError: wrong usage (exit 2), or a file that cannot be read (exit 3).
    """
    if clinic is not None and clinic_folder_problem(clinic):
        expected = "expected a clinic id: 2 to 32 of a-z, 0-9, _ and -, and no reserved word."
        problem = Problem("KAP-U03", expected, "give the clinic's id, or leave out --clinic.", column="--clinic")
        raise KapError(ExitCode.USAGE, [problem])
    for path in files:
        if not path.is_file():
            problem = Problem("KAP-U02", "expected a file.", "check the path.", safe_name(path.name))
            raise KapError(ExitCode.USAGE, [problem])
    target = out or (Home(home).mapping_of(clinic) if clinic else DEFAULT_OUT)
    if target.exists():
        expected = f"expected no file there yet: {shown_path(target.absolute())}. A mapping is never written over."
        raise KapError(ExitCode.USAGE, [Problem("KAP-U06", expected, "move it away, or give another --out.")])
    if out is None and clinic:
        Home.open(home)
    made = draft([read_export(path) for path in files])
    try:
        write_whole(target, yaml_text(made).encode(), PRIVATE_FILE)
    except OSError:
        expected = "expected a folder that can be written to."
        raise KapError(ExitCode.USAGE, [Problem("KAP-U07", expected, "check --out and its rights.")]) from None
    if as_json:
        print(json.dumps({"draft": str(target), "files": [_report(file) for file in made.files]}, indent=1))
        return ExitCode.DONE
    console = Console()
    width = reading_width(console)
    show_lines(_lines(made, files, target, clinic, out is None, width), console)
    return ExitCode.DONE


def _report(file: FileDraft) -> dict[str, Any]:
    """One file for a program. Columns by position (1 = first) and as messages may show them."""
    return {
        "file": file.file,
        "table": file.table.name if file.table else None,
        "rows": file.rows_n,
        "columns": len(file.columns),
        "mapped": [
            {"column": guess.column.label, "position": guess.column.position, "becomes": guess.target}
            | {"certainty": guess.certainty, "why": guess.why}
            for guess in file.guesses
        ],
        "scores": [
            {"scale": entry.scale, "positions": [column.position for column in entry.columns]}
            | {"certainty": entry.certainty, "why": entry.why}
            for entry in file.entries
        ],
        "visit": file.visit.position if file.visit else None,
        "asked": [
            {"positions": [column.position for column in asked.columns], "why": asked.why} for asked in file.asked
        ],
        "ignored": [left.column.position for left in file.ignored],
        "take_out": [
            {"column": each.column.label, "position": each.column.position, "code": each.code} for each in file.take_out
        ],
        "rename": [{"position": position, "to": new} for position, new in file.renamed.items()],
        "needed": list(file.needed),
        "notes": list(file.notes),
    }


def _lines(
    made: Draft, paths: list[Path], target: Path, clinic: str | None, in_place: bool, width: int
) -> Iterator[Line]:
    shown = shown_path(target.absolute())
    if made.read:
        yield Line(f"Draft written: {shown}", GOOD)
    else:
        yield Line(f"Nothing was recognised; an empty draft is in {shown}", BAD)
    for file in made.read:
        yield Line()
        yield from _file_lines(file, width)
    others = [file for file in made.files if file.table is None]
    if others:
        yield Line()
        yield Line("Leave out of the delivery", STRONG)
        plain = [file.file for file in others if not file.notes]
        if plain:
            yield from wrapped(f"Of no table of the contract: {', '.join(plain)}.", width, 2, hang=2)
        for file in others:
            for note in file.notes:
                yield from wrapped(f"{file.file}: {note}", width, 2, hang=2)
    yield Line()
    yield Line("Next", STRONG)
    read = {file.file for file in made.read}
    yield from _next([path for path in paths if safe_name(path.name) in read], made, shown, clinic, in_place, width)


def _file_lines(file: FileDraft, width: int) -> Iterator[Line]:
    table = file.table.name if file.table else ""
    yield Line(f"{file.file}: {table}, {counted(file.rows_n, 'row')}, {counted(len(file.columns), 'column')}", STRONG)
    how = Counter(guess.certainty for guess in file.guesses)
    for entry in file.entries:
        how[entry.certainty] += len(entry.columns)
    how["unsure"] += file.visit is not None
    told = ", ".join(f"{how[each]} {each}" for each in ("sure", "likely", "unsure") if how[each])
    yield from wrapped(f"{'mapped':<9}{len(file.mapped):>5}  {told}", width, 2, hang=18)
    yield from wrapped(f"{'ignored':<9}{len(file.ignored):>5}", width, 2)
    if file.asked:
        asked_n = sum(len(asked.columns) for asked in file.asked)
        yield from wrapped(f"{'asked':<9}{asked_n:>5}", width, 2, BAD)
    yield from wrapped(f"{'risky':<9}{len(file.take_out):>5}", width, 2, BAD if file.take_out else "")
    for note in file.notes:
        yield from wrapped(note, width, 2, hang=2)
    if file.take_out:
        yield Line("  Take out before delivering", BAD)
        for why, labels in by_reason(file).items():
            yield from wrapped(f"{why}: {', '.join(labels)}", width, 4, hang=2)
    for position, new in file.renamed.items():
        yield from wrapped(f"Rename {file.columns[position - 1].label} to {new}.", width, 2, hang=2)
    for asked in file.asked:
        yield from wrapped(asked_sentence(asked), width, 2, BAD, hang=2)
    for name in file.needed:
        yield from wrapped(needed_sentence(file, name), width, 2, BAD, hang=2)
    unsure = [each for each in file.guesses if each.certainty == "unsure"]
    doubtful = [entry for entry in file.entries if entry.certainty == "unsure"]
    dated = [entry for entry in file.entries if entry.tells_day]
    if unsure or doubtful or file.visit is not None or dated:
        yield Line("  Look at these first")
    for guess in unsure:
        yield from wrapped(f"{guess.column.label} as {guess.target}: {guess.why}", width, 4, hang=2)
    for entry in doubtful:
        first = listed((column.label for column in entry.columns), 2)
        yield from wrapped(f"{first} as {entry.scale}: {entry.why}", width, 4, hang=2)
    if file.visit is not None:
        has_day = any(guess.target == "score_day" for guess in file.guesses)
        gives = "its occasion" if has_day else "its planned day stands for the day of each row"
        text = f"{file.visit.label} as the visit: {gives}"
        yield from wrapped(text, width, 4, hang=2)
    if dated:
        text = f"{counted(len(dated), 'score')} with a visit in the name: its planned day stands for the real one"
        yield from wrapped(text, width, 4, hang=2)


def _next(paths: list[Path], made: Draft, shown: str, clinic: str | None, in_place: bool, width: int) -> Iterator[Line]:
    """What to do, in order."""
    steps = []
    if not made.read:
        steps.append("See which columns are needed: kap template")
    else:
        if any(file.take_out or file.renamed or file.needed or file.asked or file.notes for file in made.read):
            steps.append("Mend the export as said above: the draft expects it mended.")
        steps.append(f"Look over {shown}; each line says how sure it is and why.")
        if not (clinic and in_place):
            folder = f"mappings/{clinic or '<clinic_id>'}.yaml"
            steps.append(f"Move it to {folder} in the home.")
        listed_paths = " ".join(shown_path(path.absolute()) for path in paths)
        steps.append(f"kap check {listed_paths} --clinic {clinic or '<clinic_id>'}")
    for number, step in enumerate(steps, start=1):
        yield from wrapped(f"{number}. {step}", width, 2, hang=3)
