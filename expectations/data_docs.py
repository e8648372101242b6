"""Great Expectations' own Data Docs of a stored result: values off, one file, nothing loaded from anywhere.

Its renderer makes the sections of a page. The frame around them, which would load thirteen remote files and a logo that
tells a third party of each visit, is replaced by one without an address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

from pipelines.rules.catalogue import BY_CODE

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult

_STYLE = resources.files(__package__).joinpath("data_docs.css").read_text(encoding="utf-8")
# Folded parts would need a script; links lead to pages of Great Expectations' site, which is not made.
_FOLDED = re.compile(r'<a\s[^>]*data-toggle="collapse".*?</a>', re.DOTALL)
_LINK = re.compile(r"</?a(\s[^>]*)?>")
# Numbered anew in each section, or by chance: no page may hold an id twice or differ when it is made again.
_ID = re.compile(r'\sid="?content-block[^"\s>]*"?')


def data_docs(stored: Mapping[str, Any], run_id: str, synthetic: bool) -> str:
    """The page of one clinic's stored results (`validation/<run_id>/<clinic>.json`), as HTML.

    stored: clinic_id, verdict, and results as `expectations.judge.stripped` leaves them. Expectations without a value
    to judge are not among them.
    """
    sections = "\n".join(_sections(stored))
    clinic_id, verdict = escape(str(stored["clinic_id"])), escape(str(stored["verdict"]))
    mark = '<p class="mark">Synthetic data: no person stands behind these counts.</p>' if synthetic else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Without one of its own, a browser asks for an icon.
        '<link rel="icon" href="data:,">\n'
        f"<title>Great Expectations on {clinic_id}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>What Great Expectations found in {clinic_id}: {verdict}</h1>\n{mark}\n"
        f"<p>Run {escape(run_id)}. Counts only; no value of a record is kept.</p>\n"
        f"<main>\n{sections}\n</main>\n</body>\n</html>\n"
    )


def _sections(stored: Mapping[str, Any]) -> list[str]:
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.render import CollapseContent
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view import DefaultJinjaSectionView

    results = [_result(each) for each in stored["results"]]
    passed_n = sum(bool(each.success) for each in results)
    document = ValidationResultsPageRenderer().render(
        ExpectationSuiteValidationResult(
            success=passed_n == len(results),
            results=results,
            suite_name=f"rules_{stored['clinic_id']}",
            statistics={
                "evaluated_expectations": len(results),
                "successful_expectations": passed_n,
                "unsuccessful_expectations": len(results) - passed_n,
                "success_percent": 100 * passed_n / len(results) if results else None,
            },
            meta={"batch_kwargs": {"data_asset_name": "evaluated records"}},
        )
    )
    view: Any = DefaultJinjaSectionView()
    made = []
    for place, section in enumerate(document.sections, start=1):
        # What folds tells the version and hour of a run of Great Expectations, which this is not.
        section.content_blocks = [each for each in section.content_blocks if not isinstance(each, CollapseContent)]
        html = view.render({"section": section.to_json_dict(), "section_loop": {"index": place}})
        made.append(_ID.sub("", _LINK.sub("", _FOLDED.sub("", html))))
    return made


def _result(stored: Mapping[str, Any]) -> ExpectationValidationResult:
    """A stored result as Great Expectations' own object; the rule it stands for is its description."""
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    asked = ExpectationConfiguration(
        type=stored["expectation"],
        kwargs=stored["kwargs"],
        meta=stored["meta"],
        severity=stored["severity"],
        description=_described(stored),
    )
    return ExpectationValidationResult(
        success=stored["success"],
        expectation_config=asked,
        result=stored["result"],
        meta={},
        exception_info={
            "raised_exception": stored["raised_exception"],
            "exception_message": "no verdict" if stored["raised_exception"] else None,
            "exception_traceback": None,
        },
    )


def _described(stored: Mapping[str, Any]) -> str:
    """The rule in words, where it was asked, and what was asked of Great Expectations."""
    meta = stored["meta"]
    rule = BY_CODE.get(meta["rule"])
    columns = ", ".join(column or "record" for column in meta["columns"])
    # These name what the page names already.
    arguments = {name: value for name, value in stored["kwargs"].items() if name not in ("column", "ignore_row_if")}
    asked = ", ".join(f"{name} {value}" for name, value in arguments.items() if value is not None)
    words = rule.sentence if rule else "a rule of an earlier version."
    return escape(f"{meta['rule']}: {words} ({meta['table']}: {columns}) {stored['expectation']}: {asked}", quote=False)
