"""The sites that are looked at: a whole network, and every state in which there is little or nothing to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, fields, replace
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.disclosure.released import ReleasedTable
from pipelines.provenance.rule_runs import rule_runs
from pipelines.rules.finding import Finding
from reports.pages import build_site
from reports.reviewer.inside import Listed, Part
from reports.reviewer.report import Found, build_reviewers_report
from tests import released_sample as sample

Tables = Mapping[str, ReleasedTable]

# What tells which group a row is of, or how it was counted: never a figure that could be withheld.
_NEVER_WITHHELD = {"position", "definition", "due_basis", "evidence", "empty_because"}
_PUBLISHED = {"limit_value", "published_low", "published_high", "value", "value_high"}
_PUBLISHED_N = {"n_started_published", "n_analysed_published"}
_BEFORE_FOLLOW_UP = {"n_started", "n_due", "n_baseline", "n_completed_induction"}


def of_one_route(tables: Tables, route: str) -> Tables:
    """The tables of a network that treats by this route alone: its rows, and the same as the total."""

    def narrowed(frame: pd.DataFrame) -> pd.DataFrame:
        if "route" not in frame:
            return frame
        own = frame[frame["route"] == route]
        return pd.concat([own, own.assign(route="all")], ignore_index=True)

    return _changed(tables, narrowed)


def withheld(tables: Tables) -> Tables:
    """The same rows with every figure withheld."""

    def emptied(frame: pd.DataFrame) -> pd.DataFrame:
        shown = _NEVER_WITHHELD | _PUBLISHED | _PUBLISHED_N
        figures = [c for c in frame.select_dtypes("number").columns if c not in shown]
        found = frame.assign(**dict.fromkeys(figures), empty_because=";".join(f"{c}:withheld" for c in figures))
        return found.assign(evidence="withheld") if "evidence" in frame else found

    return _changed(tables, emptied)


def nobody_followed_up(tables: Tables) -> Tables:
    """The same people, none of them measured again."""

    def waiting(frame: pd.DataFrame) -> pd.DataFrame:
        if "position" in frame:
            return frame[frame["position"] == 1].reset_index(drop=True)
        if "n_due" not in frame:
            return frame
        figures = [c for c in frame.select_dtypes("number").columns if c not in _NEVER_WITHHELD | _BEFORE_FOLLOW_UP]
        counts = [c for c in figures if c.startswith("n_") or c.endswith("_n")]
        rest = [c for c in figures if c not in counts]
        why = ";".join(f"{column}:no_data" for column in rest)
        return frame.assign(**dict.fromkeys(counts, 0), **dict.fromkeys(rest), evidence="not_enough", empty_because=why)

    return _changed(tables, waiting)


def reviewers_report() -> dict[str, bytes]:
    """The reviewer's report of a network with rules of every status, over two runs."""
    rules = sample.tables()["data_quality"].frame.astype(object)
    rules = rules.where(rules.notna(), None)
    rules = rules.rename(columns={"threshold": "threshold_pct"})
    columns = [field.name for field in fields(Finding) if field.name in rules]
    findings = [Finding(**row) for row in rules[columns].to_dict("records")]
    listed = [Listed("beta", "S03", 2, "scores-01.csv", 41, "quarantine/rows/beta/receipt-000002/reasons.csv")]
    parts = [Part("beta", "S03", "scores", "session_day", "route", "iv", 41, 812)]
    past = rule_runs([*_validations("r-1", findings, 3), *_validations("r-2", findings, 1)])
    return build_reviewers_report(Found(findings, parts, listed), sample.about(past=past))


def _validations(run_id: str, findings: Sequence[Finding], times: int) -> Iterator[dict[str, Any]]:
    """One run's judgement of each clinic, so many times as many rows failing."""
    for clinic_id in sorted({finding.clinic_id for finding in findings}):
        own = [
            replace(each, failed_n=each.failed_n and each.failed_n * times)
            for each in findings
            if each.clinic_id == clinic_id
        ]
        shares = [each.failed_n and each.evaluated_n and 100 * each.failed_n / each.evaluated_n for each in own]
        told = [replace(each, failed_pct=share) for each, share in zip(own, shares, strict=True)]
        yield {
            "run_id": run_id,
            "clinic_id": clinic_id,
            "receipts": [times],
            "verdict": "passed",
            "findings": [astuple(each)[1:] for each in told],
        }


def _changed(tables: Tables, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Tables:
    return {
        name: table if name == "data_quality" else replace(table, frame=change(table.frame))
        for name, table in tables.items()
    }


SITES: Mapping[str, Callable[[], dict[str, bytes]]] = {
    "network": lambda: build_site(sample.tables(), sample.about()),
    "no data": lambda: build_site(sample.tables({}), sample.about(clinics={}, deliveries=())),
    "one clinic": lambda: build_site(sample.tables({"alpha": 20.0}), sample.about(clinics={"alpha": "Alder House"})),
    "one route": lambda: build_site(of_one_route(sample.tables(), "im"), sample.about()),
    "all withheld": lambda: build_site(withheld(sample.tables()), sample.about()),
    "nobody followed up": lambda: build_site(nobody_followed_up(sample.tables()), sample.about()),
    "reviewer": reviewers_report,
}
_OF_A_SITE = ("index.html", "quality.html", "methods.html")
PAGES = [
    *(("network", path) for path in _OF_A_SITE),
    *(("network", f"clinics/beta/{path}") for path in _OF_A_SITE),
    ("network", "care.html"),
    ("network", "clinics/gamma/index.html"),
    ("network", "clinics/gamma/care.html"),
    ("network", "change.html"),
    ("network", "clinics/gamma/change.html"),
    ("no data", "change.html"),
    ("all withheld", "change.html"),
    ("no data", "index.html"),
    ("no data", "quality.html"),
    ("no data", "care.html"),
    ("one clinic", "index.html"),
    ("one route", "index.html"),
    ("one route", "care.html"),
    ("all withheld", "index.html"),
    ("all withheld", "care.html"),
    ("nobody followed up", "index.html"),
    ("network", "rules/S04.html"),
    ("network", "clinics/beta/rules.html"),
    ("reviewer", "quality.html"),
    ("reviewer", "rules/S01.html"),
]
# One of each template, for what takes seconds a page.
OF_EACH_KIND = [
    *(("network", path) for path in (*_OF_A_SITE, "care.html", "change.html")),
    ("no data", "index.html"),
    ("reviewer", "quality.html"),
    ("reviewer", "clinics/beta/rules.html"),
]


def write(site: Mapping[str, bytes], folder: Path) -> Path:
    """The folder with the site's files in it."""
    for path, content in site.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder
