"""kap.toml: defaults, all problems at once, tighten only, one digest per meaning."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines.care.windows import Windows
from pipelines.problems import ExitCode, KapError
from pipelines.settings import load_settings, refuse_profile


def written(folder: Path, text: str) -> Path:
    path = folder / "kap.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> KapError:
    with pytest.raises(KapError) as caught:
        load_settings(written(folder, text))
    assert caught.value.exit_code is ExitCode.USAGE
    return caught.value


def places_of_problems(folder: Path, text: str) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.column) for problem in refused(folder, text).problems]


def test_a_missing_file_gives_the_documented_defaults(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "kap.toml")
    assert settings == load_settings(None)
    assert settings.clinic_windows() == Windows()
    # CONTRACT.md sections 1, 2 and 4.
    assert settings.release.profile == "clinic"
    assert (settings.thresholds.quarantined_pct_max, settings.thresholds.key_conflict_pct_max) == (20, 5)
    assert (settings.thresholds.smallest_group_n, settings.thresholds.smallest_group_moments_n) == (5, 10)
    assert (settings.retention.log_days, settings.retention.refused_file_days) == (90, 7)
    assert settings.retention.keep_dated_raw is False


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[network]\nname = """x\n', "at line 2,"),
        ("[release]\nprofile = [\n\n\n", "at line 2,"),
        ("[release]\nprofile =\n", "at line 2,"),
    ],
)
def test_what_is_no_toml_names_its_line_at_the_end_of_the_file_too(tmp_path: Path, text: str, place: str) -> None:
    [problem] = refused(tmp_path, text).problems
    assert problem.code == "KAP-C01"
    assert place in problem.expected


def test_what_is_no_utf_8_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "kap.toml"
    path.write_bytes(b'[network]\nname = "caf\xe9"\n')
    with pytest.raises(KapError) as caught:
        load_settings(path)
    [problem] = caught.value.problems
    assert problem.code == "KAP-C01"
    assert "line 2" in problem.expected


def test_every_section_of_the_contract_is_read(tmp_path: Path) -> None:
    text = """
        settings_version = 1
        [network]
        name = "Lake district"
        [release]
        profile = "clinic"
        require_sign_off = false
        [clinics.north]
        name = "North"
        deidentification = "expert_determination"
        determination_id = "ED-7"
        expires = 2027-01-31
        [windows]
        course_gap_days = 120
        [windows.month_3]
        to = 110
        [thresholds]
        quarantined_pct_max = 10
        [retention]
        log_days = 30
        [engine]
        name = "duckdb"
        memory = "2GB"
        threads = 2
    """
    settings = load_settings(written(tmp_path, text))
    windows = settings.clinic_windows()
    month_3 = next(timepoint for timepoint in windows.timepoints if timepoint.name == "month_3")
    assert windows.course_gap_days == 120
    assert (month_3.first_day, month_3.last_day, month_3.target_day) == (76, 110, 91)
    assert settings.clinic("north").may_send_dates(date(2027, 1, 31))
    assert not settings.clinic("north").may_send_dates(date(2027, 2, 1))
    assert not settings.clinic("south").may_send_dates(date(2020, 1, 1))
    assert settings.engine.memory == "2GB"


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = """
        colour = 3
        [release]
        profile = "open"
        [clinics.North]
        [clinics.river]
        deidentification = "expert_determination"
        [windows.month_3]
        from = 100
        [thresholds]
        smallest_group_n = 3
        quarantined_pct_max = nan
        [[overrides]]
        definition = "phq9.response_value"
        clinic = "all"
        value = 40
    """
    assert set(places_of_problems(tmp_path, text)) == {
        ("KAP-C03", "colour"),
        ("KAP-C06", "release.profile"),
        ("KAP-C05", "clinics"),
        ("KAP-C07", "clinics.river.determination_id"),
        ("KAP-C07", "clinics.river.expires"),
        ("KAP-C08", "windows.month_3"),
        ("KAP-C04", "thresholds.smallest_group_n"),
        ("KAP-C06", "thresholds.quarantined_pct_max"),
        ("KAP-C06", "overrides.1.reason"),
        ("KAP-C10", "overrides.1.definition"),
    }


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[release]\nrequire_sign_off = true", "release.require_sign_off"),
        ("[branding]\ntitle = 'Our outcomes'", "branding"),
    ],
)
def test_a_setting_that_only_a_later_version_obeys_is_refused_never_ignored(
    tmp_path: Path, text: str, place: str
) -> None:
    assert ("KAP-C09", place) in places_of_problems(tmp_path, text)
    assert "a later version obeys it" in str(refused(tmp_path, text))


def test_such_a_setting_at_its_default_is_no_problem(tmp_path: Path) -> None:
    text = "[release]\nrequire_sign_off = false\n[retention]\nkeep_dated_raw = false\n[clinics.north]\ntargets = {}\n"
    assert load_settings(written(tmp_path, text)).release.require_sign_off is False


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("[network]\nnam = 'x'", "name"),
        ("[thresholds]\nquarantine_pct_max = 3", "quarantined_pct_max"),
        ("[clinics.north]\nexpire = 2027-01-01", "expires"),
        ("[clinics.north.targets]\nfolow_up_pct = 80", "followup_pct"),
        # Clinic ids that are names of settings too.
        ("[clinics.targets]\nnam = 'x'", "name"),
        ("[clinics.clinics.targets]\ndelivery_day = 31", "delivery_days"),
        ("[windows.week_4]\ntraget = 3", "target"),
        ("[[overrides]]\nreasn = 'x'\ndefinition = 'a'\nclinic = 'ab'\nvalue = 1\nreason = 'long enough'", "reason"),
        ("[relase]\nprofile = 'clinic'", "release"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(tmp_path: Path, text: str, nearest: str) -> None:
    with pytest.raises(KapError) as caught:
        load_settings(written(tmp_path, text))
    assert f"the nearest is {nearest}" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[release]\nprofile = 'open'", "expected 'clinic"),
        ("[thresholds]\nquarantined_pct_max = 'few'", "expected a number."),
        ("[thresholds]\nquarantined_pct_max = nan", "expected a number "),
        ("[clinics.north]\nexpires = 'soon'\n", "expected a day as 2030-01-31"),
        ("[clinics.north.targets]\nfollowup_pct = 0", "expected a number over 0"),
        ("[retention]\nlog_days = 1.5", "expected a whole number"),
        ("thresholds = 3", "expected a section with lines of its own"),
    ],
)
def test_a_wrong_value_is_told_in_words_of_our_own(tmp_path: Path, text: str, expected: str) -> None:
    told = str(refused(tmp_path, text))
    assert expected in told
    assert "Input" not in told and "valid" not in told


def test_every_problem_of_targets_is_told_at_once(tmp_path: Path) -> None:
    text = """
        [clinics.north.targets]
        followup_pct = 0
        paired_pct = 100
        response_pct = nan
        remission_pct = true
        preparation_pct = "most"
        delivery_days = 0
        [clinics.south.targets]
        delivery_days = 30.5
        happiness_pct = 99
        [clinics.east]
        targets = 80
    """
    north = ("followup_pct", "paired_pct", "response_pct", "remission_pct", "preparation_pct", "delivery_days")
    assert sorted(places_of_problems(tmp_path, text)) == sorted(
        [
            *(("KAP-C06", f"clinics.north.targets.{name}") for name in north),
            ("KAP-C06", "clinics.south.targets.delivery_days"),
            ("KAP-C03", "clinics.south.targets.happiness_pct"),
            ("KAP-C06", "clinics.east.targets"),
        ]
    )


def test_a_target_is_part_of_the_digest(tmp_path: Path) -> None:
    with_target = load_settings(written(tmp_path, "[clinics.north.targets]\nresponse_pct = 50"))
    without = load_settings(written(tmp_path, "[clinics.north.targets]"))
    assert with_target.clinic("north").targets.given() == {"response_pct": 50}
    assert with_target.digest != without.digest


@pytest.mark.parametrize(
    ("name", "looser", "tighter"),
    [
        ("quarantined_pct_max", 20.5, 5),
        ("key_conflict_pct_max", 6, 0),
        ("smallest_group_n", 4, 11),
        ("smallest_group_moments_n", 9, 11),
        ("enough_n", 9, 20),
        ("precise_n", 29, 50),
        ("enough_paired_pct", 49, 60),
        ("precise_paired_pct", 79, 90),
    ],
)
def test_a_threshold_may_be_tightened_never_loosened(tmp_path: Path, name: str, looser: float, tighter: float) -> None:
    assert places_of_problems(tmp_path, f"[thresholds]\n{name} = {looser}") == [("KAP-C04", f"thresholds.{name}")]
    settings = load_settings(written(tmp_path, f"[thresholds]\n{name} = {tighter}"))
    assert getattr(settings.thresholds, name) == tighter
    if not name.endswith("_max"):
        assert getattr(settings.disclosure_limits(), name) == tighter


def test_a_rule_s_threshold_may_be_tightened_and_all_its_problems_are_told(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, '[thresholds]\nrules = { "KAP-A02" = 10, "KAP-D01" = 12 }'))
    assert settings.thresholds.of_rules() == {"KAP-A02": 10, "KAP-D01": 12, "KAP-D02": 5}
    assert settings.digest != load_settings(None).digest
    lines = ['"KAP-A02" = 21', '"KAP-A2" = 1', '"KAP-D03" = 0', '"KAP-D01" = true', '"KAP-D07" = -1', '"KAP-D02" = inf']
    with pytest.raises(KapError) as caught:
        load_settings(written(tmp_path, "\n".join(["[thresholds.rules]", *lines])))
    told = {(problem.code, str(problem.column).removeprefix("thresholds.rules.")) for problem in caught.value.problems}
    wrong_values = {("KAP-C06", "KAP-D01"), ("KAP-C06", "KAP-D07"), ("KAP-C06", "KAP-D02")}
    loosened = {("KAP-C04", "KAP-A02"), ("KAP-C04", "KAP-D03")}
    assert told - {("KAP-C04", "KAP-D02")} == {*wrong_values, *loosened, ("KAP-C03", "KAP-A2")}
    (unknown,) = [problem for problem in caught.value.problems if problem.code == "KAP-C03"]
    assert "KAP-A" in unknown.expected


def test_the_tighter_of_two_limits_of_one_rule_holds(tmp_path: Path) -> None:
    for name, of_rule in ((12, 15), (15, 12)):
        text = f'[thresholds]\nquarantined_pct_max = {name}\nrules = {{ "KAP-D01" = {of_rule} }}'
        assert load_settings(written(tmp_path, text)).thresholds.of_rules()["KAP-D01"] == 12


def test_what_is_no_toml_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(KapError, match="line 2, column"):
        load_settings(written(tmp_path, "settings_version = 1\n[network\n"))


def test_settings_of_a_newer_version_are_refused(tmp_path: Path) -> None:
    assert places_of_problems(tmp_path, "settings_version = 2\nlater = 1") == [("KAP-C02", "settings_version")]


def test_a_message_never_repeats_what_was_written(tmp_path: Path) -> None:
    text = "[network]\nname = 5551234567\nlanguage = 'canary'\n[engine]\nmemory = 'canary'\n"
    text += "[release]\nprofile = 'canary'"
    with pytest.raises(KapError) as caught:
        load_settings(written(tmp_path, text))
    assert len(caught.value.problems) == 4
    assert "canary" not in str(caught.value)
    assert "5551234567" not in str(caught.value)


def test_the_digest_follows_the_meaning_not_the_spelling(tmp_path: Path) -> None:
    default = load_settings(None).digest
    spelt_out = load_settings(written(tmp_path, "[retention]\nlog_days = 90\n[windows]\ncourse_gap_days = 180\n"))
    other = load_settings(written(tmp_path, "[windows]\ncourse_gap_days = 181\n"))
    assert spelt_out.digest == default
    assert other.digest != default


def test_profiles_without_a_gate_are_refused_with_exit_6_and_synthetic_homes_on_top() -> None:
    refuse_profile("clinic", synthetic=True)
    for profile in ("network", "public"):
        with pytest.raises(KapError) as caught:
            refuse_profile(profile, synthetic=True)
        assert caught.value.exit_code is ExitCode.DISCLOSURE
        assert [problem.code for problem in caught.value.problems] == ["KAP-P01", "KAP-P02"]
        with pytest.raises(KapError) as caught:
            refuse_profile(profile, synthetic=False)
        assert [problem.code for problem in caught.value.problems] == ["KAP-P01"]
