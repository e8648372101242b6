"""What holds for the score of any answers to any instrument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from pipelines.instruments.catalogue import Catalogue, load_catalogue
from pipelines.instruments.model import Items, Scale
from tests.score_rows import answers, row, scored

CATALOGUE = load_catalogue()
# What is summed or averaged; levels, verdicts and delivered scores have worked examples (tests/spec).
SCALE_IDS = sorted(scale.id for scale in CATALOGUE.scales.values() if scale.scoring.combine in ("sum", "mean"))
Form = dict[str, Any]


@st.composite
def forms(draw: st.DrawFn, blank: bool = True, plain: bool = False) -> Form:
    """A delivered row of any scale: each item within its range or, if `blank`, now and then not answered.

    `plain`: of a scale whose items all count upwards and take every answer of their range.
    """
    scale = draw(st.sampled_from([scale for scale in SCALE_IDS if not plain or _is_plain(scale)]))
    items = CATALOGUE.instrument_of(scale).items
    limits = items.limits
    # 0 to 59 is answer 0 to 5 ... of the item's range, by remainder; the few numbers above are blanks.
    drawn = draw(st.lists(st.integers(0, 59 + 3 * blank), min_size=len(limits), max_size=len(limits)))
    chosen = [
        None if number > 59 else int(legal[number % len(legal)])
        for number, legal in zip(drawn, _legal(items), strict=True)
    ]
    return row(scale, **answers(*chosen))


def _legal(items: Items) -> list[Sequence[float]]:
    """The answers each item takes."""
    return [
        items.legal.get(number, range(int(low), int(high) + 1)) for number, (low, high) in enumerate(items.limits, 1)
    ]


def _is_plain(scale: str) -> bool:
    items = CATALOGUE.instrument_of(scale).items
    return not items.reversed and not items.legal


def _own(frame: pd.DataFrame) -> pd.DataFrame:
    """The scores of the delivered ids, without the parts that a form gives beside them."""
    return frame[frame["scale"] == frame["source_scale"]].reset_index(drop=True)


def _answers(form: Form) -> list[int | None]:
    return [form[f"item_{number:02d}"] for number in range(1, len(_limits(form)) + 1)]


def _limits(form: Form) -> Sequence[tuple[float, float]]:
    return CATALOGUE.instrument_of(form["scale"]).items.limits


def _by_hand(scale: Scale, given_answers: list[int | None]) -> Fraction | None:
    """The score by the rules as published, in exact fractions: the twin of scoring.sql. None = absent."""
    items = CATALOGUE.instrument_of(scale.id).items
    given_answers = [
        int(low + high - answer) if number in items.reversed and answer is not None else answer
        for number, (answer, (low, high)) in enumerate(zip(given_answers, items.limits, strict=True), 1)
    ]
    groups = [
        [given_answers[number - 1] for number in group if given_answers[number - 1] is not None]
        for group in scale.groups(len(given_answers))
    ]
    points = [max(answer for answer in group if answer is not None) for group in groups if group]
    missing = len(groups) - len(points)
    if not points or missing > scale.missing.max_missing:
        return None
    if scale.scoring.combine == "mean":
        return Fraction(sum(points), len(points))
    total = Fraction(sum(points) * len(groups), len(points))
    # Adding a half and cutting off rounds half away from zero, since no score is negative.
    return (
        Fraction(int(total + Fraction(1, 2))) * int(scale.scoring.factor)
        if missing
        else total * int(scale.scoring.factor)
    )


@given(st.lists(forms(), min_size=1, max_size=12))
def test_a_score_is_the_one_worked_out_by_hand_or_says_why_it_is_absent(rows: list[Form]) -> None:
    frame = _own(scored(rows))
    assert len(frame) == len(rows)
    for form, found in zip(rows, frame.itertuples(), strict=True):
        scale = CATALOGUE.scales[form["scale"]]
        expected = _by_hand(scale, _answers(form))
        if expected is None:
            assert found.score != found.score
            assert found.why_absent in ("too_many_items_missing", "no_answers")
        else:
            assert found.score == round(float(expected), 6)
            assert scale.scoring.minimum <= found.score <= scale.scoring.maximum
            if not found.prorated or scale.scoring.combine == "sum":
                assert abs(expected / Fraction(scale.scoring.step).limit_denominator(9) % 1) == 0


@given(st.lists(st.tuples(forms(blank=False, plain=True), st.integers(0, 29)), min_size=1, max_size=12))
def test_a_worse_answer_never_gives_a_better_score(cases: list[tuple[Form, int]]) -> None:
    # A higher answer never lowers the score; whether higher is better is the direction, which scoring leaves alone.
    raised = []
    for form, place in cases:
        number = place % len(_limits(form)) + 1
        name = f"item_{number:02d}"
        raised.append({**form, name: min(form[name] + 1, _limits(form)[number - 1][1])})
    # Scored together: scoring defines the whole catalogue each time.
    points = _own(scored([*raised, *(form for form, _ in cases)]))["score"].tolist()
    assert all(worse >= better for worse, better in zip(points[: len(cases)], points[len(cases) :], strict=True))


@given(st.lists(forms(), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[Form], random: Any) -> None:
    order = list(range(len(rows)))
    random.shuffle(order)
    assert scored(rows).equals(scored(rows, shuffled=order))


@given(forms(), st.integers(0, 80))
def test_a_stored_total_beside_an_answer_changes_nothing(form: Form, total: int) -> None:
    first = CATALOGUE.scales[form["scale"]].groups(len(_limits(form)))[0][0]
    answered = {**form, f"item_{first:02d}": _limits(form)[first - 1][0]}
    found = scored([answered, {**answered, "total": total}])
    without, beside = (own.drop(columns="row_number").reset_index(drop=True) for _, own in found.groupby("row_number"))
    assert without.equals(beside)


@given(forms(), st.sets(st.integers(0, 29)))
def test_reversing_an_answer_and_its_item_gives_the_same_score(form: Form, places: set[int]) -> None:
    instrument = CATALOGUE.instrument_of(form["scale"])
    numbers = {place % len(_limits(form)) + 1 for place in places}
    turned = [
        low + high - answer if number in numbers and answer is not None else answer
        for number, (answer, (low, high)) in enumerate(zip(_answers(form), _limits(form), strict=True), 1)
    ]
    turning = tuple(sorted(numbers ^ set(instrument.items.reversed)))
    reversing = Catalogue(
        MappingProxyType({instrument.id: replace(instrument, items=replace(instrument.items, reversed=turning))})
    )
    plain, twice = scored([form]), scored([row(form["scale"], **answers(*turned))], catalogue=reversing)
    assert plain["score"].equals(twice["score"])
