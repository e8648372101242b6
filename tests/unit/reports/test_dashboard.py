"""The dashboard: what a phrase says of a row, which rows a choice of filters shows, what a page carries."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from reports import figures
from reports.dashboard import dashboard
from reports.dashboard_rows import DashboardRows, Filters, dashboard_rows, ends, steps_of, summary
from reports.packed import carried, packed
from reports.pages import build_site
from reports.phrases import Phrase, Speaker, count, label, plain, rate, share
from reports.released_rows import Scope
from reports.sections.parts import Page
from reports.words import words_of
from tests import released_sample as sample
from tests.released_outcome import LADDER, OUTCOMES

KEYS = ["clinic_id", "condition", "route", "scale", "timepoint"]
WORDS = words_of()
SPEAKER = Speaker(WORDS, {"condition": {"ptsd": "PTSD"}, "state": WORDS.names("state")})
ROW: dict[str, Any] = {
    "condition": "ptsd",
    "evidence": "reportable",
    "empty_because": "remission_pct:not_defined",
    "n_started": 6210,
    "response_pct": 51.9914,
    "response_ci_low": 50.62,
    "response_ci_high": 53.358,
    "response_n": 2663,
    "response_of_n": 5122,
    "remission_pct": None,
}


def page(tables: dict[str, Any] | None = None, clinic: str = "all", **about: Any) -> Page:
    return Page(tables or sample.tables(), sample.about(**about), WORDS, Scope(clinic))


@pytest.fixture(scope="module")
def rows() -> DashboardRows:
    return dashboard_rows(page())


def test_a_rate_is_said_with_its_interval_numerator_and_denominator() -> None:
    assert SPEAKER.cell(rate("response"), ROW).text == "52 of 100 (51 to 53), 2,663 of 5,122"
    assert SPEAKER.cell(count("n_started"), ROW).text == "6,210"
    assert SPEAKER.cell(label("condition"), ROW).text == "PTSD"


@pytest.mark.parametrize(
    ("phrase", "changes", "text", "mark"),
    [
        (rate("remission"), {}, "not defined", "not_defined"),
        (rate("response"), {"evidence": "not_enough"}, "not enough to say", "not_enough"),
        (rate("response"), {"evidence": "withheld"}, "withheld", "withheld"),
        (rate("response"), {"evidence": "imprecise"}, "52 of 100 (51 to 53), 2,663 of 5,122", "imprecise"),
        (rate("response"), {"response_n": None}, "no data", "no_data"),
        (share("response_pct"), {"evidence": "not_enough"}, "not enough to say", "not_enough"),
        # A count is shown however weak the evidence is; a blank group says nothing at all.
        (count("n_started"), {"evidence": "not_enough"}, "6,210", ""),
        (rate("response"), {"evidence": "none", "response_pct": None}, "", ""),
        (
            plain("count", "n_started"),
            {"n_started": None, "empty_because": "n_started:withheld"},
            "withheld",
            "withheld",
        ),
    ],
)
def test_a_cell_says_the_figure_or_why_it_is_not_there(
    phrase: Phrase, changes: dict[str, Any], text: str, mark: str
) -> None:
    said = SPEAKER.cell(phrase, ROW | changes)
    assert (said.text, said.mark) == (text, mark)


def test_a_sentence_whose_figure_is_not_shown_is_left_out_or_replaced() -> None:
    said = rate("response", "know.worse")
    assert SPEAKER.sentence(said, ROW).startswith("Reliably worse than at their baseline: 2,663 of 5,122")
    assert SPEAKER.sentence(said, ROW | {"evidence": "not_enough"}) == ""
    assert SPEAKER.sentence(replace(said, otherwise="bounds.heading"), None) == WORDS.say("bounds.heading")


def codes(found: list[Any], name: str) -> list[str]:
    return [row[name] for row in found]


def test_a_list_holds_all_first_and_then_the_groups_in_the_order_of_the_contract(rows: DashboardRows) -> None:
    conditions = ["trd", "anxiety", "ptsd", "ocd", "addiction", "chronic_pain"]
    routes = ["iv", "im", "intranasal", "sublingual"]
    assert codes(rows.chosen("by_condition", Filters()), "condition") == ["all", *conditions]
    assert codes(rows.chosen("by_route", Filters()), "route") == ["all", *routes]
    assert codes(rows.chosen("by_route", Filters(route="im")), "route") == ["all", "im"]
    of_ptsd = rows.chosen("by_route", Filters(condition="ptsd"))
    assert set(codes(of_ptsd, "condition")) == {"ptsd"} and codes(of_ptsd, "route") == ["all", *routes]


def test_the_grid_has_a_blank_where_nobody_was_treated(rows: DashboardRows) -> None:
    cells = rows.chosen("grid", Filters())
    assert len(cells) == 24
    blank = {(row["condition"], row["route"]) for row in cells if row["evidence"] == "none"}
    assert blank == {("ocd", "intranasal"), ("addiction", "im")}


def test_change_is_on_the_main_scale_of_the_condition_or_on_the_chosen_one(rows: DashboardRows) -> None:
    assert set(codes(rows.chosen("routes_of_condition", Filters(), "ptsd"), "scale")) == {"pcl5"}
    assert rows.chosen("routes_of_condition", Filters(scale="phq9"), "ptsd") == []
    assert set(codes(rows.chosen("routes_of_condition", Filters(scale="phq9"), "trd"), "scale")) == {"phq9"}


def test_a_network_page_carries_the_margins_of_a_clinic_and_no_group_of_it(rows: DashboardRows) -> None:
    assert rows.chosen("by_route", Filters(clinic="alpha")) and rows.chosen("by_condition", Filters(clinic="alpha"))
    assert all(row["evidence"] == "none" for row in rows.chosen("grid", Filters(clinic="alpha")))
    assert not [key for key in rows.outcomes if key[0] != "all" and "all" not in key[1:3]]
    own = dashboard_rows(page(sample.tables({"alpha": 20.0}), "alpha"))
    assert any("all" not in key[1:3] for key in own.outcomes) and {key[0] for key in own.outcomes} == {"alpha"}


def test_a_clinic_without_a_row_is_still_listed() -> None:
    found = dashboard_rows(page(sample.tables({"alpha": 20.0}), clinics={"alpha": "Alder", "gone": "Gone"}))
    listed = found.chosen("clinics", Filters())
    assert [(row["clinic_id"], row["evidence"] == "no_data") for row in listed] == [("alpha", False), ("gone", True)]


def test_the_derived_numbers_are_the_differences_of_the_ladder(rows: DashboardRows) -> None:
    released = sample.tables()["outcomes_by_route_condition"].frame.set_index(KEYS)
    expected = released.loc[("all", "ptsd", "im", "primary", "month_3")]
    row = rows.row(Filters(condition="ptsd", route="im", timepoint="month_3"))
    assert row is not None
    assert row["missed_n"] == expected["n_due"] - expected["n_analysed"]
    assert row["lost_n_baseline"] == expected["n_due"] - expected["n_baseline"]
    assert row["lost_n_baseline_pct"] == pytest.approx(100 * row["lost_n_baseline"] / expected["n_due"], abs=1e-4)
    steps = steps_of(row)
    assert [step["people"] for step in steps] == [expected[name] for name in LADDER]
    assert SPEAKER.cell(plain("count", "lost"), steps[0]).text == ""


def test_a_summary_leaves_out_the_total_and_what_is_not_shown() -> None:
    def one(route: str, pct: float | None, evidence: str, direction: str) -> dict[str, Any]:
        return {"route": route, "response_pct": pct, "evidence": evidence, "direction": direction, "empty_because": ""}

    listed = [
        one("all", 99.0, "reportable", "worse"),
        one("iv", 40.0, "reportable", "better"),
        one("im", 60.0, "imprecise", "none"),
        one("oral", 5.0, "not_enough", "better"),
        one("sc", None, "reportable", ""),
    ]
    assert summary(listed, "response_pct", "route") == {
        "rows_n": 4,
        "spoken_n": 2,
        "lowest": 40.0,
        "highest": 60.0,
        "better_n": 1,
        "worse_n": 0,
    }
    one_speaks = summary(listed[:2], "response_pct", "route")
    assert (one_speaks["spoken_n"], one_speaks["lowest"]) == (1, None)
    assert summary(listed[3:], "response_pct", "route")["spoken_n"] is None


@pytest.mark.parametrize(
    ("value", "read", "text"),
    [
        (17.499999, figures.share, "17.49"),
        (10.49999, figures.share, "10.49"),
        (10.5, figures.share, "10.5"),
        (0.4999, figures.share, "0.49"),
        (99.5001, figures.share, "99.5"),
        (5.249988, figures.mean, "5.24"),
        (-5.25, figures.mean, "-5.25"),
        (1.134997, figures.effect, "1.134"),
        (0.0, figures.mean, "0"),
    ],
)
def test_a_number_on_the_page_reads_as_the_table_reads(value: float, read: Callable[[float], str], text: str) -> None:
    assert carried(value, 3 if read is figures.effect else 2, read) == text
    assert read(float(text)) == read(value)


def test_the_worst_condition_is_named_with_its_figures(rows: DashboardRows) -> None:
    total = rows.row(Filters())
    assert total is not None
    singles = [row for row in rows.chosen("by_condition", Filters()) if row["condition"] != "all"]
    worst = max(singles, key=lambda row: row["reliable_deterioration_pct"] or 0)
    assert total["worst_condition"] == worst["condition"] and total["worst_n"] == worst["reliable_deterioration_n"]


def test_a_silent_row_carries_no_figure_that_the_page_does_not_show(rows: DashboardRows) -> None:
    silent = [row for row in rows.outcomes.values() if row["evidence"] in ("not_enough", "withheld")]
    assert silent
    assert all(row[f"{rate}_{part}"] is None for row in silent for rate in OUTCOMES for part in ("n", "pct"))


def test_a_blocked_clinic_is_named_and_listed_as_blocked() -> None:
    about = {"clinics": {"alpha": "Alder House", "beta": "Birch Street"}}
    shown = dashboard(page(sample.tables({"alpha": 20.0}), **about))
    assert "Birch Street" in shown.blocked and shown.clinics is not None
    assert [line[-1].text == "blocked" for line in shown.clinics.table.rows] == [False, True]


def test_the_ends_of_a_course_are_its_first_and_last_means() -> None:
    course = [
        {"position": 1, "n": 40, "mean": 17.0},
        {"position": 2, "n": 8, "mean": None},
        {"position": 3, "n": 20, "mean": 11.5},
        {"position": 4, "n": 3, "mean": None},
    ]
    assert {k: v for k, v in ends(course, 20).items() if k.startswith("last")} == {
        "last_position": 3,
        "last_n": 20,
        "last_mean": 11.5,
    }
    # A last point of few people is no finding, unless there is none of more.
    few = [*course, {"position": 5, "n": 9, "mean": 20.0}]
    assert ends(few, 20)["last_position"] == 3 and ends([few[0], few[4]], 20)["last_position"] == 5
    assert ends(course[:2], 20)["first_mean"] is None


def test_packed_rows_come_back_as_they_were() -> None:
    table = [
        {"clinic_id": "b", "n": 3, "pct": 12.5},
        {"clinic_id": "a", "n": None, "pct": 0.0},
        {"clinic_id": "b", "n": 1200, "pct": None},
    ]
    data = json.loads(json.dumps(packed(table, ("clinic_id",), ("n", "pct"))))
    levels, places = data["codes"]["clinic_id"]["levels"], data["codes"]["clinic_id"]["places"].split(",")
    numbers = {name: [float(t) if t else None for t in text.split(",")] for name, text in data["numbers"].items()}
    read = [
        {"clinic_id": levels[int(places[i])], "n": numbers["n"][i], "pct": numbers["pct"][i]} for i in range(data["n"])
    ]
    assert read == table


def test_the_first_screen_says_the_figures_of_the_networks_row() -> None:
    shown = dashboard(page())
    row = (
        sample.tables()["outcomes_by_route_condition"]
        .frame.set_index(KEYS)
        .loc[("all", "all", "all", "primary", "end_of_induction")]
    )
    part, whole = row["reliable_deterioration_n"], row["reliable_deterioration_of_n"]
    assert shown.tiles[0].figure.text == f"{row['n_started']:,.0f}"
    assert shown.tiles[1].small == f"{row['n_analysed']:,.0f} of {row['n_due']:,.0f}"
    assert shown.tiles[5].small.endswith(f"{part:,.0f} of {whole:,.0f}")
    assert "not measured" in shown.to_know[0]


def test_the_first_page_does_not_grow_with_the_patients() -> None:
    few, many = (
        build_site(sample.tables({"alpha": size, "beta": size / 2}), sample.about(clinics={}))["index.html"]
        for size in (20.0, 2000.0)
    )
    assert abs(len(many) - len(few)) < 0.10 * len(few)


def test_a_clinic_blocked_from_the_start_has_an_empty_page_and_a_link_to_what_became_of_its_files() -> None:
    # Of the sample's deliveries that of beta is blocked.
    site = build_site(sample.tables({"alpha": 6.0}), sample.about())
    text = html.unescape(site["clinics/beta/index.html"].decode())
    assert WORDS.say("empty.blocked") in text and 'href="quality.html"' in text
    assert 'data-ready="true"' in text and not re.search(r'<form id="filters"', text)


def test_every_column_a_phrase_names_is_carried_by_the_page() -> None:
    data = dashboard(page()).data
    assert data is not None
    carried = {
        *data["outcomes"]["codes"],
        *data["outcomes"]["numbers"],
        *data["course"]["codes"],
        *data["course"]["numbers"],
        *(name for table in data["tables"].values() for name in (*table["codes"], *table["numbers"])),
    }
    made = {"lowest", "highest", "rows_n", "spoken_n", "better_n", "worse_n", "step", "people", "lost", "lost_pct"}
    made |= {f"{end}_{name}" for end in ("first", "last") for name in ("position", "n", "mean")}
    named = set(re.findall(r'\["[a-z_]+", "([a-z_]+)"\]', json.dumps([data["sections"], data["headline"]])))
    assert named and named <= carried | made


def test_every_sentence_a_phrase_names_is_carried_by_the_page() -> None:
    data = dashboard(page()).data
    assert data is not None
    told = json.dumps([{k: v for k, v in section.items() if k != "charts"} for section in data["sections"]])
    told += json.dumps([[c["finding"], c["fields"]] for s in data["sections"] for c in s["charts"]]) + json.dumps(
        data["headline"]
    )
    keys = set(re.findall(r'"(?:key|otherwise|empty)": "([a-z_0-9.]+)"', told))
    assert keys and keys <= set(data["words"])
    assert not [text for text in data["words"].values() if "{smallest" in text]
