"""What the Dagster UI shows of a home after a run: every clinic's state, rules in words with counts, and no value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.cli.instance import open_instance
from assets.definitions import defs
from assets.jobs import range_tags
from assets.metadata import release_metadata
from assets.site import Made
from pipelines.home import Home
from pipelines.rules.catalogue import BY_CODE
from tests.home_tools import deliver, patients, phq9, sessions

CLINICS = ["alder", "birch"]
CANARY = "qzcanary"
GATE = dg.AssetCheckKey(dg.AssetKey("validation"), "gate")


@dataclass(frozen=True)
class Shown:
    """An instance after a run over two clinics: alder passes, birch is blocked (three of four routes unreadable)."""

    home: Home
    instance: dg.DagsterInstance
    succeeded: bool

    def metadata(self, asset: str, partition: str | None = None) -> dict[str, Any]:
        """Metadata of an asset's latest materialization, of one partition where it has some."""
        wanted = dg.AssetRecordsFilter(
            asset_key=dg.AssetKey(asset), asset_partitions=[partition] if partition else None
        )
        (record, *_) = self.instance.fetch_materializations(wanted, limit=1).records
        assert record.asset_materialization is not None
        return {name: value.value for name, value in record.asset_materialization.metadata.items()}

    def check(self, asset: str, name: str) -> dg.AssetCheckEvaluation:
        """The latest evaluation of a check over all clinics."""
        return self.evaluations(dg.AssetCheckKey(dg.AssetKey(asset), name))[None]

    def evaluations(self, key: dg.AssetCheckKey) -> dict[str | None, dg.AssetCheckEvaluation]:
        """The latest evaluation of a check by partition; None = over all clinics."""
        found = {}
        for record in self.instance.event_log_storage.get_asset_check_execution_history(key, limit=20):
            assert record.event is not None and record.event.dagster_event is not None
            found.setdefault(record.partition, record.event.dagster_event.asset_check_evaluation_data)
        return found


def run_job(home: Home, instance: dg.DagsterInstance) -> bool:
    """The main job as the sensor asks for it."""
    return (
        defs.resolve_job_def("kap_run")
        .execute_in_process(
            instance=instance,
            tags=range_tags(CLINICS),
            raise_on_error=False,
            run_config={
                "resources": {"kap_home": {"config": {"path": str(home.root)}}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )
        .success
    )


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    home = Home.open(tmp_path_factory.mktemp("shown") / "home")
    for clinic_id in CLINICS:
        own = patients(10, f"{CANARY}-")
        deliver(home, clinic_id, "scores.csv", phq9(own, {-1: 18, 26: 8}))
        rows = sessions(own)
        # 30 of birch's 40 sessions have a route that no vocabulary knows: over the fifth that a delivery may lose.
        wrong = [{**row, "route": f"{CANARY}-route"} for row in rows[:30]]
        deliver(home, clinic_id, "sessions.csv", rows if clinic_id == "alder" else [*wrong, *rows[30:]])
    with open_instance(home) as instance:
        instance.add_dynamic_partitions("clinics", CLINICS)
        yield Shown(home, instance, run_job(home, instance))


def test_a_blocked_clinic_does_not_fail_the_run(shown: Shown):
    assert shown.succeeded


def test_the_gate_is_red_and_names_the_clinic_its_rule_in_words_the_counts_and_what_to_do(shown: Shown):
    gate = shown.check("validation", "gate")
    assert (gate.passed, gate.severity) == (False, dg.AssetCheckSeverity.ERROR)
    said = gate.description or ""
    assert said.startswith("1 of 2 clinics may not be published. birch is blocked. KAP-D01")
    assert BY_CODE["KAP-D01"].sentence in said and BY_CODE["KAP-D01"].remedy in said
    # One of birch's two files lost more than a fifth of its records.
    assert "Not so in 1 of 2 deliveries." in said
    assert "alder" not in said


def test_each_clinics_partition_of_the_gate_has_its_own_state(shown: Shown):
    infos = shown.instance.event_log_storage.get_asset_check_partition_info([GATE])
    # Without this the Partitions tab of the check shows no state at all.
    assert all(info.is_current for info in infos if info.partition_key)
    by_clinic = shown.evaluations(GATE)
    assert {clinic: each.passed for clinic, each in by_clinic.items()} == {None: False, "alder": True, "birch": False}
    assert by_clinic["birch"].description.startswith("birch is blocked. KAP-D01")
    assert by_clinic["birch"].metadata["files_not_published"].value == 2


def test_each_clinics_partition_tells_its_state_and_its_rows(shown: Shown):
    assert shown.metadata("validation", "alder")["clinic_state"] == "passed"
    birch = shown.metadata("validation", "birch")
    assert (birch["clinic_state"], birch["clinic_files_not_published"]) == ("blocked", 2)
    sessions_n = {clinic: shown.metadata("sessions", clinic)["dagster/row_count"] for clinic in CLINICS}
    assert sessions_n == {"alder": 40, "birch": 0}
    assert shown.metadata("sessions", "alder")["clinic_state"] == "published in this run"
    assert shown.metadata("sessions", "birch")["clinic_state"] == "blocked: nothing published yet"
    # Of birch's 60 records, the 30 sessions without a route are quarantined.
    candidates = shown.metadata("candidate_records", "birch")
    assert [candidates[name] for name in ("dagster/row_count", "clinic_accepted", "clinic_quarantined")] == [60, 30, 30]


def test_a_rule_over_its_limit_is_a_row_in_words_with_counts_and_rows_put_aside_are_a_warning(shown: Shown):
    check = shown.check("sessions", "conformance")
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    findings = check.metadata["findings"]
    assert isinstance(findings, dg.TableMetadataValue)
    (row,) = [row.data for row in findings.records if row.data["result"] == "over the limit"]
    assert row == {
        "clinic": "birch",
        "result": "over the limit",
        "rule": "KAP-T04",
        "in words": BY_CODE["KAP-T04"].sentence,
        "where": "sessions.route",
        "failed": 30,
        "evaluated": 40,
        "percent": 75.0,
        "allowed percent": 0.0,
        "effect": "quarantines",
        "what to do": BY_CODE["KAP-T04"].remedy,
    }
    assert "birch" in (check.description or "") and "30 of 40 records" in (check.description or "")


def test_every_asset_has_numbers_that_plot_over_runs_and_its_seconds_among_them(shown: Shown):
    assets = defs.resolve_asset_graph().get_all_asset_keys()
    assert len(assets) == 34
    for key in assets:
        told = shown.metadata(key.to_user_string())
        numbers = [name for name, value in told.items() if isinstance(value, int | float)]
        assert "seconds" in numbers and len(numbers) >= 2, key
    # Alder's ten patients alone: birch was never published.
    assert shown.metadata("denominators")["people_analysed"] == 10
    assert shown.metadata("release")["clinics"] == 2


def test_the_release_tells_where_its_pages_lie(shown: Shown):
    told = shown.metadata("release")
    folder = Path(told["folder"])
    assert all((folder / page).is_file() for page in ("index.html", "quality.html", "methods.html"))
    assert "dashboard" not in told


def test_a_run_under_the_ui_links_to_the_pages_it_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "index.html").write_text("page")
    monkeypatch.setenv("KAP_PAGES", "http://127.0.0.1:3001/")
    told = release_metadata(Made("abc", True, 1, tmp_path / "index.html"))
    assert told["data quality"].url == "http://127.0.0.1:3001/abc/quality.html"


def test_no_value_of_a_record_stands_in_any_event(shown: Shown):
    logs = shown.instance.event_log_storage
    (run,) = shown.instance.get_runs()
    events = [dg.serialize_value(record.event_log_entry) for record in logs.get_records_for_run(run.run_id).records]
    assert len(events) > 60
    assert not [event for event in events if CANARY in event.lower()]


@pytest.mark.long
def test_a_run_with_nothing_new_leaves_every_state_standing(shown: Shown):
    before = shown.evaluations(GATE)["alder"].passed, shown.check("sessions", "conformance").description
    assert run_job(shown.home, shown.instance)
    after = shown.evaluations(GATE)["alder"].passed, shown.check("sessions", "conformance").description
    assert after == before
    assert shown.metadata("sessions", "alder")["clinic_state"] == "as published before"
    assert shown.metadata("sessions", "alder")["dagster/row_count"] == 40


def test_every_check_says_its_rules_in_words() -> None:
    graph = defs.resolve_asset_graph()
    keys = list(graph.asset_check_keys)
    assert len(keys) == 37
    for key in keys:
        description = graph.get(key).description
        assert description, key
        if key.name != "gate":
            for line in description.split("\n"):
                assert line == f"- {line[2:9]}: {BY_CODE[line[2:9]].sentence}"
