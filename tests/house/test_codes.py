"""Every code has one meaning, stands in the manual, and is told only by the modules of its family."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from pipelines.codes import FAMILIES, codes, family_of
from pipelines.manual import made_pages

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pipelines", "expectations", "reports", "assets")
# They speak of codes without telling one: the list itself, an example in a docstring or message, the pages' account of
# what a rule allows, and what `kap check` foresees of a rule.
SPEAKERS = {
    *("assets/cli/help.py", "assets/cli/share.py", "assets/method_facts.py", "reports/words.toml"),
    *("pipelines/codes.py", "pipelines/logs.py", "pipelines/problems.py"),
}


def literals() -> dict[str, set[str]]:
    """Code -> the product's files that write it."""
    found: dict[str, set[str]] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix not in {".py", ".sql", ".toml", ".j2", ".js"} or name in SPEAKERS:
                continue
            for code in re.findall(r"KAP-[A-Z]\d\d(?!\d)", path.read_text(encoding="utf-8")):
                found.setdefault(code, set()).add(name)
    return found


def test_each_code_is_defined_once() -> None:
    assert [code for code, n in Counter(code.code for code in codes()).items() if n > 1] == []


def test_each_letter_belongs_to_one_family() -> None:
    assert [letter for letter, n in Counter("".join(f.letters for f in FAMILIES)).items() if n > 1] == []


def test_the_product_tells_exactly_the_codes_that_are_defined() -> None:
    assert set(literals()) == {code.code for code in codes()}


def test_a_code_is_told_only_where_its_family_lives() -> None:
    strays = {
        code: sorted(name for name in names if not name.startswith(family_of(code).places))
        for code, names in literals().items()
    }
    assert {code: names for code, names in strays.items() if names} == {}


def test_no_code_of_another_form_hides_from_this_list() -> None:
    odd = {
        f"{path.relative_to(ROOT)}: {code}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for code in re.findall(r"KAP-[A-Z0-9]+", path.read_text(encoding="utf-8"))
        if not re.fullmatch(r"KAP-[A-Z](\d\d)?", code)
    }
    assert odd == set()


@pytest.mark.parametrize("name", sorted(made_pages()))
def test_a_made_page_of_the_manual_is_as_the_code_has_it(name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == made_pages()[name], "run `make docs`"
