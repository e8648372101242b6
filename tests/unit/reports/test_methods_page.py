"""The methods page: every definition says what the pipeline does, with the values in force; every anchor is there."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from assets import method_facts
from pipelines.care.windows import DEFAULT_TIMEPOINTS, Timepoint, Windows
from pipelines.definitions.registry import load_definitions
from pipelines.disclosure.limits import Limits
from pipelines.instruments.catalogue import load_catalogue
from pipelines.rules.catalogue import BY_CODE
from pipelines.rules.held_out import HELD_OUT_RULES
from pipelines.settings_sections import ThresholdSettings
from pipelines.vocabulary import TIMEPOINTS
from reports.about import About
from reports.pages import build_site
from reports.sections import method_tables, methods
from reports.sections.parts import Page, TableView
from reports.words import words_of
from tests import released_sample as sample

# What the dashboard links to.
LINKED = (
    "response", "remission", "reliable-improvement", "reliable-deterioration", "reliable-recovery", "change",
    "effect-size", "bounds", "ladder", "evidence", "trajectories", "primary-scale", "followup",
)  # fmt: skip
FROZEN = {"madrs": 10.0}


def in_force(**changes: object) -> About:
    return sample.about(
        **(
            {
                "facts": tuple(method_facts.facts(FROZEN)),
                "instruments": tuple(method_facts.instruments()),
                "licences": method_facts.NOTICES,
                "scales": method_facts.scales(FROZEN),
                "rules": method_facts.rules(ThresholdSettings()),
            }
            | changes
        )
    )


def page_of(about: About) -> Page:
    return Page({}, about, words_of("en", about.limits))


class Reader(HTMLParser):
    """The ids of a page, its headings' levels in order, and its text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.levels: list[int] = []
        self.text = ""
        self.feed(page.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is None:
            self.text += data


@pytest.fixture(scope="module")
def shown() -> Reader:
    return Reader(build_site({}, in_force(clinics={}))["methods.html"])


def texts(table: TableView | None) -> dict[str, list[str]]:
    assert table is not None
    return {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}


def says(about: About, key: str) -> str:
    entries = {entry.id: entry for group in methods.content(page_of(about))["groups"] for entry in group.entries}
    return " ".join((entries[f"def-{key}"].says, *(text for _, text in entries[f"def-{key}"].parts)))


def test_every_place_that_other_pages_link_to_is_there_once(shown: Reader) -> None:
    wanted = {f"def-{key}" for key in LINKED} | {f"window-{name}" for name in TIMEPOINTS}
    wanted |= {f"scale-{scale}" for scale in load_catalogue().scales}
    wanted |= {f"rule-{code}" for code in (*BY_CODE, *HELD_OUT_RULES)}
    assert wanted <= set(shown.ids)
    assert len(shown.ids) == len(set(shown.ids))


def test_headings_go_down_one_level_at_a_time(shown: Reader) -> None:
    assert shown.levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(shown.levels, shown.levels[1:], strict=False))


def test_no_place_of_a_sentence_stays_open_and_no_machine_words_stand_on_the_page(shown: Reader) -> None:
    assert not re.search(r"\{[a-z_]+\}", shown.text)
    assert not re.search(r"project_choice|op >=|\(summary=|/lake/|/home/|\bNone\b", shown.text)


def test_definitions_state_the_windows_in_force() -> None:
    default = in_force()
    assert "more than 180 days" in says(default, "course")
    assert "day 42, session 12" in says(default, "induction") and "15 days or more" in says(default, "induction")
    assert "from day −30 to day 0" in says(default, "baseline")
    changed = in_force(
        lengths=method_facts.lengths(Windows(course_gap_days=90, induction_days=35, induction_sessions=8))
    )
    assert "more than 90 days" in says(changed, "course")
    assert "day 35, session 8" in says(changed, "induction")
    tightened = says(in_force(limits=Limits(smallest_group_n=8, enough_n=12)), "evidence")
    assert "1 to 7 people" in tightened and "under 12 measured" in tightened


def test_timepoints_are_those_in_force() -> None:
    month_3 = Timepoint("month_3", "first_session", 80, 100, 90)
    windows = Windows(timepoints=(*DEFAULT_TIMEPOINTS[:2], month_3, DEFAULT_TIMEPOINTS[3]))
    rows = texts(method_tables.timepoints(page_of(in_force(windows=method_facts.windows(windows)))).table)
    assert rows["the end of induction"] == ["7", "31", "14", "the last session of induction"]
    assert rows["month 3"] == ["80", "100", "90", "the course's first session (day 0)"]
    assert rows["month 6"][:3] == ["150", "210", "182"]
    assert rows["the last follow-up"][3].startswith("no window")


def test_each_scale_shows_the_entries_of_its_instrument_file() -> None:
    rows = texts(method_tables.scales(page_of(in_force())).table)
    assert rows["PHQ-9"] == [
        "0 to 27",
        "14 days",
        "50 % lower or more",
        "under 5",
        "10 or more",
        "6 points lower or more",
    ]
    assert rows["PCL-5"] == [
        "0 to 80", "30 days", "10 points lower or more", "28 or less", "33 or more", "15 points lower or more",
    ]  # fmt: skip
    assert rows["WHO-5"][2:] == ["10 points higher or more", "over 50", "50 or less", "10 points higher or more"]
    assert rows["AUDIT-C"][2:] == ["not defined", "not defined", "4 or more (women: 3 or more)", "not defined"]
    assert rows["MADRS"][-1] == "10 points lower or more" and rows["BDI-II"][-1] == "not defined"


def test_a_source_that_is_no_primary_one_is_marked_in_words() -> None:
    table = method_tables.scales(page_of(in_force())).table
    assert table is not None
    notes = {row[0].text: [cell.note for cell in row[3:]] for row in table.rows}
    assert notes["MADRS"] == ["", "", "† no source", "computed here"]
    assert notes["Y-BOCS"] == ["", "", "‡ third party", ""]


def test_every_cited_fact_stands_with_its_source(shown: Reader) -> None:
    listed = method_tables.facts(page_of(in_force()))
    assert sum(len(of_scale.table.rows) for of_scale in listed) == len(load_catalogue().facts()) + len(FROZEN)
    assert "Kroenke 2001 J Gen Intern Med 16:606" in shown.text
    assert "† no source found" in shown.text and "‡ known only from a third party" in shown.text


def test_a_cut_reads_as_a_sign_and_a_number() -> None:
    assert method_tables.readable("op >=; value 10; male 4") == "≥ 10; male 4"
    assert method_tables.readable("max_missing 0; method none") == "max missing 0; method none"


def test_every_rule_says_what_a_failure_does_its_threshold_its_cause_and_what_to_do() -> None:
    rows = texts(method_tables.rules(page_of(in_force())).table)
    assert set(rows) == {*BY_CODE, *HELD_OUT_RULES}
    assert rows["KAP-D01"] == [
        "deliveries: quarantined_pct",
        "blocks the delivery",
        "20 % of a file's records",
        "A changed export or mapping, so that a whole column cannot be read.",
        "Look at the reasons of the quarantined rows, correct the mapping or the export, deliver again.",
    ]
    assert rows["KAP-A06"][2] == "any"
    assert all(cause and remedy for *_, cause, remedy in rows.values())
    assert rows["KAP-T01"][0].startswith(f"{len(BY_CODE['KAP-T01'].applies)} fields of courses, sessions, scores")


def test_a_tightened_threshold_is_the_one_shown() -> None:
    tight = method_facts.rules(ThresholdSettings(quarantined_pct_max=12.5))
    rows = texts(method_tables.rules(page_of(in_force(rules=tight))).table)
    assert rows["KAP-D01"][2] == "12.5 % of a file's records" and rows["KAP-D02"][2] == "5 % of a file's keys"


def test_settings_stand_with_their_value_and_their_name() -> None:
    given = ThresholdSettings(enough_n=12, quarantined_pct_max=12.5)
    settings = Limits(enough_n=12)
    about = in_force(thresholds=given.model_dump(exclude={"rules"}), limits=settings)
    section = next(part for part in methods.content(page_of(about))["sections"] if part.id == "settings")
    rows = {cells[-1]: cells[0] for cells in texts(section.table).values()}
    assert rows["[windows] course_gap_days"] == "180 days"
    assert rows["[windows] baseline_first_day"] == "day −30"
    assert rows["[thresholds] enough_n"] == "12 people"
    assert rows["[thresholds] quarantined_pct_max"] == "12.5 %"


def test_the_list_at_the_top_leads_to_every_part(shown: Reader) -> None:
    contents = methods.content(page_of(in_force()))["contents"]
    named = {item["id"] for item in contents} | {entry["id"] for item in contents for entry in item["entries"]}
    assert named <= set(shown.ids)
    assert {f"def-{methods.anchor(key)}" for key in load_definitions()} <= named


def test_a_page_without_facts_says_so() -> None:
    empty = replace(in_force(), facts=(), instruments=(), licences=(), scales={}, rules={})
    text = build_site({}, replace(empty, clinics={}))["methods.html"].decode("utf-8")
    for key in ("methods.scales_empty", "methods.rules_empty", "methods.licences_empty"):
        assert words_of().say(key) in text
