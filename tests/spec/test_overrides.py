"""A clinic's own definitions: what changes on its pages and tables, what stays elsewhere, and what is refused."""

from __future__ import annotations

import html
import shutil
from pathlib import Path

import pandas as pd
import pytest

from assets.site import make_release
from pipelines.home import Home
from pipelines.instruments.catalogue import load_catalogue
from pipelines.problems import ExitCode, KapError
from pipelines.settings import load_settings
from pipelines.steps.job import settings_of
from pipelines.steps.outcomes import make_outcome_tables
from tests.home_tools import content_of, deliver, kap, manifest, open_job, patients, phq9, run_steps, sessions, table

REASON = "the board <b>follows</b> the payer's form"
OVERRIDES = f"""
[[overrides]]
definition = "phq9.response"
clinic = "alder"
value = 30
reason = "{REASON}"
[[overrides]]
definition = "phq9.remission"
clinic = "study"
value = 13
reason = "as the study's own paper counts it"
"""


@pytest.fixture(scope="module")
def default(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two clinics alike: of twelve people at 18 points six come to 12 (a third better) and six to 8 (over half)."""
    home = Home.open(tmp_path_factory.mktemp("default") / "home")
    for clinic in ("alder", "birch"):
        less, more = patients(6, "a"), patients(6, "b")
        deliver(home, clinic, "sessions.csv", sessions([*less, *more]))
        deliver(home, clinic, "scores.csv", [*phq9(less, {-1: 18, 28: 12}), *phq9(more, {-1: 18, 28: 8})])
    home.mapping_of("study").write_text("context: reference_sample\n")
    deliver(home, "study", "scores.csv", phq9(patients(12), {0: 18, 28: 12}, administration=""))
    run_steps(home)
    return home


@pytest.fixture(scope="module")
def overridden(default: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same home after its next run, in which nothing is new but the settings."""
    home = Home(tmp_path_factory.mktemp("overridden") / "home")
    shutil.copytree(default.root, home.root, symlinks=True)
    home.settings_file.write_text(OVERRIDES)
    job = open_job(home)
    make_outcome_tables(job)
    make_release(job)
    return home


def responders(home: Home, where: str, clinic: str = "alder") -> tuple[str, str, str]:
    """Responders, of how many, and the definition, of one clinic's row at week 4, from a file of the release."""
    frame = pd.read_csv(home.current / where / "outcomes_by_route_condition.csv", dtype="str", keep_default_na=False)
    row = frame[
        (frame["clinic_id"] == clinic)
        & (frame["condition"] == "trd")
        & (frame["route"] == "all")
        & (frame["scale"] == "phq9")
        & (frame["timepoint"] == "week_4")
    ].iloc[0]
    return row["response_n"], row["response_of_n"], row["definition"]


def test_a_clinic_counts_by_its_own_definition_in_its_own_tables(overridden: Home) -> None:
    own = "clinics/alder/tables"
    assert responders(overridden, own) == ("12", "12", "kap-outcomes@1+alder")
    parquet = pd.read_parquet(overridden.current / own / "outcomes_by_route_condition.parquet")
    assert set(parquet["definition"]) == {"kap-outcomes@1+alder"}
    for name in ("worsening_watch", "baseline_sensitivity", "outcome_checks"):
        by = {place: pd.read_parquet(overridden.current / place / f"{name}.parquet") for place in ("tables", own)}
        assert {place: set(frame["definition"]) for place, frame in by.items()} == {
            "tables": {"kap-outcomes@1"},
            own: {"kap-outcomes@1+alder"},
        }
    assert parquet["response_n"].max() == 12
    # Its other figures are those of the network's table.
    assert responders(overridden, "tables") == ("6", "12", "kap-outcomes@1")


def test_the_network_and_every_other_clinic_stay_as_they_were_to_the_byte(default: Home, overridden: Home) -> None:
    before, after = content_of(default.current), content_of(overridden.current)
    assert set(before) == set(after)
    changed = {path for path in before if before[path] != after[path]}
    own = {path for path in changed if path.startswith("clinics/alder/")}
    # The reference sample overrides too: it has a table of the network, and a note on how the figures are made.
    samples = {f"tables/reference_changes.{ending}" for ending in ("csv", "parquet")} | {"methods.html"}
    assert changed - own <= samples | {path for path in changed if path.startswith("tables/reference_")} | {
        "manifest.json"
    }
    assert {f"clinics/alder/{page}" for page in ("index.html", "methods.html")} <= own


def test_what_does_not_rest_on_a_definition_is_the_same_in_a_clinics_own_tables(
    default: Home, overridden: Home
) -> None:
    for name in ("safety_by_route", "care_pathway", "vitals_by_route", "score_trajectories", "presence_balance"):
        path = Path("clinics/alder/tables") / f"{name}.csv"
        assert (default.current / path).read_bytes() == (overridden.current / path).read_bytes()


def test_the_pages_say_what_was_changed_from_what_to_what_and_why(overridden: Home) -> None:
    alone = overridden.current / "clinics" / "alder"
    first, methods = (alone / "index.html").read_text(), (alone / "methods.html").read_text()
    assert f"Response of PHQ-9 is this clinic's own here: 30 % in place of 50 %. Reason given: “{REASON}”" in (
        html.unescape(first)
    )
    assert REASON not in first and REASON not in methods
    assert html.escape(REASON, quote=False).split("'")[0] in methods
    assert 'id="own-definitions"' in methods and "30 % lower or more" in methods
    assert "kap-outcomes@1+alder" in first
    for page in ("index.html", "clinics/birch/index.html", "clinics/birch/methods.html"):
        text = (overridden.current / page).read_text()
        assert "own-definitions" not in text and "payer" not in text
    network = (overridden.current / "methods.html").read_text()
    assert "as the study&#39;s own paper counts it" in network and "payer" not in network


def test_a_reference_sample_is_counted_by_its_own_definition(default: Home, overridden: Home) -> None:
    def remitted(home: Home) -> set[str]:
        frame = table(home, "reference_changes")
        pairs = (frame["sample"] == "study") & (frame["from_day"] == "0") & (frame["to_day"] == "28")
        return set(frame[pairs]["remission_n"])

    assert (remitted(default), remitted(overridden)) == ({"0"}, {"12"})


def test_the_manifest_holds_the_overrides_in_force(default: Home, overridden: Home) -> None:
    assert manifest(default)["definitions"]["overrides"] == []
    alder, study = manifest(overridden)["definitions"]["overrides"]
    assert alder == {
        "clinic_id": "alder",
        "scale": "phq9",
        "fact": "response",
        "before": "50 %",
        "after": "30 %",
        "reason": REASON,
    }
    assert (study["clinic_id"], study["before"], study["after"]) == ("study", "< 5", "< 13")


def test_the_catalogue_itself_never_changes(overridden: Home) -> None:
    own = load_catalogue().overridden(settings_of(overridden).overrides_of("alder"))
    assert load_catalogue().scales["phq9"].response.value == 50
    phq9_response = own.scales["phq9"].response
    assert (phq9_response.value, phq9_response.unit, phq9_response.source_status) == (30, "pct", "project_choice")
    assert phq9_response.source == f"override of this clinic: {REASON}"
    assert {name: scale for name, scale in own.scales.items() if name != "phq9"} == {
        name: scale for name, scale in load_catalogue().scales.items() if name != "phq9"
    }


def override(definition: str, value: object, clinic: str = "alder", reason: str = "our own board") -> str:
    return f'[[overrides]]\ndefinition = "{definition}"\nclinic = "{clinic}"\nvalue = {value}\nreason = "{reason}"\n'


def test_every_wrong_override_is_told_at_once_with_the_nearest_known_one(default: Home, tmp_path: Path) -> None:
    path = tmp_path / "kap.toml"
    path.write_text(
        override("phq9.response", 30)
        + override("phq9.respons", 30)
        + override("phq.remission", 4)
        + override("phq9.remission", 28)
        + override("gad7.caseness", 9, clinic="aldr")
        + override("who5.reliability", 1)
        + override("pcl5.response", 12, reason="Dr Smith asked for it")
        + override("phq9.response", 25)
        + override("cadss.reliable_change", 3)
        + "[[overrides]]\ndefinition = 'isi.response'\nclinic = 'birch'\nvalue = 8\n"
    )
    with pytest.raises(KapError) as caught:
        load_settings(path, {"alder", "birch"})
    assert caught.value.exit_code is ExitCode.USAGE
    told = {(problem.code, problem.column): problem.expected for problem in caught.value.problems}
    assert set(told) == {
        ("KAP-C10", "overrides.2.definition"),
        ("KAP-C10", "overrides.3.definition"),
        ("KAP-C12", "overrides.4.value"),
        ("KAP-C11", "overrides.5.clinic"),
        ("KAP-C12", "overrides.6.value"),
        ("KAP-C13", "overrides.7.reason"),
        ("KAP-C10", "overrides.8.definition"),
        ("KAP-C12", "overrides.9.value"),
        ("KAP-C06", "overrides.10.reason"),
    }
    assert "the nearest is phq9.response" in told["KAP-C10", "overrides.2.definition"]
    assert "the nearest is alder" in told["KAP-C11", "overrides.5.clinic"]
    assert "a score from 0 to 27" in told["KAP-C12", "overrides.4.value"]
    assert "Smith" not in str(caught.value.problems)


def test_a_run_refuses_an_override_of_a_clinic_that_the_home_does_not_have(tmp_path: Path) -> None:
    home = Home.open(tmp_path / "home")
    deliver(home, "alder", "sessions.csv", sessions(patients(2)))
    home.settings_file.write_text(override("phq9.response", 30, clinic="alde"))
    exit_code, said = kap("run", "--home", str(home.root))
    assert exit_code == 2
    assert "[KAP-C11]" in said and "the nearest is alder" in said
    assert not home.current.exists()
