"""The files as intake sees them: none refused, and exactly the planted faults found."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.contract.mapping import NO_MAPPING, Mapping, load_mapping
from pipelines.contract.table_choice import TableChoice, which_table
from pipelines.contract.tables import TABLES
from pipelines.engine import Engine
from pipelines.instruments.catalogue import load_catalogue
from pipelines.intake.accept import type_records
from pipelines.intake.identifiers import scan
from pipelines.intake.readers import read_delivery
from pipelines.intake.receive import kind_of
from pipelines.intake.records import make_records
from pipelines.intake.versions import decide_states, reconcile
from pipelines.rules.flags import flag_select
from pipelines.settings import load_settings
from pipelines.synthetic.network import ClinicSummary, PlannedFile
from tests.synthetic_network import Network

CLINICS = ("alder", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel")


def test_the_settings_hold_every_clinic_with_a_synthetic_name(network: Network) -> None:
    settings = load_settings(network.folder / "kap.toml")
    assert {name: clinic.name for name, clinic in settings.clinics.items()} == {
        clinic.clinic_id: clinic.name for clinic in network.summary.clinics
    }
    assert all("ynthetic" in clinic.name for clinic in network.summary.clinics)


@pytest.mark.parametrize("clinic_id", CLINICS)
def test_intake_finds_what_was_planned_and_nothing_else(network: Network, clinic_id: str, tmp_path: Path) -> None:
    clinic = next(each for each in network.summary.clinics if each.clinic_id == clinic_id)
    path = network.folder / "mappings" / f"{clinic_id}.yaml"
    scales = load_catalogue().delivered_ids
    mapping = load_mapping(path, scales) if path.exists() else NO_MAPPING
    for table in TABLES:
        files = [file for file in clinic.files if file.table == table]
        if files:
            _check_table(network, clinic, files, mapping, scales, tmp_path)


def _check_table(
    network: Network,
    clinic: ClinicSummary,
    files: list[PlannedFile],
    mapping: Mapping,
    scales: tuple[str, ...],
    scratch: Path,
) -> None:
    with Engine([network.folder], scratch=scratch, threads=1) as engine:
        load_catalogue().define_in(engine)
        typed, blanked_n = [], []
        for receipt, file in enumerate(files, start=1):
            source = read_delivery(engine, network.path(file), file.name, kind_of(file.name), scratch)
            assert source.rows_n == file.rows and source.malformed_n == 0
            choice = which_table(source.columns, mapping, file=file.name)
            assert isinstance(choice, TableChoice) and choice.table.name == file.table
            if mapping is NO_MAPPING:
                assert scan(engine, source, file.name, {}, {}) == []
            assert make_records(engine, choice, source.empty_rows_n).records == file.records
            name = type_records(engine, choice.table, clinic.clinic_id, receipt, scales, flag_select)
            blanked_n.append(engine.value(f'SELECT sum(len(blanked_by)) FROM "{name}"'))
            engine.materialise(f"receipt_{receipt}", f'SELECT * FROM "{name}"')
            typed.append(f"SELECT * FROM receipt_{receipt}")
        engine.materialise("typed_together", " UNION ALL ".join(typed))
        decide_states(engine, TABLES[files[0].table], "typed_together")
        found = reconcile(engine, TABLES[files[0].table])
    for number, file in enumerate(files):
        row = found.iloc[number]
        assert row["quarantined"] == file.quarantined
        assert row["duplicate"] == file.duplicates
        assert row["corrected"] == file.corrections
        assert row["stale"] == 0 and row["conflict_keys_n"] == 0
        assert blanked_n[number] == file.blanked
