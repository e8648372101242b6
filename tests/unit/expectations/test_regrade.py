"""Other thresholds on kept counts say what Great Expectations says when it judges the same records by them.

`make faults` tries one more set of limits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from expectations.regrade import regrade, verdict_of
from expectations.run import ClinicValidation, Evaluated, evaluate_clinic, judge_clinic
from pipelines.instruments.catalogue import load_catalogue
from pipelines.rules.catalogue import RULES
from pipelines.rules.finding import Finding
from tests.unit.expectations import clinic

LIMITS: dict[str, dict[str, float]] = {
    "the catalogue's": {},
    "a fifth of each": {rule.code: rule.threshold_pct / 5 for rule in RULES},
    "none tolerated": {rule.code: 0 for rule in RULES},
    "a delivery's own limit, just": {"KAP-D01": 19.99},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("regrade")


@pytest.fixture(scope="module")
def evaluated(folder: Path) -> dict[str, Evaluated]:
    """Clean patients beside one of each fault, so that shares of failures lie on both sides of every limit."""
    carriers = [patient for fault in clinic.FAULTS if (patient := clinic.planted(fault)) is not None]
    given = clinic.write([*clinic.clean_patients(20), *carriers], clinic.CLEAN_DELIVERIES, folder / "given")
    return evaluate_clinic(given, folder, load_catalogue())


Judged = Callable[[str], ClinicValidation]
TRIED = [
    pytest.param(name, marks=pytest.mark.long) if name == "a fifth of each" else pytest.param(name) for name in LIMITS
]


@pytest.fixture(scope="module")
def judged(evaluated: dict[str, Evaluated], folder: Path) -> Judged:
    """What Great Expectations says by a set of limits, each asked once."""
    return cache(lambda name: judge_clinic("north", evaluated, folder, LIMITS[name]))


def body(found: ClinicValidation) -> dict[str, Any]:
    """A validation as the ledger keeps it."""
    return {
        "clinic_id": "north",
        "verdict": verdict_of(found.findings),
        "findings": [list(astuple(finding)[1:]) for finding in found.findings],
        "measured": dict(found.measured),
    }


@pytest.mark.parametrize("then", TRIED)
@pytest.mark.parametrize("now", TRIED)
def test_a_regraded_run_is_the_run_judged_by_those_limits(then: str, now: str, judged: Judged) -> None:
    regraded = regrade(body(judged(then)), LIMITS[now])
    assert list(regraded.before) == list(judged(then).findings)
    assert list(regraded.after) == list(judged(now).findings)
    assert regraded.verdict == verdict_of(judged(now).findings)


@pytest.mark.parametrize("tried", [pytest.param(list(LIMITS), marks=pytest.mark.long), list(LIMITS)[::3]], ids=len)
def test_the_limits_tried_change_statuses_and_verdicts(tried: list[str], judged: Judged) -> None:
    statuses = {tuple(finding.status for finding in judged(name).findings) for name in tried}
    assert len(statuses) == len(tried)
    assert "KAP-D01" in judged("a delivery's own limit, just").blocking
    assert "KAP-D01" not in judged("the catalogue's").blocking


PASSED = Finding("north", "KAP-D01", "deliveries", "quarantined_pct", "passed", 0, 4, 0.0, 20.0, "blocks")


def kept(*findings: Finding, **more: Any) -> dict[str, Any]:
    rows = [list(astuple(finding)[1:]) for finding in findings]
    return {"clinic_id": "north", "verdict": "passed", "findings": rows, **more}


def test_a_share_exactly_at_the_limit_passes() -> None:
    """Worked by hand: 1 of 20 is 5 %."""
    where = ("KAP-A02", "sessions", "therapist_presence")
    found = Finding("north", *where, "passed_with_failures", 1, 20, 5.0, 20.0, "warns")
    by = {limit: regrade(kept(found), {found.rule: limit}).after[0].status for limit in (5, 4.99)}
    assert by == {5: "passed_with_failures", 4.99: "failed"}


def test_without_each_delivery_s_percentage_another_limit_has_no_verdict() -> None:
    """A ledger of an earlier version kept the counts alone."""
    same = regrade(kept(PASSED), {})
    assert (same.after, same.verdict) == ((PASSED,), "passed")
    other = regrade(kept(PASSED), {"KAP-D01": 10})
    assert (other.after[0].status, other.after[0].failed_n, other.verdict) == ("error", None, "error")


def test_a_rule_that_is_no_more_keeps_its_status_and_is_named() -> None:
    old = replace(PASSED, rule="KAP-D99", status="failed", failed_n=1)
    regraded = regrade(kept(old), {"KAP-D99": 0})
    assert (regraded.after, regraded.gone, regraded.verdict) == ((old,), ("KAP-D99",), "blocked")


def test_no_limit_makes_a_verdict_of_what_has_none() -> None:
    broken = replace(PASSED, status="error", failed_n=None, evaluated_n=None, failed_pct=None)
    nothing = replace(PASSED, status="not_applicable", failed_n=0, evaluated_n=0, failed_pct=None)
    regraded = regrade(kept(broken, nothing), {"KAP-D01": 0})
    assert regraded.after == (replace(broken, threshold_pct=0), replace(nothing, threshold_pct=0))
