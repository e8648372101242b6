"""What came in, in words: one home with every kind of delivery; the page and `kap receipts` say the same of each.

Behind `make faults`: in `make test` the sentences are worked out in tests/unit/reports/test_deliveries_in_words.py, and
test_what_leaves.py reads the command.
"""

from __future__ import annotations

import html
import json
import re
from datetime import date
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.intake.receipts import read_receipts
from tests.home_tools import content_of, deliver, judge_and_publish, kap, patients, run_steps, sessions

pytestmark = pytest.mark.long

WHY = "sent by mistake from the test system"
# Below, with 10 patients of 4 sessions each. {day} is the day on which each came.
SAID = {
    1: "40 sessions came on {day}: all taken in.",
    2: "40 sessions came on {day}: all taken in.",
    # p01, p02 and half of p03 again; a new day of everybody; a route that is none. p01, who withdrew: 4 + 1 rows.
    3: "21 sessions came on {day}: 10 sound, 1 set aside, 10 repeated. 5 are of people who withdrew, and count "
    "nowhere. A person took it out: no figure rests on it. Why lies in reviews/receipts/ in the home folder and is "
    "never shown.",
    4: "1 withdrawal came on {day}: all taken in.",
    # 31 of 40: the nine that are gone are over a fifth, so a person had to confirm them.
    5: "31 sessions came on {day}: 31 repeated. 9 earlier rows are not in this whole export, so they count no longer. "
    "A person confirmed what it takes out. Why lies in reviews/receipts/ in the home folder and is never shown.",
    6: "10 sessions came on {day}: 10 set aside. It was blocked, and a corrected delivery has replaced it: no figure "
    "rests on it.",
    # p01's session of that day is sound, and does not count.
    7: "10 sessions came on {day}: all taken in. 1 is of a person who withdrew, and counts nowhere.",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home.open(tmp_path_factory.mktemp("receipts") / "home")
    own = patients(10)
    made.settings_file.write_text("[clinics.alder.targets]\ndelivery_days = 31\n")
    made.mapping_of("birch").write_text("mapping_version: 1\ndelivery: snapshot\n")
    deliver(made, "alder", "sessions.csv", sessions(own))
    deliver(made, "birch", "sessions.csv", sessions(own))
    judge_and_publish(made)
    flying = sessions(["p10"], days=(99,), route="flying")
    deliver(made, "alder", "later.csv", [*sessions(own)[:10], *sessions(own, days=(16,)), *flying])
    deliver(made, "alder", "left.csv", [{"patient_id": "p01"}])
    deliver(made, "birch", "part.csv", sessions(own)[:31])
    judge_and_publish(made)
    deliver(made, "alder", "new.csv", sessions(own, days=(30,), route="flying"))
    judge_and_publish(made)
    for action, receipt in (("retract", "3"), ("confirm", "5")):
        code, said = kap("receipts", action, receipt, "--why", WHY, "--home", str(made.root))
        assert code == 0, said
    deliver(made, "alder", "new.csv", sessions(own, days=(30,)))
    run_steps(made)
    return made


def expected(home: Home) -> dict[int, str]:
    days = {receipt.sequence: date.fromisoformat(receipt.received_at[:10]) for receipt in read_receipts(home.raw)}
    return {number: said.format(day=f"{days[number].day} {days[number]:%B %Y}") for number, said in SAID.items()}


def page(home: Home, path: str = "quality.html") -> str:
    text = re.sub(r"<[^>]+>", " ", (home.current / path).read_text(encoding="utf-8"))
    return " ".join(html.unescape(text).split())


def test_the_page_and_the_command_say_the_same_of_each_delivery(home: Home) -> None:
    code, said = kap("receipts", "list", "--home", str(home.root))
    assert code == 0
    told, shown = " ".join(said.split()), page(home)
    for number, sentence in expected(home).items():
        assert sentence in told, number
        assert sentence in shown, number
    assert kap("receipts", "--home", str(home.root)) == (0, said)
    assert WHY not in said and WHY not in shown


def test_every_delivery_adds_up_and_the_numbers_are_there_for_programs(home: Home) -> None:
    code, said = kap("receipts", "list", "--json", "--home", str(home.root))
    listed = json.loads(said)
    assert (code, listed["withdrawn_people"]) == (0, {"alder": 1})
    names = ("records", "accepted", "quarantined", "duplicate", "stale", "corrected", "withdrawn", "absent", "state")
    assert {row["receipt"]: tuple(row[name] for name in names) for row in listed["receipts"]} == {
        1: (40, 40, 0, 0, 0, 0, 0, 0, "published"),
        2: (40, 40, 0, 0, 0, 0, 0, 0, "published"),
        3: (21, 10, 1, 10, 0, 0, 5, 0, "retracted"),
        4: (1, 1, 0, 0, 0, 0, 0, 0, "published"),
        5: (31, 0, 0, 31, 0, 0, 0, 9, "published"),
        6: (10, 0, 10, 0, 0, 0, 0, 0, "superseded"),
        7: (10, 10, 0, 0, 0, 0, 1, 0, "published"),
    }
    assert all(row["adds_up"] and row["records"] == sum(row[name] for name in names[1:5]) for row in listed["receipts"])


def test_what_was_replaced_holds_no_clinic_and_one_person_who_withdrew_is_under_5(home: Home) -> None:
    shown = page(home)
    assert "Published, except" not in shown
    assert "counts anywhere: alder under 5." in shown
    assert "counts anywhere: alder" not in page(home, "clinics/birch/quality.html")
    assert "A delivery at least every 31 days" in page(home, "clinics/alder/quality.html")
    assert "A delivery at least every 31 days" not in page(home, "clinics/birch/quality.html")


def test_the_same_record_gives_the_same_bytes(home: Home) -> None:
    before = content_of(home.current)
    run_steps(home)
    assert content_of(home.current) == before


def test_verify_sees_a_reason_that_was_altered_or_removed(home: Home) -> None:
    def told() -> list[tuple[str, str]]:
        _, said = kap("verify", "--json", "--home", str(home.root))
        return [(problem["code"], problem["expected"]) for problem in json.loads(said)["problems"]]

    assert told() == []
    reasons: list[Path] = sorted((home.reviews / "receipts").iterdir())
    kept = {path: path.read_bytes() for path in reasons}
    numbers = {path: json.loads(content)["receipt"] for path, content in kept.items()}
    assert sorted(numbers.values()) == [3, 5]
    altered, removed = reasons
    altered.write_bytes(kept[altered].replace(b"mistake", b"purpose"))
    removed.unlink()
    assert sorted(told()) == sorted(
        ("KAP-L04", f"expected the reason of a decision about receipt {number} as it was given.")
        for number in numbers.values()
    )
    for path, content in kept.items():
        path.write_bytes(content)
    assert told() == []
