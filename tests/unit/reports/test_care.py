"""The page on care and safety: which rows it carries, which of them a choice shows, the texts made for it alone."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from pipelines.disclosure.declared import POLICIES
from pipelines.vocabulary import ALL
from reports.care import care_page, declared, tiles
from reports.care_rows import CareRows, care_rows
from reports.carried import DERIVED, TABLES
from reports.carried_page import CarriedPage
from reports.change import change_page
from reports.dashboard import dashboard
from reports.dashboard_rows import Filters
from reports.figures import FORMATS
from reports.filled import fill, names
from reports.phrases import Speaker
from reports.released_rows import SILENT, Scope
from reports.sections.declared import ListOf
from reports.sections.parts import Page
from reports.words import words_of
from tests import released_sample as sample

WORDS = words_of()
# Of those sessions, how many are of a clinic without a table of events.
UNMATCHED = ("assessed_without_table_n", "without_table_n")
ROUTES = ["all", "iv", "im", "intranasal", "sublingual"]


def page(clinic: str = ALL, **about: Any) -> Page:
    tables = sample.tables()
    own = {
        name: replace(table, frame=table.frame[table.frame["clinic_id"] == clinic])
        for name, table in tables.items()
        if clinic != ALL and "clinic_id" in table.frame
    }
    return Page(own or tables, sample.about(**about), WORDS, Scope(clinic))


@pytest.fixture(scope="module")
def network() -> Page:
    return page()


@pytest.fixture(scope="module")
def rows(network: Page) -> CareRows:
    return care_rows(network, TABLES)


@pytest.fixture(scope="module")
def delivered(network: Page) -> CarriedPage:
    return care_page(network)


def values(found: list[Any], name: str) -> list[str]:
    return [row[name] for row in found]


# ---- lists ----


def test_a_filter_chooses_the_rows_of_its_value_and_one_that_is_listed_by_shows_all_beside_it(rows: CareRows) -> None:
    by_route = ListOf("safety_by_route", by=("route",), where={"event": "any"})
    assert values(rows.chosen(by_route, Filters()), "route") == ROUTES
    assert values(rows.chosen(by_route, Filters(route="im")), "route") == ["all", "im"]
    found = rows.chosen(by_route, Filters(condition="ptsd"))
    assert values(found, "route") == ROUTES and set(values(found, "condition")) == {"ptsd"}
    assert {row["clinic_id"] for row in found} == {"all"}
    # Not listed by: only the value itself, so never one route beside the total.
    alone = ListOf("safety_by_route", where={"event": "any"})
    assert values(rows.chosen(alone, Filters(route="im")), "route") == ["im"]
    assert values(rows.chosen(alone, Filters()), "route") == ["all"]


def test_a_fixed_value_stands_above_a_filter_and_a_free_filter_is_not_asked(rows: CareRows) -> None:
    fixed = ListOf("route_profile", by=("route",), where={"condition": "all", "measure": "onset_minutes"})
    assert rows.chosen(fixed, Filters(condition="ptsd")) == rows.chosen(fixed, Filters())
    free = ListOf("benchmarks", by=("condition", "route"), free=("scale", "timepoint", "clinic"))
    studies = values(rows.chosen(free, Filters()), "study")
    assert sorted(studies) == ["hull2022", "mcinnes2022", "veterans2025", "yermus2024"]
    asked = Filters(clinic="beta", condition="trd", route="im", timepoint="month_3")
    assert sorted(values(rows.chosen(free, asked), "study")) == ["veterans2025", "yermus2024"]
    # Asked, no published result fits: its scale is none of the page's filters.
    assert rows.chosen(ListOf("benchmarks"), Filters(condition="trd", route="iv")) == []


def test_a_filter_that_a_table_has_no_column_for_is_not_asked(rows: CareRows) -> None:
    groups = ListOf("presence_contrast")
    assert values(rows.chosen(groups, Filters(route="im")), "presence") == [
        "all",
        "in_room_throughout",
        "periodic_checks",
        "mixed",
    ]
    assert rows.chosen(groups, Filters(timepoint="week_4")) == []


def test_rows_stand_in_the_order_of_the_contract_and_groups_in_their_own(rows: CareRows) -> None:
    steps = values(rows.chosen(ListOf("care_pathway"), Filters()), "step")
    assert steps == ["consultation", "preparation", "dosing", "integration"]
    events = values(rows.chosen(ListOf("safety_by_route"), Filters()), "event")
    assert events == ["any", "serious", "nausea", "suicide_attempt", "fall_or_injury"]
    sessions = values(rows.chosen(ListOf("outcomes_by_sessions"), Filters()), "sessions_group")
    assert sessions == ["all", "1", "2_to_3", "4_to_6"]


# ---- what is carried ----


def test_every_column_carried_is_a_released_one_or_made_for_the_page() -> None:
    unknown = {
        name: sorted({*carried.codes, *carried.numbers} - {*POLICIES[name].columns, *DERIVED, "empty_because"})
        for name, carried in TABLES.items()
    }
    assert {name: columns for name, columns in unknown.items() if columns} == {}


def test_the_sample_has_the_columns_of_the_release() -> None:
    tables = sample.tables({"alpha": 1.0})
    for name in TABLES:
        missing = {*POLICIES[name].columns, "empty_because"} - set(tables[name].frame)
        assert {column for column in missing if "case_of_n" not in column} == set(), name


def test_a_network_page_carries_of_a_clinic_the_totals_alone(rows: CareRows) -> None:
    clinics = [(name, row) for name, found in rows.tables.items() for row in found if row.get("clinic_id", ALL) != ALL]
    assert {name for name, _ in clinics} == set(TABLES) - {"benchmarks"}
    assert all(ALL in (row["condition"], row.get("route", ALL)) for _, row in clinics)
    assert {row["clinic_id"] for _, row in clinics} == {"alpha", "beta", "gamma"}
    own = care_rows(page("alpha"), TABLES)
    groups = [row for row in own.tables["safety_by_route"] if ALL not in (row["condition"], row["route"])]
    assert groups and {row["clinic_id"] for row in groups} == {"alpha"}


def test_a_clinics_list_of_events_holds_the_withheld_and_those_that_never_happened(rows: CareRows) -> None:
    events = rows.chosen(ListOf("safety_by_route"), Filters(clinic="beta", route="im"))
    told = {row["event"]: row["events_n"] for row in events}
    assert len(told) == 5 and told["suicide_attempt"] == 0 and told["serious"] is None
    assert "events_n:withheld" in next(row["empty_because"] for row in events if row["event"] == "serious")


def test_only_the_primary_scale_is_carried(rows: CareRows) -> None:
    released = sample.tables()["presence_contrast"].frame
    primary = released[(released["scale"] == "primary")]
    assert len(rows.tables["presence_contrast"]) == len(primary) < len(released)


def test_a_silent_row_carries_no_number_but_how_many_were_treated_and_asked(rows: CareRows) -> None:
    silent = {name: [row for row in found if row.get("evidence") in SILENT] for name, found in rows.tables.items()}
    # Figures stand in the released row, and not on the page.
    released = sample.tables()["safety_by_route"].frame
    assert released[released["evidence"] == "not_enough"]["events_n"].notna().any()
    assert all(silent[name] for name in TABLES if "evidence" in TABLES[name].codes)
    told = {
        name: {column for row in found for column in TABLES[name].numbers if row[column] is not None}
        for name, found in silent.items()
    }
    shown = {
        "care_pathway": {"of_n", "recorded_n", "not_recorded_n", "recorded_pct"},
        "safety_by_route": {"patients_treated_n", "sessions_n", "sessions_assessed_n", "assessed_pct", *UNMATCHED},
        "vitals_by_route": {"sessions_n", "n", "recorded_pct", "limit_value"},
        "route_profile": {"of_n", "n", "recorded_pct", "published_low", "published_high"},
    }
    for name, columns in told.items():
        ladder = {"n_started", "n_due", "n_baseline", "n_analysed", "followup_pct"}
        assert columns <= shown.get(name, ladder), name


def test_a_withheld_row_carries_no_count_either(rows: CareRows) -> None:
    published = {"limit_value", "published_low", "published_high"}
    for name, found in rows.tables.items():
        withheld = [row for row in found if row.get("evidence") == "withheld"]
        kept = {column for row in withheld for column in TABLES[name].numbers if row[column] is not None}
        assert kept <= published, name


def test_what_has_no_record_is_the_difference_of_the_released_counts(rows: CareRows) -> None:
    frame = sample.tables()["care_pathway"].frame
    released = frame[(frame["clinic_id"] == "all") & (frame["condition"] == "ptsd") & (frame["route"] == "im")]
    expected = dict(zip(released["step"], released["of_n"] - released["recorded_n"], strict=True))
    found = rows.chosen(ListOf("care_pathway"), Filters(condition="ptsd", route="im"))
    assert {row["step"]: row["not_recorded_n"] for row in found} == expected
    withheld = rows.chosen(ListOf("care_pathway"), Filters(clinic="gamma", condition="ptsd"))
    assert {row["not_recorded_n"] for row in withheld} == {None}


# ---- the page as delivered ----


def test_a_page_has_every_section_whose_table_is_there(delivered: CarriedPage) -> None:
    names = ["pathway", "safety", "events", "vitals", "route-profile", "adjusting", "published"]
    contrasts = ["by-sessions", "by-integration", "by-presence", "balance", "benchmarks"]
    assert [section.id for section in delivered.sections] == [*names, *contrasts]
    assert all(section.empty == "" and section.table.rows for section in delivered.sections)
    # The published results of other people say nothing of one clinic.
    assert [section.id for section in care_page(page("alpha")).sections] == [*names, *contrasts[:-1]]
    without = page()
    tables = {name: table for name, table in without.tables.items() if name != "vitals_by_route"}
    assert "vitals" not in [section.id for section in care_page(replace(without, tables=tables)).sections]


def test_a_release_without_these_tables_has_a_page_that_says_so() -> None:
    only = {name: table for name, table in sample.tables({"alpha": 6.0}).items() if name not in TABLES}
    found = care_page(Page(only, sample.about(), WORDS, Scope()))
    assert found.empty == WORDS.say("empty.no_data") and found.sections == () and found.data is None


def test_the_filters_offer_what_the_networks_own_rows_hold(delivered: CarriedPage) -> None:
    offered = {kind: [code for code, _ in found] for kind, found in delivered.choices.items()}
    assert offered == {
        "clinic": ["all", "alpha", "beta", "gamma"],
        "condition": ["all", "trd", "anxiety", "ptsd", "ocd", "addiction", "chronic_pain"],
        "route": ROUTES,
        "timepoint": ["end_of_induction", "month_3"],
    }
    assert "clinic" not in care_page(page("alpha")).choices


def test_a_condition_of_published_results_alone_is_not_offered(network: Page) -> None:
    studies = network.tables["benchmarks"]
    other = replace(studies, frame=studies.frame.assign(condition="mdd", route="sc"))
    found = care_page(replace(network, tables={**network.tables, "benchmarks": other})).choices
    assert "mdd" not in dict(found["condition"]) and "sc" not in dict(found["route"])


def test_the_tiles_say_the_figures_of_the_networks_rows(delivered: CarriedPage) -> None:
    frame = sample.tables()["safety_by_route"].frame.set_index(["clinic_id", "condition", "route", "event"])
    row = frame.loc[("all", "all", "all", "serious")]
    assert delivered.tiles[0].figure.text == f"{row['sessions_n']:,.0f}"
    assert delivered.tiles[4].figure.text == f"{row['rate_per_100']:.2f}"
    assert f"{row['patients_with_event_n']:,.0f} of {row['patients_n']:,.0f} people" in delivered.tiles[4].small
    # Of a group that there is none of, a tile still says what it would count.
    none = care_page(page("alpha"))
    assert all(tile.what for tile in none.tiles)


def test_a_step_without_minutes_still_has_its_share_in_words(network: Page) -> None:
    steps = network.tables["care_pathway"]
    untimed = replace(steps, frame=steps.frame.assign(median_minutes=None))
    found = care_page(replace(network, tables={**network.tables, "care_pathway": untimed})).sections[0]
    assert found.reading == care_page(network).sections[0].reading and "have no record" in found.reading


def test_a_withheld_rate_is_not_said_to_be_too_little_asked(network: Page, rows: CareRows) -> None:
    filters = Filters(clinic="beta", route="im")
    (row,) = rows.chosen(ListOf("safety_by_route", where={"event": "serious"}), filters)
    assert row["evidence"] != "not_enough" and "rate_per_100:withheld" in row["empty_because"]
    by_id = {section.id: section for section in declared(WORDS)}
    found = fill(by_id["safety"], rows, filters, Speaker(WORDS, names(network)))
    titles = {chart.id: chart.finding for chart in found.charts}
    assert titles["serious-event-by-route"] == "Serious events: no rate to show"


# ---- what the script is given ----


def declared_in(data: Any, *names: str) -> set[str]:
    """Every text under one of these names, anywhere in the data but in the specs of the charts."""
    if isinstance(data, dict):
        own = {str(value) for name, value in data.items() if name in names and isinstance(value, str) and value}
        return own.union(*(declared_in(value, *names) for name, value in data.items() if name != "spec"))
    if isinstance(data, list | tuple):
        return set().union(*(declared_in(value, *names) for value in data))
    return set()


@pytest.mark.parametrize("clinic", [ALL, "alpha"])
@pytest.mark.parametrize("made", [care_page, change_page, dashboard], ids=["care", "change", "dashboard"])
def test_every_template_that_a_phrase_can_say_goes_to_the_script(made: Any, clinic: str) -> None:
    data = json.loads(json.dumps(made(page(clinic)).data))
    of_the_page = [data[part] for part in ("sections", "tiles", "headline") if part in data]
    keys = declared_in(of_the_page, "key", "otherwise", "empty") | {data["shown"]}
    keys |= {f"state.{state}" for state in ("withheld", "too_few", "not_enough", "not_defined", "no_data", "imprecise")}
    scripts = "".join(sample_script(name) for name in ("sections.js", "care.js", "dashboard.js"))
    keys |= set(re.findall(r"""["']((?:filters|empty|file)\.[a-z_]+)["']""", scripts))
    assert len(keys) > 30 and keys <= set(data["words"])
    # Every place of a template that it can be filled with is named by the phrase.
    for phrase in phrases_of(of_the_page):
        assert set(re.findall(r"\{(\w+)\}", data["words"][phrase["key"]])) <= set(phrase["places"]), phrase["key"]


def sample_script(name: str) -> str:
    from reports import render

    return render.own_file(name)


def phrases_of(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, dict):
        own = [data] if {"key", "places"} <= set(data) else []
        return own + [each for name, value in data.items() if name != "spec" for each in phrases_of(value)]
    return [each for value in data for each in phrases_of(value)] if isinstance(data, list) else []


def test_every_column_a_phrase_names_is_carried_with_the_rows_it_speaks_of(delivered: CarriedPage) -> None:
    data = json.loads(json.dumps(delivered.data))
    summary = {"rows_n", "spoken_n", "better_n", "worse_n", "lowest", "highest"}
    for section in data["sections"]:
        told = {"rows": section["rows"]["table"], "subject": (section["subject"] or section["rows"])["table"]}
        columns = {
            part: {*data["tables"][name]["codes"], *data["tables"][name]["numbers"]} for part, name in told.items()
        }
        blank = set(data["filter_columns"].values())
        # A reading without a figure is always said, so nothing is said in its stead.
        figured = any(kind in FORMATS for kind, _ in section["reading"]["places"].values())
        silence = ("reading_of_silence",) if figured else ()
        for part in ("heading", "sentence", "reading", *silence):
            named = {column for _, column in section[part]["places"].values()}
            assert named <= columns["subject"] | summary | blank, (section["id"], part)
        for phrase in phrases_of([section["columns"], [chart["fields"] for chart in section["charts"]]]):
            assert {column for _, column in phrase["places"].values()} <= columns["rows"], (section["id"], phrase)


def test_every_code_of_a_row_has_a_name(delivered: CarriedPage) -> None:
    data = delivered.data
    assert data is not None
    kinds = {
        kind
        for phrase in phrases_of(json.loads(json.dumps([data["sections"], data["tiles"]])))
        for kind, _ in phrase["places"].values()
    }
    named = {"step": "care_step", "unit": "counted", "clinic_id": "clinic"}
    for name, table in data["tables"].items():
        for column, packed in table["codes"].items():
            kind = named.get(column, column)
            if kind in kinds and kind in data["names"] and not (name != "care_pathway" and column == "unit"):
                # A published result may be of another measure than those of sessions.
                kind = "published_measure" if (name, column) == ("benchmarks", "measure") else kind
                assert set(packed["levels"]) <= set(data["names"][kind]), (name, column)


def test_the_tiles_are_of_tables_that_are_carried() -> None:
    assert {tile.subject.table for tile in tiles() if tile.subject} <= set(TABLES)
