"""The query that a reviewer reads gives the counts that were judged, rule by rule and column by column."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations.run import ClinicValidation, validate_clinic
from pipelines.engine import Engine
from pipelines.instruments.catalogue import load_catalogue
from pipelines.rules import evaluation
from pipelines.rules.candidates import prepare
from pipelines.rules.catalogue import BY_CODE
from pipelines.rules.shown_sql import counting_sql, source_of
from tests.unit.expectations import clinic

Counts = dict[tuple[str, str, str], tuple[int, int]]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[ClinicValidation, Counts]:
    """A clinic with every planted fault: as judged, and as the shown queries count it."""
    folder = tmp_path_factory.mktemp("shown")
    carriers = [patient for fault in clinic.FAULTS if (patient := clinic.planted(fault)) is not None]
    deliveries = [fault.changes for fault in clinic.FAULTS if fault.table == "deliveries"]
    given = clinic.write(
        [*clinic.clean_patients(), *carriers], [*clinic.CLEAN_DELIVERIES, *deliveries], folder / "given"
    )
    return validate_clinic("faulty", given, folder, {}), _counted(given, folder)


def _counted(given: dict[str, Path], folder: Path) -> Counts:
    found: Counts = {}
    with Engine([*{path.parent for path in given.values()}, folder]) as engine:
        load_catalogue().define_in(engine)
        named = {}
        for name, path in given.items():
            engine.view_parquet(f"given_{name}", [path])
            named[name] = f"given_{name}"
        prepare(engine, named)
        for relation in evaluation.relations():
            evaluation.evaluate(engine, relation)
            rule, table, _ = evaluation.judged_pairs(relation)[0]
            if rule.over != "delivered":
                # What the shown query names, the pipeline itself reads without a name.
                engine.view(source_of(rule, table), f"SELECT * FROM {evaluation._source(engine, relation)}")
            for rule, table, column in evaluation.judged_pairs(relation):
                ((evaluated, failed),) = engine.rows(counting_sql(rule, table, column, rule.threshold_pct))
                found[rule.code, table, column] = (failed, evaluated)
    return found


def test_every_shown_query_gives_the_counts_that_were_judged(both: tuple[ClinicValidation, Counts]) -> None:
    judged, counted = both
    expected = {
        (each.rule, each.table, each.column): (each.failed_n, each.evaluated_n)
        for each in judged.findings
        if each.status != "error"
    }
    assert counted == expected
    assert sum(failed > 0 for failed, _ in counted.values()) > 50


def test_a_query_names_no_patient_and_no_value(both: tuple[ClinicValidation, Counts]) -> None:
    for rule in BY_CODE.values():
        for table, column in rule.applies:
            assert "patient_id" not in counting_sql(rule, table, column, 0) or column == "patient_id" or rule.among
