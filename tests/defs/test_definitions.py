"""What Dagster loads: the graph as reviewed, quickly, without Great Expectations, and from a plain workspace file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from assets.definitions import defs
from assets.jobs import clinic_folders, inbox_sensor
from assets.resources import KapHome
from pipelines.home import Home
from tests.defs.graph_snapshot import SNAPSHOT, as_text, graph

ROOT = Path(__file__).resolve().parents[2]


def test_the_graph_is_the_reviewed_one() -> None:
    """When the change is meant: `make snapshot`, and the diff goes with the commit."""
    assert as_text() == SNAPSHOT.read_text()


def test_definitions_can_be_loaded_whole() -> None:
    dg.Definitions.validate_loadable(defs)


def test_every_asset_has_a_group_an_owner_a_kind_and_a_description() -> None:
    for name, node in graph()["assets"].items():
        assert node["group"] in ("intake", "clinical", "outcomes", "release"), name
        assert node["owners"] and node["kinds"] and node["described"], name


def test_intake_and_validation_are_partitioned_by_clinic() -> None:
    assets = graph()["assets"]
    for name in ("deliveries", "candidate_records", "validation", "sessions", "scores", "courses"):
        assert assets[name]["partitioned_by"] == "clinics"


def test_loading_the_code_location_does_not_import_great_expectations_or_altair() -> None:
    code = "import sys, assets.definitions; print([m for m in ('great_expectations', 'altair') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_workspace_file_loads_the_definitions_from_this_folder() -> None:
    (location,) = yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"]
    module = location["python_module"]
    assert module["module_name"] == "assets.definitions" and module["working_directory"] == "."


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.open(tmp_path / "home")


def tick(home: Home, instance: dg.DagsterInstance, cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    context = dg.build_sensor_context(
        instance=instance, cursor=cursor, resources={"kap_home": KapHome(path=str(home.root))}
    )
    result = inbox_sensor(context)
    assert isinstance(result, dg.SensorResult | dg.SkipReason)
    return result


def test_the_sensor_asks_for_one_run_over_all_clinics_when_a_file_is_dropped(home: Home) -> None:
    for clinic in ("alder", "birch"):
        home.inbox_of(clinic).mkdir()
        (home.inbox_of(clinic) / "scores.csv").write_text("patient_id,scale,score_day\n")
    with dg.DagsterInstance.ephemeral() as instance:
        result = tick(home, instance)
    assert isinstance(result, dg.SensorResult) and result.run_requests is not None
    (request,) = result.run_requests
    assert request.tags["dagster/asset_partition_range_start"] == "alder"
    assert request.tags["dagster/asset_partition_range_end"] == "birch"
    (added,) = result.dynamic_partitions_requests or []
    assert list(added.partition_keys) == ["alder", "birch"]


def test_the_sensor_is_quiet_while_the_inbox_stays_as_it_was(home: Home) -> None:
    home.inbox_of("alder").mkdir()
    with dg.DagsterInstance.ephemeral() as instance:
        assert isinstance(tick(home, instance), dg.SkipReason)
        (home.inbox_of("alder") / "scores.csv").write_text("patient_id\n")
        first = tick(home, instance)
        assert isinstance(first, dg.SensorResult)
        assert isinstance(tick(home, instance, first.cursor), dg.SkipReason)


def test_a_folder_that_no_clinic_id_names_is_no_clinic(home: Home) -> None:
    for name in ("alder", "all", "Not A Clinic", ".hidden"):
        (home.inbox / name).mkdir()
    assert clinic_folders(home.inbox) == ["alder"]
