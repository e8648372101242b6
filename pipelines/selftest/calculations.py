"""By name, what the product computes for a published figure: its own functions, and cells of its own tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pandas as pd

from pipelines.outcomes import estimates
from pipelines.selftest.checks import Computed

# The PHQ-9's, of NHANES: people with a score of 10 or more count as depressed in NCHS Data Brief 303.
_CASE = 10
_ADULT_YEARS = 20
_ITEMS = 9
_SEX = MappingProxyType({"men": 1, "women": 2})


@dataclass(frozen=True)
class Ran:
    """What a run over the samples left behind.

    tables: released tables by name. phq9: the scored rows of NHANES with the age, sex and weight of the file beside
    them. empty_rows: rows without any record, by sample. outcomes: `received` or `refused`, by sample.
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    phq9: pd.DataFrame | None = None
    empty_rows: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)


Given = Mapping[str, Any]


def _numbers(values: Iterable[Any]) -> tuple[Computed, ...]:
    return tuple(float(value) for value in values)


ESTIMATES: Mapping[str, Callable[[Given], tuple[Computed, ...]]] = MappingProxyType(
    {
        "wilson": lambda given: _numbers(estimates.wilson(**given)),
        "newcombe_difference": lambda given: _numbers(estimates.newcombe_difference(**given)),
        "expected_regression_to_the_mean": lambda given: _numbers([estimates.expected_regression_to_the_mean(**given)]),
        "t_interval": lambda given: _numbers(estimates.t_interval(**given)),
        "hedges_j": lambda given: _numbers([estimates.hedges_g_av(1, 1, 1, **given)]),
        "hedges_g_av": lambda given: _numbers([estimates.hedges_g_av(**given)]),
        "reliable_change_index": lambda given: _numbers([estimates.reliable_change_index(**given)]),
    }
)


def cells(ran: Ran, given: Given) -> tuple[Computed, ...]:
    """The cells `columns` of each row of `table` that `row` names; a list in `row` names several rows, in its order."""
    frame = ran.tables[given["table"]]
    found: list[Any] = []
    for key in _keys(given["row"]):
        is_row = (frame[list(key)] == pd.Series(key)).all(axis=1)
        found += frame.loc[is_row, given["columns"]].to_numpy().ravel().tolist()
    return _numbers(found)


def _keys(row: Given) -> list[dict[str, Any]]:
    lengths = {len(value) for value in row.values() if isinstance(value, list)}
    return [
        {name: value[place] if isinstance(value, list) else value for name, value in row.items()}
        for place in range(max(lengths, default=1))
    ]


def _complete(phq9: pd.DataFrame | None) -> pd.DataFrame:
    """People with all nine answers."""
    assert phq9 is not None
    return phq9[phq9["items_used"] == _ITEMS]


def _adults(ran: Ran) -> pd.DataFrame:
    people = _complete(ran.phq9)
    return people[people["RIDAGEYR"] >= _ADULT_YEARS]


def adults_n(ran: Ran, given: Given) -> tuple[Computed, ...]:
    """Adults with all nine answers."""
    return (float(len(_adults(ran))),)


def prevalence_pct(ran: Ran, given: Given) -> tuple[Computed, ...]:
    """Percent of adults at 10 points or more, by the examination weights; of `sex` where it is given.

    The weights of two cycles are halved, as the survey's analytic guidelines ask.
    """
    adults = _adults(ran)
    if "sex" in given:
        adults = adults[adults["RIAGENDR"] == _SEX[given["sex"]]]
    weight = adults["WTMEC2YR"] / 2
    return (float(100 * weight[adults["score"] >= _CASE].sum() / weight.sum()),)


def cycle_scores(ran: Ran, given: Given) -> tuple[Computed, ...]:
    """Of a survey cycle, unweighted: people with all nine answers, their mean, and how many at 10 or more."""
    scores = _complete(ran.phq9).loc[lambda people: people["reference_group"] == given["cycle"], "score"]
    return float(len(scores)), float(scores.mean()), float((scores >= _CASE).sum())


def positive_safety_items(ran: Ran, given: Given) -> tuple[Computed, ...]:
    """Of a survey cycle: people whose answer to item 9 is above 0."""
    assert ran.phq9 is not None
    own = ran.phq9[ran.phq9["reference_group"] == given["cycle"]]
    return (float(own["safety_item_positive"].eq(True).sum()),)


def answered_items(ran: Ran, given: Given) -> tuple[Computed, ...]:
    """People by how the missing-item rule took them: prorated, too few answers for a score, no answer at all."""
    assert ran.phq9 is not None
    too_few = ran.phq9["why_absent"] == "too_many_items_missing"
    return float(ran.phq9["prorated"].sum()), float(too_few.sum()), float(ran.empty_rows["nhanes"])


def outcome(ran: Ran, given: Given) -> tuple[Computed, ...]:
    """What the door did with the file of `sample`."""
    return (ran.outcomes[given["sample"]],)


OF_SAMPLES: Mapping[str, Callable[[Ran, Given], tuple[Computed, ...]]] = MappingProxyType(
    {
        function.__name__: function
        for function in (
            *(cells, outcome),
            *(adults_n, prevalence_pct, cycle_scores, positive_safety_items, answered_items),
        )
    }
)
