"""Deliveries in words, when each clinic last delivered, what a page never says: worked out by hand."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date

import pytest

from pipelines.provenance.arrivals import ANY_TABLE, Arrival
from reports.about import Delivery
from reports.deliveries_in_words import not_judged, what_became
from reports.pages import build_clinic_site, build_site
from reports.sections import arrived, received
from reports.sections.parts import Page
from reports.words import words_of
from tests import released_sample as sample

SCORES = Delivery(
    "alpha", "scores.csv", "scores", 142, 130, 8, 3, 1, 0, "published", receipt=12, received_on=date(2026, 3, 3)
)
ALL_IN = replace(SCORES, records=1, accepted=1, quarantined=0, duplicate=0, stale=0)


@pytest.mark.parametrize(
    ("delivery", "said"),
    [
        (
            SCORES,
            "142 scores came on 3 March 2026: 130 taken in, 8 set aside, 3 repeated, 1 older than what stands.",
        ),
        (ALL_IN, "1 score came on 3 March 2026: all taken in."),
        (replace(ALL_IN, records=0, accepted=0), "0 scores came on 3 March 2026: the file holds no record."),
        (
            replace(ALL_IN, records=1200, accepted=1200, corrected=60, withdrawn=1, absent=1, is_confirmed=True),
            "1,200 scores came on 3 March 2026: all taken in. 60 corrected an older version. 1 is of a person who "
            "withdrew, and counts nowhere. 1 earlier row is not in this whole export, so it counts no longer. A person "
            "confirmed what it takes out. Why lies in reviews/receipts/ in the home folder and is never shown.",
        ),
        (
            replace(SCORES, state="blocked"),
            "142 scores came on 3 March 2026: 130 sound, 8 set aside, 3 repeated, 1 older than what stands. Blocked: "
            "no figure rests on it until a corrected file is delivered or a person decides.",
        ),
        (
            replace(ALL_IN, state="retracted"),
            "1 score came on 3 March 2026: all sound. A person took it out: no figure rests on it. Why lies in "
            "reviews/receipts/ in the home folder and is never shown.",
        ),
        (
            replace(ALL_IN, state="superseded"),
            "1 score came on 3 March 2026: all sound. It was blocked, and a corrected delivery has replaced it: no "
            "figure rests on it.",
        ),
        (
            replace(SCORES, accepted=129),
            "142 scores came on 3 March 2026: 129 taken in, 8 set aside, 3 repeated, 1 older than what stands. These "
            "do not add up to what came: tell whoever runs the pipeline.",
        ),
    ],
)
def test_a_delivery_in_words(delivery: Delivery, said: str) -> None:
    assert what_became(words_of(), delivery) == said


def test_what_no_rule_has_judged_is_said_to_wait() -> None:
    assert not_judged(words_of(), "contacts", 5, date(2026, 12, 31)) == (
        "5 contacts came on 31 December 2026: not judged yet."
    )


def test_the_page_lists_every_delivery_the_newest_first_and_where_its_rows_set_aside_are_listed() -> None:
    facts = sample.about(deliveries=(ALL_IN, replace(SCORES, receipt=14)), left_out=(replace(SCORES, receipt=13),))
    section = received.received(Page({}, facts, words_of()))
    assert section.table is not None
    assert [row[1].text for row in section.table.rows] == ["14", "13", "12"]
    assert [row[2].note for row in section.table.rows] == [
        "Which rows: quarantine/rows/alpha/receipt-000014/reasons.csv",
        "Which rows: quarantine/rows/alpha/receipt-000013/reasons.csv",
        "",
    ]
    # 130 + 1 of 142 + 1: what was taken out is no part of it.
    assert section.heading == "What came in, delivery by delivery: 131 of 143 records taken in"


def test_people_who_withdrew_are_counted_from_the_smallest_group_on_and_each_clinic_reads_of_its_own() -> None:
    facts = sample.about(withdrawn_people={"alpha": 7, "beta": None})
    tables = sample.tables()
    network = html.unescape(build_site(tables, facts)["quality.html"].decode())
    assert "counts anywhere: Alder House 7; Birch Street under 5." in network
    own = html.unescape(build_clinic_site(tables, facts, "beta")["quality.html"].decode())
    assert "counts anywhere: under 5." in own
    assert "Alder House" not in own


LATE = Arrival("alpha", ANY_TABLE, date(2026, 3, 8), 73, 3, 31.0, 31.0, "target")
ARRIVALS = (
    LATE,
    Arrival("alpha", "scores", date(2026, 3, 8), 73, 3, 30.5, 61.0, "usual"),
    Arrival("alpha", "withdrawals", date(2026, 4, 30), 20, 1, None, None, "as_needed"),
    Arrival("beta", ANY_TABLE, date(2026, 5, 20), 0, 4, 20.0, 40.0, "usual"),
    Arrival("gamma", ANY_TABLE, date(2026, 5, 1), 19, 2, None, None, "few"),
)


def test_last_deliveries_in_words_with_what_lateness_rests_on() -> None:
    section = arrived.arrived(Page({}, sample.about(arrivals=ARRIVALS), words_of()))
    assert section.heading == "When each clinic last delivered: 1 of 2 late, of 1 it cannot be said yet"
    assert "on 20 May 2026" in section.sentence
    assert section.table is not None
    assert [[" ".join(filter(None, (cell.text, cell.note))) for cell in row] for row in section.table.rows] == [
        ["Alder House", "Any table", "✕ late", "8 March 2026", "73", "3", "31", "31 the clinic's target"],
        ["Alder House", "Scores", "✕ late", "8 March 2026", "73", "3", "30.5", "61 twice the usual"],
        ["Alder House", "Withdrawals", "– comes when somebody withdraws", "30 April 2026", "20", "1",
         "too few", "not defined"],
        ["Birch Street", "Any table", "✓ in time", "20 May 2026", "0", "4", "20", "40 twice the usual"],
        ["Cedar Rooms", "Any table", "– cannot be said: fewer than 3 delivery days", "1 May 2026", "19", "2",
         "too few", "too few"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arrival", "heading"),
    [
        (LATE, "When this clinic last delivered: it is late"),
        (replace(LATE, days_before_newest=31), "When this clinic last delivered: it is in time"),
        (
            replace(LATE, late_after_days=None, basis="alone"),
            "When this clinic last delivered: whether it is late cannot be said yet",
        ),
    ],
)
def test_a_clinic_reads_of_its_own_deliveries_alone(arrival: Arrival, heading: str) -> None:
    facts = sample.about(arrivals=(arrival, *ARRIVALS[1:]))
    page = html.unescape(build_clinic_site(sample.tables(), facts, "alpha")["quality.html"].decode())
    assert heading in page
    assert not re.search("Birch Street|Cedar Rooms|beta|gamma", page)


def test_a_page_says_no_time_of_day_and_is_the_same_bytes_again() -> None:
    facts = sample.about(arrivals=ARRIVALS, deliveries=(SCORES,), targets={"alpha": {"delivery_days": 31.0}})
    facts = replace(facts, clinics={"alpha": "Alder House"})
    first, second = (build_site(sample.tables(), facts)["quality.html"] for _ in range(2))
    assert first == second
    # The drawing library in the page's scripts has dates of its own.
    assert not re.search(rb"T\d\d:\d\d", re.sub(rb"(?s)<script>.*?</script>", b"", first))
