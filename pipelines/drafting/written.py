"""A draft as the YAML a person looks over: each line with how sure it is and why, the gaps and risks at the head."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping

import yaml

from pipelines.contract.mapping import parse_mapping
from pipelines.contract.mapping_text import LARGEST_BYTES
from pipelines.drafting.draft import Draft, FileDraft
from pipelines.drafting.looks import Column
from pipelines.drafting.plain import Guess
from pipelines.drafting.runs import Asked
from pipelines.drafting.scales import Entry
from pipelines.instruments.catalogue import load_catalogue

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+")
_WIDTH = 110
# YAML takes no longer key on one line.
_LONGEST_KEY = 900


def yaml_text(draft: Draft) -> str:
    """The drafted mapping file.

    Raises:
        KapError: the product's own reader refuses it, which would be a fault of the draft.
    """
    body = list(_body(draft))
    text = "\n".join([*_head(draft), *body]) + "\n"
    if len(text.encode()) > LARGEST_BYTES:
        text = "\n".join(line for line in body if not line.lstrip().startswith("#")) + "\n"
    parse_mapping(text.encode(), "draft", load_catalogue().delivered_ids)
    return text


def _head(draft: Draft) -> Iterator[str]:
    yield "# A draft by `kap map init`: guesses from names and cells. Look at every line before you use it."
    yield "# sure: the contract's own name. likely: another known name, and the cells agree. unsure: look here first."
    for file in draft.read:
        yield "#"
        yield f"# {file.file}"
        for note in file.notes:
            yield from _comment(note)
        if file.take_out:
            yield from _comment("Take out of the export before delivering (the whole file is refused otherwise):")
            for why, labels in by_reason(file).items():
                yield from _comment(f"{why}: {', '.join(labels)}", 3)
        for position, new in file.renamed.items():
            label = file.columns[position - 1].label
            yield from _comment(f"Rename {label} to {new}: its name promises an identifier, its cells hold none.")
        for asked in file.asked:
            yield from _comment(asked_sentence(asked))
        for name in file.needed:
            yield from _comment(needed_sentence(file, name))
    yield ""


def by_reason(file: FileDraft) -> dict[str, list[str]]:
    """Why columns must not come -> those columns."""
    found: dict[str, list[str]] = {}
    for each in file.take_out:
        found.setdefault(each.why, []).append(each.column.label)
    return found


def asked_sentence(asked: Asked) -> str:
    """What is unsure about columns that look like questions, and what to do. They stand by place: names hold texts."""
    first, last = asked.columns[0].position, asked.columns[-1].position
    which = f"Column {first}" if first == last else f"Columns {first} to {last}"
    return (
        f"{which}: {asked.why} Write each scale below under `scores` with its columns in order, or list what is no "
        "question under `ignore`; until then the file is refused."
    )


def needed_sentence(file: FileDraft, name: str) -> str:
    """What to do about a required column that was not found."""
    if name.endswith("_day"):
        dates = [each.column.label for each in file.take_out if each.is_date]
        instead = f" in place of {', '.join(dates)}" if dates else ""
        if any(entry.visit is not None and entry.visit.day is None for entry in file.entries):
            return f"{name}: fill in where marked below; the names of the columns do not tell the day."
        sentence = f"Needed and not found: {name}. Add it{instead}: whole days since the first dosing session."
        return f"{sentence} Dates come in only under a declared determination (kap.toml)." if dates else sentence
    if name == "patient_id":
        numbers = [each.column.label for each in file.take_out if each.code == "KAP-G11"]
        instead = f" in place of {', '.join(numbers)}" if numbers else ""
        return f"Needed and not found: patient_id. Add it{instead}: a random pseudonym for each person."
    constant = " or write it below as {constant: ...}" if name in ("condition", "route", "scale") else ""
    return f"Needed and not found: {name}. Add the column{constant}."


def _comment(text: str, indent: int = 1) -> Iterator[str]:
    space = " " * indent
    yield from textwrap.wrap(
        text, _WIDTH, initial_indent=f"#{space}", subsequent_indent=f"#{space}  ", break_on_hyphens=False
    )


def _body(draft: Draft) -> Iterator[str]:
    yield "mapping_version: 1"
    yield from _ignore(draft)
    if not draft.read:
        yield "tables: {}"
        return
    yield "tables:"
    for file in draft.read:
        yield f"  {file.table.name if file.table else ''}:"
        yield from _table(file)


def _ignore(draft: Draft) -> Iterator[str]:
    """Columns of all files by name: `ignore` holds for every file, so a domain must be right in each."""
    domains: dict[str, set[str | None]] = {}
    why: dict[str, str] = {}
    for file in draft.read:
        for left in file.ignored:
            domains.setdefault(left.column.name, set()).add(left.domain)
            why[left.column.name] = why.get(left.column.name) or left.why
    if domains:
        yield "ignore:"
    for name, found in domains.items():
        domain = found.pop() if len(found) == 1 else "number" if found == {"integer", "number"} else None
        quoted = _quoted(name)
        shown = f"{quoted}: {domain}" if domain and len(quoted) < _LONGEST_KEY else quoted
        yield f"  - {shown}{_why(why[name])}"


def _table(file: FileDraft) -> Iterator[str]:
    yield "    columns:"
    shared = list(_columns(file))
    yield from shared or ["      {}"]
    if file.entries:
        yield "    scores:"
        for entry in file.entries:
            yield from _entry(file, entry)


def _columns(file: FileDraft) -> Iterator[str]:
    held = {guess.target for guess in file.guesses}
    for guess in file.guesses:
        yield f"      {guess.target}: {_source(file, guess)}{_why(guess.why, guess.certainty)}"
    if file.visit is None:
        return
    visits = file.visit.visits
    known = sum(file.visit.said[text] for text in visits)
    why = f"the planned day of each visit; {known:,} of {file.visit.filled_n:,} cells name one"
    name = _quoted(file.name_of(file.visit))
    if "score_day" not in held:
        days = _flow({text: str(day) for text, (day, _) in visits.items()})
        yield f"      score_day: {{column: {name}, values: {days}}}{_why(why, 'unsure')}"
    if "administration" not in held:
        occasions = _flow({text: occasion for text, (_, occasion) in visits.items()})
        why = _why("the occasion of each visit", "unsure")
        yield f"      administration: {{column: {name}, values: {occasions}}}{why}"


def _source(file: FileDraft, guess: Guess) -> str:
    name = _quoted(file.name_of(guess.column))
    parts = [f"column: {name}"]
    if guess.values:
        parts.append(f"values: {_flow(guess.values)}")
    if guess.unit:
        parts.append(f"unit: {_quoted(guess.unit)}")
    if guess.missing:
        parts.append(f"missing: {_list(guess.missing)}")
    if guess.integral:
        parts.append("integral: true")
    return f"{{{', '.join(parts)}}}" if parts[1:] else name


def _entry(file: FileDraft, entry: Entry) -> Iterator[str]:
    yield f"      - scale: {entry.scale}{_why(entry.why, entry.certainty)}"
    if entry.items:
        yield "        items:"
        yield from (f"          - {_quoted(_name_or_none(file, column))}" for column in entry.items)
    if entry.total is not None:
        yield f"        total: {_quoted(file.name_of(entry.total))}"
    if entry.scale_form:
        yield f"        scale_form: {entry.scale_form}"
    if entry.values:
        yield f"        values: {_flow(entry.values)}"
    if entry.missing:
        yield f"        missing: {_list(entry.missing)}"
    if entry.integral:
        yield "        integral: true"
    if entry.visit is not None:
        if entry.visit.day is None:
            yield "        # score_day: (fill in: planned days since the first dosing session)"
        else:
            yield f"        score_day: {entry.visit.day}{_why('the planned day, by the name', 'unsure')}"
        yield f"        administration: {entry.visit.administration}"


def _name_or_none(file: FileDraft, column: Column | None) -> str:
    return "" if column is None else file.name_of(column)


def _why(text: str, certainty: str = "") -> str:
    said = f"{certainty}: {text}" if certainty and text else certainty or text
    return f"  # {said}" if said else ""


def _flow(texts: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_quoted(key)}: {_quoted(value)}" for key, value in texts.items()) + "}"


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(_quoted(text) for text in texts) + "]"


def _quoted(text: str) -> str:
    """A text as YAML that reads back as it was written."""
    if _PLAIN.fullmatch(text):
        return text
    return yaml.dump(text, default_style='"', allow_unicode=True, width=float("inf")).rstrip("\n")
