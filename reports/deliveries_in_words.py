"""One delivery in words: what came, and what became of it. The pages and `kap receipts` say the same."""

from __future__ import annotations

from datetime import date

from reports import figures
from reports.about import Delivery
from reports.words import Words

# What became of the records of a file, in the order in which it is said; what is 0 is not.
PARTS = ("accepted", "quarantined", "duplicate", "stale")
BESIDE = ("corrected", "withdrawn", "absent")


def what_became(words: Words, delivery: Delivery) -> str:
    """`142 scores came on 3 March 2026: 130 taken in, 8 set aside, 3 repeated, 1 older than what stands.`

    What is beside that sum, and where the delivery stands if no figure rests on it, follow in sentences of their own.
    """
    return " ".join([_sum(words, delivery), *_beside(words, delivery), *_standing(words, delivery)])


def not_judged(words: Words, table: str, records: int, received_on: date | None) -> str:
    """What came, of a delivery that no rule has judged."""
    return words.say("received.unjudged", came=what_came(words, table, records, received_on))


def what_came(words: Words, table: str, records: int, received_on: date | None) -> str:
    """`142 scores came on 3 March 2026`, without a full stop."""
    known = f"delivered.{table}" in words.sentences
    what = _counted(words, f"delivered.{table}" if known else "delivered.any", records)
    return words.say("received.came_some_day", what=what) if received_on is None else _on(words, what, received_on)


def day(words: Words, given: date) -> str:
    """`3 March 2026`"""
    return words.say("received.day", day=given.day, month=words.say(f"month.{given.month}"), year=given.year)


def _on(words: Words, what: str, received_on: date) -> str:
    return words.say("received.came", what=what, day=day(words, received_on))


def _sum(words: Words, delivery: Delivery) -> str:
    came = what_came(words, delivery.table, delivery.records, delivery.received_on)
    if delivery.records == 0:
        return words.say("received.sum_of_nothing", came=came)
    if not delivery.adds_up:
        return words.say("received.wrong_sum", came=came, parts=_parts(words, delivery))
    if delivery.accepted == delivery.records:
        return words.say("received.sum", came=came, parts=words.say(_key("received.all", delivery)))
    return words.say("received.sum", came=came, parts=_parts(words, delivery))


def _parts(words: Words, delivery: Delivery) -> str:
    told = {name: n for name in PARTS if (n := getattr(delivery, name))}
    keys = {"accepted": _key("received.accepted", delivery)}
    said = [words.say(keys.get(name, f"received.{name}"), n=figures.count(n)) for name, n in told.items()]
    return ", ".join(said) or words.say("received.none")


def _key(key: str, delivery: Delivery) -> str:
    """What is sound in a delivery on which no figure rests was not taken in."""
    return key if delivery.state == "published" else f"{key}_sound"


def _beside(words: Words, delivery: Delivery) -> list[str]:
    told = {name: n for name in BESIDE if (n := getattr(delivery, name))}
    # A delivery on which no figure rests changes nothing that stands.
    changes = {} if delivery.state == "published" else {name: f"{name}_kept" for name in ("corrected", "absent")}
    return [_counted(words, f"received.{changes.get(name, name)}", n) for name, n in told.items()]


def _standing(words: Words, delivery: Delivery) -> list[str]:
    stands = [] if delivery.state == "published" else [words.say(f"received.{delivery.state}")]
    return [*stands, *([words.say("received.confirmed")] if delivery.is_confirmed else [])]


def _counted(words: Words, key: str, n: int) -> str:
    return words.say(f"{key}_one" if n == 1 else key, n=figures.count(n))
