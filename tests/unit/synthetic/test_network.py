"""What the synthetic network promises: the same bytes, the planned shape, nothing that identifies."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.contract.fields import FIELDS
from pipelines.instruments.catalogue import load_catalogue
from pipelines.synthetic.draws import Draws
from pipelines.synthetic.profile import load_profile
from tests.synthetic_network import Network, written

ROUTES = ("iv", "im", "intranasal", "sublingual")
CONDITIONS = ("trd", "anxiety", "ptsd", "ocd", "addiction", "chronic_pain")
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
PLANTED_TEXTS = {
    "mist",
    "hovering",
    "mood_scale",
    "7O",
    "17O",
    "4O",
    "x",
    "middle",
    "9100",
    "5O",
    "chat",
    "hiccups",
    "strong",
}


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def numbers(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return frame[list(columns)].apply(lambda column: pd.to_numeric(column, errors="coerce"))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    one, again = written(tmp_path / "one", 7, 300), written(tmp_path / "again", 7, 300)
    assert digests(again.folder) == digests(one.folder)
    assert again.summary == one.summary
    first, other = digests(one.folder), digests(written(tmp_path / "other", 8, 300).folder)
    assert {name for name in other if other[name] == first[name]} == {"kap.toml", "mappings/fir.yaml"}


def test_uuids_and_bells_come_from_the_published_generator_alone() -> None:
    uniform = np.random.Generator(np.random.PCG64(np.random.SeedSequence([5, 1]))).random
    expected = (uniform(4) + uniform(4) + uniform(4) + uniform(4) - 2) * np.sqrt(3)
    assert (Draws(5, 1).bell(4) == expected).all()
    assert (np.abs(Draws(5, 2).bell(20_000)) <= 2 * np.sqrt(3)).all()
    sample = Draws(5, 2).bell(20_000)
    assert abs(sample.mean()) < 0.03 and abs(sample.std() - 1) < 0.03


def test_the_full_plan_holds_12000_patients_in_24_unequal_cells_and_8_unequal_clinics() -> None:
    planned = [clinic.planned() for clinic in load_profile().clinics]
    sizes = [sum(cells.values()) for cells in planned]
    assert sum(sizes) == 12_000
    assert len(sizes) == len(set(sizes)) == 8 and min(sizes) == 3
    by_cell = pd.DataFrame(planned).sum()
    assert {*by_cell.index} == {(condition, route) for condition in CONDITIONS for route in ROUTES}
    assert by_cell.max() > 100 * by_cell.min()


def test_every_planned_patient_is_delivered_once(network: Network) -> None:
    courses = network.all_of("courses", without=("fir",))
    assert courses["patient_id"].is_unique
    found = courses.groupby(["clinic_id", "condition"]).size().to_dict()
    planned = pd.Series(network.summary.cells).groupby(level=[0, 1]).sum().drop("fir", level=0).to_dict()
    assert found == planned
    assert network.summary.patients == sum(network.summary.cells.values())


def test_patient_ids_are_random_uuids_that_no_two_clinics_share(network: Network) -> None:
    by_clinic = network.all_of("scores", without=("fir",)).groupby("patient_id")["clinic_id"].nunique()
    assert (by_clinic == 1).all()
    assert all(UUID4.fullmatch(patient) for patient in by_clinic.index)


def test_no_cell_holds_anything_but_a_number_a_listed_word_or_a_planted_text(network: Network) -> None:
    word = re.compile(r"[a-z0-9_+.-]{1,24}", re.IGNORECASE)
    for file in network.summary.files:
        frame = network.texts(file).drop(columns=["patient_id", "pid"], errors="ignore")
        texts = set(pd.unique(frame.to_numpy().ravel())) - {pd.NA, None, np.nan}
        loose = {text for text in map(str, texts) if not word.fullmatch(text)} - {"n/a", "group room"}
        assert loose == set(), file.name
        assert not any(re.search(r"\d{5,}", str(text)) for text in texts)
    assert all(word.fullmatch(text) for text in PLANTED_TEXTS)


def test_every_answer_lies_within_its_forms_range(network: Network) -> None:
    scores = network.all_of("scores", without=("fir",))
    catalogue = load_catalogue()
    for scale, rows in scores[scores["scale"] != "mood_scale"].groupby("scale"):
        limits = catalogue.instruments[scale].items.limits
        items = [name for name in rows if name.startswith("item_")]
        answers = numbers(rows, *items)
        for place, name in enumerate(items):
            if place < len(limits):
                low, high = limits[place]
                assert answers[name].dropna().between(low, high).all(), (scale, name)
                assert (answers[name].dropna() % 1 == 0).all()
            else:
                assert answers[name].isna().all(), (scale, name)


def test_a_delivered_total_is_the_sum_of_its_answers(network: Network) -> None:
    file = next(file for file in network.summary.files if file.name == "scores.csv" and file.clinic_id == "alder")
    scores = network.texts(file)
    items = [name for name in scores if name.startswith("item_")]
    sound = scores["total"].notna() & (scores["item_01"] != "x")
    assert sound.sum() > 1000
    assert (numbers(scores, *items).sum(axis=1)[sound] == numbers(scores, "total")["total"][sound]).all()


def test_item_9_of_the_phq_9_is_sometimes_unanswered(network: Network) -> None:
    phq9 = network.all_of("scores").query("scale == 'phq9'")
    alone = phq9["item_09"].isna() & phq9[[f"item_{n:02d}" for n in range(1, 9)]].notna().all(axis=1)
    assert 0.005 < alone.mean() < 0.03


def test_session_values_are_plausible_and_agree(network: Network) -> None:
    sessions = network.all_of("sessions")
    sessions = sessions[sessions["route"].isin(ROUTES)]
    for stage in ("pre", "peak", "end"):
        pressures = numbers(sessions, f"sbp_{stage}", f"dbp_{stage}").dropna()
        assert (pressures[f"dbp_{stage}"] < pressures[f"sbp_{stage}"]).all()
    values = numbers(sessions, "dose_mg", "dose_mg_per_kg", "weight_kg").dropna()
    # 5 %: the tolerance of clinical.md section 4 for a dose in mg against mg/kg times weight.
    assert (
        (values["dose_mg"] - values["dose_mg_per_kg"] * values["weight_kg"]).abs() <= 0.05 * values["dose_mg"]
    ).all()
    for name, field in FIELDS.items():
        if name in sessions and field.minimum is not None and field.maximum is not None and name != "session_day":
            assert numbers(sessions, name)[name].dropna().between(field.minimum, field.maximum).all(), name
    wide = next(file for file in network.summary.files if (file.clinic_id, file.table) == ("fir", "sessions"))
    values = numbers(network.texts(wide), "ketamine_mg", "mgkg", "weight_lb").dropna()
    kilograms = values["weight_lb"] * 0.45359237
    assert ((values["ketamine_mg"] - values["mgkg"] * kilograms).abs() <= 0.05 * values["ketamine_mg"]).all()
    esketamine = sessions[sessions["drug"] == "esketamine"]
    # The Spravato label: 28, 56 or 84 mg, two hours of observation.
    assert set(numbers(esketamine, "dose_mg")["dose_mg"]) <= {28, 56, 84}
    assert (numbers(esketamine, "monitoring_minutes")["monitoring_minutes"] >= 120).all()
    assert set(esketamine["route"]) == {"intranasal"}


@pytest.fixture(scope="module")
def follow_up(network: Network) -> pd.DataFrame:
    """One row per patient of the declared clinics: measured at baseline, at 3 and 6 months; reduction of the PHQ-9."""
    scores = network.all_of("scores").query("scale == 'phq9' and administration != 'post_session'")
    scores = scores.assign(
        day=numbers(scores, "score_day")["score_day"],
        score=numbers(scores, *[f"item_{n:02d}" for n in range(1, 10)]).sum(axis=1, min_count=7),
    )
    sessions = network.all_of("sessions")
    people = sessions.groupby("patient_id").agg(route=("route", "first"), clinic_id=("clinic_id", "first"))
    courses = network.all_of("courses").set_index("patient_id")["followed_through"]
    base = scores[scores["day"] <= 0].groupby("patient_id")["score"].last()
    late = scores[scores["day"].between(14, 105)].groupby("patient_id")["score"].last()
    month_3 = scores[scores["day"].between(76, 105)].groupby("patient_id").size()
    month_6 = scores[scores["day"].between(150, 210)].groupby("patient_id").size()
    return people.assign(base=base, late=late, month_3=month_3, month_6=month_6, through=courses)


def test_drop_out_is_like_the_published_most_are_unmeasured_at_six_months(follow_up: pd.DataFrame) -> None:
    due = follow_up[follow_up["through"] == "month_6"]
    # Yermus 2024: 82 % unmeasured at 3 months, 95 % at 6; the network is to be on that side of a half.
    assert due["month_3"].isna().mean() > 0.6
    assert due["month_6"].isna().mean() > 0.8
    assert due["month_6"].notna().any()


def test_every_route_has_missing_baselines_improvement_and_worsening(follow_up: pd.DataFrame) -> None:
    for route in ROUTES:
        people = follow_up[follow_up["route"] == route]
        change = people["late"] - people["base"]
        assert people["base"].isna().any(), route
        assert (change > 0).any() and (change < 0).mean() > 0.2, route


def test_planted_counts_add_up_in_every_file(network: Network) -> None:
    for file in network.summary.files:
        texts = network.texts(file)
        assert len(texts) == file.rows
        assert file.duplicates == texts.duplicated().sum(), file
        planted = texts.isin(PLANTED_TEXTS).to_numpy().sum()
        assert planted == file.quarantined + file.blanked, file


def test_one_delivery_is_past_the_block_limit_and_no_other_comes_near(network: Network) -> None:
    for clinic in network.summary.clinics:
        for file in clinic.files:
            pct = 100 * file.quarantined / file.records
            if clinic.expected == "blocked" and file.table != "courses":
                assert pct > 25, file.name
            else:
                assert pct < 3, file.name
    assert [clinic.clinic_id for clinic in network.summary.clinics if clinic.expected == "blocked"] == ["ginkgo"]
    assert [clinic.patients for clinic in network.summary.clinics if clinic.expected == "too_small"] == [3]


def test_corrections_repeat_sound_sessions_with_a_higher_version(network: Network) -> None:
    files = {file.name: network.texts(file) for file in network.summary.files if file.clinic_id == "birch"}
    first, later = files["sessions.csv"], files["sessions_correction.csv"]
    assert set(first["record_version"]) == {"1"} and set(later["record_version"]) == {"2"}
    both = later.merge(first, on=["patient_id", "session_day"], suffixes=("", "_before"))
    assert len(both) == len(later) == 60
    assert (both["recovery_minutes"] != both["recovery_minutes_before"].fillna("")).all()


def test_csv_gz_and_parquet_are_among_the_deliveries(network: Network) -> None:
    names = [file.name for file in network.summary.files]
    assert {name.split(".", 1)[1] for name in names} == {"csv", "csv.gz", "parquet"}
