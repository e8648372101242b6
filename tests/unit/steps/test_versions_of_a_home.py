"""A home of another version: its lake is emptied to be made again, and rules that this version lacks are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.problems import KapError
from pipelines.provenance.history import History
from pipelines.rules.catalogue import RULES
from pipelines.steps import versions


def test_a_lake_without_a_mark_or_with_another_one_is_emptied_and_its_own_stays(tmp_path: Path) -> None:
    assert versions.settle_lake(tmp_path) is False
    row = tmp_path / "scores" / "clinic_id=alder" / "part-0.parquet"
    for mark in (None, '{"product_version": "0.0.9"}', "{"):
        row.parent.mkdir(parents=True)
        row.write_bytes(b"rows")
        assert versions.settle_lake(tmp_path) is False
        assert row.exists()
        (mark_of,) = tmp_path.glob("*.json")
        mark_of.unlink() if mark is None else mark_of.write_text(mark)
        with pytest.raises(KapError) as refused:
            versions.refuse_other_lake(tmp_path)
        assert [problem.code for problem in refused.value.problems] == ["KAP-H07"]
        assert versions.settle_lake(tmp_path) is True
        assert not row.parent.exists()
        versions.refuse_other_lake(tmp_path)


def test_a_new_column_makes_it_another_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions.settle_lake(tmp_path)
    (tmp_path / "scores").mkdir()
    monkeypatch.setattr(versions, "empty_select", lambda table: f"SELECT NULL::INTEGER AS newer_{table}")
    assert versions.settle_lake(tmp_path) is True


def test_rules_that_this_version_does_not_know_are_told_by_code_and_known_ones_pass() -> None:
    known = [[RULES[0].code, "scores", "total", "passed", 0, 9, 0.0, 20, "informs"]]
    newer = [["KAP-D98", *known[0][1:]]]
    versions.refuse_unknown_rules(History(validated={"alder": {"findings": known}}))
    with pytest.raises(KapError) as refused:
        versions.refuse_unknown_rules(History(validated={"alder": {"findings": known}, "birch": {"findings": newer}}))
    (problem,) = refused.value.problems
    assert (problem.code, int(refused.value.exit_code)) == ("KAP-H06", 2)
    assert "KAP-D98" in problem.expected and "newer" in problem.remedy
