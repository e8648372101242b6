"""What intake quarantines and blanks: flags of a record, from the predicates that Great Expectations judges by."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.engine import Engine
from pipelines.instruments.catalogue import load_catalogue
from pipelines.rules.catalogue import BY_CODE
from pipelines.rules.flags import flag_select
from tests.unit.expectations import clinic

HARD = [
    fault
    for fault in clinic.FAULTS
    if fault.table in ("sessions", "scores", "courses")
    and BY_CODE[fault.code].over == "delivered"
    and BY_CODE[fault.code].at_intake
]


def _flags(fault_or_none: clinic.Fault | None, table: str, folder: Path) -> tuple[list[list[str]], list[list[str]]]:
    patient = clinic.Patient() if fault_or_none is None else clinic.planted(fault_or_none)
    assert patient is not None
    paths = clinic.write([patient], [], folder)
    with Engine([folder]) as engine:
        load_catalogue().define_in(engine)
        engine.view_parquet("given", [paths[table]])
        engine.materialise("typed", "SELECT * EXCLUDE (quarantined_by, state) FROM given")
        columns = [row[0] for row in engine.rows("DESCRIBE typed")]
        engine.materialise("flagged", flag_select(table, "typed"))
        added = ["quarantined_by", "quarantined_at", "blanked_by"]
        assert [row[0] for row in engine.rows("DESCRIBE flagged")] == [*columns, *added]
        rows = engine.rows("SELECT quarantined_by, blanked_by FROM flagged")
    return [row[0] for row in rows if row[0]], [row[1] for row in rows if row[1]]


@pytest.mark.parametrize("table", ["sessions", "scores", "courses"])
def test_clean_records_have_no_flag(table: str, tmp_path: Path) -> None:
    assert _flags(None, table, tmp_path) == ([], [])


@pytest.mark.parametrize("fault", HARD, ids=lambda fault: f"{fault.code}-{fault.table}")
def test_a_fault_is_flagged_by_its_own_rule_alone(fault: clinic.Fault, tmp_path: Path) -> None:
    quarantined, blanked = _flags(fault, fault.table, tmp_path)
    if BY_CODE[fault.code].effect_on(fault.found_in[0]) == "quarantines":
        assert (quarantined, blanked) == ([[fault.code]], [])
    else:
        assert (quarantined, blanked) == ([], [sorted(f"{fault.code}:{column}" for column in fault.found_in)])
