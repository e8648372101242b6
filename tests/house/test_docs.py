"""What the documents name is there: commands as the parser takes them, files, anchors, codes, words of the pages."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import shlex
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from assets.cli.main import app
from pipelines.codes import codes
from pipelines.contract.tables import TABLES
from pipelines.contract.units import UNITS
from pipelines.home import Home
from pipelines.problems import ExitCode
from pipelines.settings import load_settings
from pipelines.settings_sections import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = {path.name: path for path in (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/*.md")))}
TEXTS = {name: path.read_text(encoding="utf-8") for name, path in DOCUMENTS.items()}
READERS_PAGES = ("send-your-first-file.md", "read-the-page.md", "run-it.md", "audit-it.md")
GRAPH = json.loads((ROOT / "tests" / "defs" / "graph.json").read_text(encoding="utf-8"))
# What a release holds, by its first part; what the clinic's own files are called on the pages.
IN_A_RELEASE = {"clinics", "tables", "rules", "instruments"}
each_page = pytest.mark.parametrize("page", DOCUMENTS)


def fences(text: str, *languages: str) -> list[str]:
    """The bodies of the fenced blocks in one of the languages; a block may stand indented in a list."""
    found = re.findall(r"^( *)```(\w*)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", body, flags=re.MULTILINE) for indent, name, body in found if name in languages]


def prose(text: str) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)


def spans(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", prose(text))


def in_blocks(text: str) -> list[list[str]]:
    """The words of every `kap ...` line of a block: what a reader copies."""
    return [as_words(line) for block in fences(text, "", "sh") for line in block.splitlines() if is_command(line)]


def in_lines(text: str) -> list[list[str]]:
    """The words of every `kap ...` within a sentence: it may leave out what the reader gives."""
    return [as_words(span) for span in spans(text) if is_command(span)]


def is_command(said: str) -> bool:
    return re.match(r"kap( |$)", said) is not None


def as_words(said: str) -> list[str]:
    """What stands after `kap`, up to a pipe, a redirection or a comment; 1 for a number that the reader fills in."""
    words = shlex.split(said, comments=True)
    ends = [place for place, word in enumerate(words) if word in {">", "|", "&&", ";"}]
    return ["1" if word in {"ID", "NUMBER"} else word for word in words[1 : min(ends, default=None)]]


def parse(words: list[str]) -> None:
    """Parse a command line as `kap` does, and run nothing.

    Raises:
        Exception: the parser's own, for a command, option or argument that does not exist or is missing.
    """
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    context = group.make_context("kap", [], resilient_parsing=True)
    if not words or words in (["--version"], ["--help"]):
        return
    name, command, rest = group.resolve_command(context, list(words))
    assert command is not None
    with suppress(typer.Exit):  # --help, which prints and ends
        command.make_context(name, rest)


def refusals(shown: list[list[str]], may_lack_arguments: bool) -> list[tuple[str, str]]:
    """(command, why) of those that the parser does not take."""
    found = []
    for words in shown:
        try:
            parse(words)
        except Exception as error:
            if not (may_lack_arguments and type(error).__name__ == "MissingParameter"):
                found.append((shlex.join(words), str(error)))
    return found


def slug(heading: str) -> str:
    """A heading's anchor, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@each_page
def test_every_command_shown_is_one_that_the_parser_takes(page: str) -> None:
    assert refusals(in_blocks(TEXTS[page]), may_lack_arguments=False) == []
    assert refusals(in_lines(TEXTS[page]), may_lack_arguments=True) == []


def test_the_pages_show_commands_at_all() -> None:
    shown = {words[0] for page in READERS_PAGES for words in in_blocks(TEXTS[page]) + in_lines(TEXTS[page]) if words}
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    assert shown >= set(group.commands)


@each_page
def test_every_make_target_named_is_there(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {target for span in spans(TEXTS[page]) for target in re.findall(r"^make ([a-z-]+)", span)}
    assert named <= targets


@each_page
def test_every_link_leads_to_a_file_and_a_heading(page: str) -> None:
    lost = []
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", TEXTS[page]):
        name, _, anchor = target.partition("#")
        file = DOCUMENTS[page].parent / name if name else DOCUMENTS[page]
        if not file.exists():
            lost.append(target)
        elif anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            lost += [target] if anchor not in map(slug, headings) else []
    assert lost == []


@each_page
def test_every_path_named_lies_in_the_repository_a_home_or_a_release(page: str, tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    of_a_home = {path.name for path in home.root.iterdir()} | {"kap-home", "kap-demo"}
    units = {unit for known in UNITS.values() for unit in known}
    lost = []
    for span in spans(TEXTS[page]):
        path = re.sub(r"^kap-(home|demo)/", "", span)
        # A path that begins with a point lies in the reader's own folder.
        if span in units or not re.fullmatch(r"[\w<>*][\w.<>*-]*(/[\w.<>*-]*)+", path):
            continue
        first, name = path.split("/")[0], path.rsplit("/", 1)[-1]
        if first in of_a_home | IN_A_RELEASE:
            continue
        if not list(ROOT.glob(path.rstrip("/"))) and not list((ROOT / "reports").rglob(name)):
            lost.append(span)
    assert lost == []


@each_page
def test_every_page_of_a_release_named_has_its_template(page: str) -> None:
    named = {name for span in spans(TEXTS[page]) for name in re.findall(r"\b([a-z]+\.html)$", span)}
    assert {name for name in named if not (ROOT / "reports" / "templates" / f"{name}.j2").is_file()} == set()


@each_page
def test_every_code_named_is_one_of_the_list(page: str) -> None:
    known = {code.code for code in codes()}
    assert set(re.findall(r"KAP-[A-Z]\d\d", TEXTS[page])) <= known


@pytest.mark.parametrize("page", ["send-your-first-file.md", "run-it.md"])
def test_the_exit_codes_are_told_whole(page: str) -> None:
    assert [int(code) for code in re.findall(r"^\| (\d) \|", TEXTS[page], re.MULTILINE)] == sorted(ExitCode)


@pytest.mark.parametrize("block", fences(TEXTS["run-it.md"], "toml"))
def test_the_settings_shown_are_obeyed_and_leave_no_section_out(block: str, tmp_path: Path) -> None:
    (tmp_path / "kap.toml").write_text(block, encoding="utf-8")
    load_settings(tmp_path / "kap.toml")
    refused_until_later = {"branding"}
    assert set(tomllib.loads(block)) == set(Settings.model_fields) - refused_until_later


@pytest.mark.parametrize("block", [block for text in TEXTS.values() for block in fences(text, "csv")])
def test_the_rows_shown_fit_a_table_of_the_contract(block: str) -> None:
    header, *rows = csv.reader(io.StringIO(block))
    assert any(set(table.required) <= set(header) <= set(table.columns) for table in TABLES.values())
    assert rows and all(len(row) == len(header) for row in rows)


def test_the_engineers_page_names_every_asset_in_its_group_and_its_automation() -> None:
    rows = re.findall(r"^\| (\w+) \| (.+) \| (yes|no) \|$", TEXTS["run-it.md"], re.MULTILINE)
    told = {
        name: (group, by_clinic == "yes") for group, names, by_clinic in rows for name in re.findall(r"`(\w+)`", names)
    }
    assert told == {
        name: (asset["group"], asset["partitioned_by"] == "clinics") for name, asset in GRAPH["assets"].items()
    }
    assert {f"`{name}`" for name in (*GRAPH["sensors"], *GRAPH["schedules"])} <= set(
        re.findall(r"`\w+`", TEXTS["run-it.md"])
    )


def test_the_words_in_italics_stand_on_the_pages_of_a_release() -> None:
    words = tomllib.loads((ROOT / "reports" / "words.toml").read_text(encoding="utf-8"))
    sentences = "\n".join(text for section in words.values() for text in _texts(section))
    for page in ("read-the-page.md", "audit-it.md"):
        named = re.findall(r"(?<![*\w])\*([^*|]+)\*(?!\*)", " ".join(prose(TEXTS[page]).split()))
        assert len(named) > 2
        assert [name for name in named if name not in sentences] == [], page


def _texts(section: object) -> Iterator[str]:
    if isinstance(section, str):
        yield section
    elif isinstance(section, dict):
        for inner in section.values():
            yield from _texts(inner)


def test_the_intervals_of_the_examples_are_those_of_wilson() -> None:
    shown = re.findall(r"(\d+) of 100 \((\d+) to (\d+)\), (\d+) of (\d+)", TEXTS["read-the-page.md"])
    assert len(shown) == 4
    for share, low, high, part, whole in (tuple(map(int, numbers)) for numbers in shown):
        assert (round(100 * part / whole), *map(round, wilson(part, whole))) == (share, low, high)


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Wilson 1927: the two shares (0 to 100) whose own standard error puts them 1.96 away from the one observed."""
    z, observed = 1.959964, part / whole
    # The roots of (observed - p)^2 = z^2 p (1 - p) / whole.
    a, b, c = 1 + z * z / whole, -(2 * observed + z * z / whole), observed * observed
    root = math.sqrt(b * b - 4 * a * c)
    return 100 * (-b - root) / (2 * a), 100 * (-b + root) / (2 * a)
