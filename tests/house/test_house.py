"""The house itself: what the repository promises about its files, commands, versions, imports and words."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.version import PRODUCT_VERSION

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pipelines", "expectations", "reports", "assets")
BUILD_FILES = ("requirements.lock", "pyproject.toml", "Makefile", "workspace.yaml", ".ci/run", ".ci/setup")
LONGEST_FILE_LINES = 400

# What the product may never say of itself or of its figures (a page says "change", "passed machine checks").
FORBIDDEN_WORDS = ("hipaa compliant", "hipaa-compliant", "effect of ketamine", "effects of ketamine")


def files_of(*folders: str, endings: tuple[str, ...] = (".py",)) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in endings and "__pycache__" not in path.parts:
                yield path


def product_texts() -> Iterator[Path]:
    """What a user may read: code, templates, instruments, pages' words and the documents."""
    endings = (".py", ".sql", ".toml", ".yaml", ".yml", ".html", ".j2", ".md", ".css", ".txt")
    yield from files_of(*PACKAGES, "docs", endings=endings)
    yield from (ROOT / name for name in ("README.md", "CHANGELOG.md", "NOTICE", "pyproject.toml"))


def words_of(path: Path) -> str:
    """A file's text without its line comments, which speak to authors."""
    comment = {".py": "#", ".toml": "#", ".yaml": "#", ".yml": "#", ".sql": "--"}.get(path.suffix)
    lines = path.read_text(encoding="utf-8").lower().splitlines()
    return "\n".join(line for line in lines if comment is None or not line.lstrip().startswith(comment))


def imported_by(statement: str) -> set[str]:
    """The top-level modules that a fresh Python has loaded after `statement`."""
    program = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return set(done.stdout.split())


def test_the_readme_opens_with_the_two_commands() -> None:
    opening = (ROOT / "README.md").read_text(encoding="utf-8").split("## ")[0]
    assert re.search(r"```\nmake demo\nmake test\n```", opening)


def test_every_make_command_of_the_readme_exists() -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {"demo", "test"} <= named
    assert named <= targets


@pytest.mark.parametrize("name", BUILD_FILES)
def test_no_build_or_lock_file_names_a_host(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    addresses = re.findall(r"\w+://|--(?:extra-)?index-url|--find-links|\b[\w-]+\.(?:org|com|net|io)\b", text)
    assert addresses == []


def test_every_package_of_the_lock_is_pinned_with_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", lock.strip())
    unpinned = [entry.split()[0] for entry in entries if "==" not in entry.split()[0] or "--hash=sha256:" not in entry]
    assert unpinned == []


def test_the_lock_holds_every_declared_package_the_build_back_end_and_uv() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    declared += [*project["dependency-groups"]["dev"], "editables", "uv"]
    names = {re.split(r"[^A-Za-z0-9_.-]", requirement)[0].lower() for requirement in declared}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert names <= set(re.findall(r"^([a-z0-9_.-]+)==", lock, re.MULTILINE))


def test_the_version_is_the_same_wherever_it_stands() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == PRODUCT_VERSION
    assert f"## {PRODUCT_VERSION}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_is_imported_from_this_checkout(package: str) -> None:
    found = importlib.import_module(package).__file__
    assert found is not None
    assert Path(found).resolve() == ROOT / package / "__init__.py"


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in files_of(*PACKAGES)
        if path.name != "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_file_of_code_holds_more_than_one_noun_s_worth_of_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines_n
        for path in files_of(*PACKAGES, "tests", endings=(".py", ".sql"))
        if (lines_n := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE_LINES
    }
    assert long == {}


def test_there_is_no_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "helpers", "common", "misc"}
    assert [str(path) for path in files_of(*PACKAGES) if drawers & {*path.parts[len(ROOT.parts) :], path.stem}] == []


def test_no_text_of_the_product_claims_what_it_may_not() -> None:
    claims = [
        f"{path.relative_to(ROOT)}: {words}"
        for path in product_texts()
        for words in FORBIDDEN_WORDS
        if words in words_of(path)
    ]
    assert claims == []


def test_nothing_is_read_from_the_environment_at_import() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for path in files_of(*PACKAGES)
        for statement in ast.parse(path.read_text(encoding="utf-8")).body
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and re.search(r"\b(environ|getenv)\b", ast.unparse(statement))
    ]
    assert readers == []


def test_the_floors_import_one_way_only() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_the_settings_load_without_dagster_great_expectations_or_altair() -> None:
    loaded = imported_by("import pipelines.settings, pipelines.home, pipelines.logs")
    assert loaded & {"dagster", "great_expectations", "altair", "sqlalchemy"} == set()


@pytest.mark.skipif(not (ROOT / "assets" / "definitions.py").exists(), reason="assets.definitions is not there yet")
def test_loading_the_definitions_does_not_load_great_expectations() -> None:
    assert "great_expectations" not in imported_by("import assets.definitions")


def test_the_workspace_points_at_the_definitions() -> None:
    text = (ROOT / "workspace.yaml").read_text(encoding="utf-8")
    assert "module_name: assets.definitions" in text
    assert "working_directory: ." in text


def test_the_licence_is_the_apache_licence_whole() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_notice_carries_the_notices_that_must_be_shown() -> None:
    notice = " ".join((ROOT / "NOTICE").read_text(encoding="utf-8").split())
    for needed in (
        "It contains no item texts",
        "University of Washington Interactive Data Lab",
        "This material contains content from LOINC (http://loinc.org).",
        "SNOMED International",
    ):
        assert needed in notice
