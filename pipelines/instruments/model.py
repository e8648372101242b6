"""What the catalogue knows of an instrument: frozen values, every rule with the source it comes from.

An `Instrument` is a form a patient or clinician fills in. A `Scale` is what is scored from it and compared over time:
most forms give one scale of the same id, the BAM gives three, the PCL-5 its total and its parts. No item text anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from pipelines.instruments.cited import STRICT, Cited, Number, Text
from pipelines.instruments.forms import FormWord, RawForm, VersionGuard
from pipelines.vocabulary import OWN_FORM

# acute_effect: a state during or right after a session, neither better nor worse.
Direction = Literal["lower_is_better", "higher_is_better", "acute_effect"]
# outcome: followed over time. part: of another scale of the form. screen: taken once, at the start. acute: of one
# session. change: is itself a change since the start. category: a level or a verdict, never averaged.
Role = Literal["outcome", "part", "screen", "acute", "change", "category"]
# Why nothing can be scored from the answers of a form; a delivered score is then the only one.
NotFromItems = Literal["table_not_licensed", "items_not_assigned", "no_answers"]
Comparison = Literal["<", "<=", ">", ">="]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Skip:
    """`items` are not asked after the lowest answer to item `after`; unanswered, they then count as their lowest."""

    after: int
    items: tuple[int, ...]

    def __str__(self) -> str:
        return f"{_listed(self.items)} after the lowest answer to {self.after}"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Items(Cited):
    """The form's items, numbered from 1. Either one `range` for all or `ranges`, one per item; answers are whole.

    `legal`: the only answers an item takes, where they are not all of its range. `skips`: items left out by design.
    """

    count: int
    range: tuple[float, float] | None = None
    ranges: tuple[tuple[float, float], ...] | None = None
    reversed: tuple[int, ...] = ()
    legal: dict[int, tuple[float, ...]] = Field(default_factory=dict)
    skips: tuple[Skip, ...] = ()

    @property
    def limits(self) -> tuple[tuple[float, float], ...]:
        """Lowest and highest answer of each item, in item order."""
        if self.ranges is not None:
            return self.ranges
        return (self.range,) * self.count if self.range is not None else ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Condition:
    """At least `needed` of `items` are answered with `at_least` or more."""

    items: tuple[int, ...]
    at_least: float
    needed: int = 1

    def __str__(self) -> str:
        return f"{self.needed} of items {_listed(self.items)} at {self.at_least:g} or more"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Level:
    """A level of a scale of levels, reached when all its conditions hold."""

    score: float
    label: Text
    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        return f"{self.score:g} ({self.label}): {' and '.join(map(str, self.conditions))}"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Scoring(Cited):
    """From answers to score, by a named method.

    `sum`, `mean`: each group of items counts as its highest answer, then sum or mean, times `factor`.
    `highest_level`: the highest of `levels` that is reached, else the minimum; no total is accepted.
    `all_reached`: 1 if every scale of `parts`, scored at the same administration, is at its cut or above, else 0.
    `delivered`: a stored score only; the answers give none, for the reason `not_from_items`.
    `items`: the item numbers scored (default: all). `domains`: named groups instead of single items.
    `minimum`, `maximum`, `step`: the legal scores, in points.
    """

    combine: Literal["sum", "mean", "highest_level", "all_reached", "delivered"]
    minimum: float
    maximum: float
    step: Number
    factor: Number = 1.0
    items: tuple[int, ...] | None = None
    domains: dict[str, tuple[int, ...]] | None = None
    levels: tuple[Level, ...] = ()
    parts: dict[str, float] = Field(default_factory=dict)
    not_from_items: NotFromItems | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Missing(Cited):
    """How many items (or domains) may be unanswered, and what then.

    `person_mean_round`: score = sum x number of items / answered items, rounded half away from zero.
    `mean_of_answered`: a mean is taken over the answered items.
    `never_impute`: items whose own answer is never filled in; the score is flagged when one is unanswered.
    """

    max_missing: int
    method: Literal["none", "person_mean_round", "mean_of_answered"]
    never_impute: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Band(Cited):
    """A named range of scores, both ends included."""

    label: Text
    minimum: float
    maximum: float


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Response(Cited):
    """Change in the better direction that counts as response: percent of baseline or points.

    `level`: no change but a score reached, in the better direction from `value`.
    """

    unit: Literal["pct", "points", "level"]
    value: float
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Cut(Cited):
    """A cut-off: the score stands in relation `op` to `value` (points). `male` and `female` replace it where given.

    `applies_to` any_item: one answer of the form meets it, not the score.
    """

    op: Comparison
    value: float
    applies_to: Literal["any_item"] | None = None
    male: float | None = None
    female: float | None = None
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ChangeThreshold(Cited):
    """A published amount of change in the better direction, in points or percent. One entry may be the default."""

    value: float
    method: Text
    unit: Literal["points", "pct"] = "points"
    population: str | None = None
    default: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Reliability(Cited):
    """A reliability coefficient and the people it was measured in (None: the source at hand does not say).

    kind `override`: a clinic's own figure, whatever coefficient it is.
    """

    kind: Literal["cronbach_alpha", "test_retest", "inter_rater", "override"]
    value: float
    population: str | None = None
    default: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ReliableChangeInput(Cited):
    """A published SD (points) and coefficient from which 1.96 x SD x sqrt(2) x sqrt(1 - r) gives `rci95`."""

    sd: float
    r: float
    r_type: Literal["cronbach_alpha", "test_retest"]
    rci95: float
    population: Text


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SafetyItem(Cited):
    """An item that asks for same-day attention from `positive_at` points. Never averaged, prorated or suppressed."""

    item: int
    positive_at: float


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Recall(Cited):
    """Days the questions look back, and the periods of other forms of the same scale. None: none was found."""

    days: int | None = None
    variants_days: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Interval(Cited):
    """Days from one score to the next: under `minimum_days` their windows overlap, under `warn_below_days` warn."""

    minimum_days: int
    warn_below_days: int


@dataclass(frozen=True, kw_only=True, config=STRICT)
class FirstFollowUp(Cited):
    """No follow-up before this c-day."""

    day: int


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Loinc(Cited):
    """LOINC codes. Empty = none found, which is no proof of absence. `others`: further codes, by what they are of."""

    panel: str | None = None
    total: str | None = None
    items: tuple[str, ...] = ()
    others: dict[str, str] = Field(default_factory=dict)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code of the instrument."""
        return tuple(code for code in (self.panel, self.total, *self.items, *self.others.values()) if code)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Licence(Cited):
    """Who holds the rights and what may be shipped. The project ships no item text of any instrument."""

    status: Text
    holder: Text
    ship_item_text: Literal["allowed", "no", "check"]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class NotApplicable(Cited):
    """An item that can be not applicable; unanswered, it leaves no score that compares with complete ones."""

    item: int


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Norm(Cited):
    """Mean and SD (points) of a sample.

    role: `functional` = people without the problem, the sample of Jacobson and Truax (1991); else `clinical`.
    """

    mean: float
    sd: float
    role: Literal["functional", "clinical"]
    population: Text


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PercentChange(Cited):
    """A change in percent of the baseline above the scale's minimum; from `below` on it goes by another name."""

    value: float
    below: float | None = None
    unit: Literal["pct"] = "pct"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PopulationFigure(Cited):
    """Mean or SD (points) of the people from whom patients are taken on, before anyone is chosen by a score."""

    value: float


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Scale:
    """What is scored and compared over time. A rule that no publication gives is absent.

    `own_forms`: the words of `scale_form` that declare a total to be this scale's own score, beside `own`.
    """

    id: Text
    name: Text
    direction: Direction
    scoring: Scoring
    missing: Missing
    raw_form: RawForm | None = None
    own_forms: tuple[FormWord, ...] = ()
    bands: tuple[Band, ...] = ()
    response: Response | None = None
    remission: Cut | None = None
    caseness: Cut | None = None
    reliable_change: tuple[ChangeThreshold, ...] = ()
    reliable_change_inputs: tuple[ReliableChangeInput, ...] = ()
    meaningful_change: tuple[ChangeThreshold, ...] = ()
    reliability: tuple[Reliability, ...] = ()
    norms: tuple[Norm, ...] = ()
    partial_response: PercentChange | None = None
    # Only ever a clinic's own: no publication gives these apart from response and the norms.
    improvement_pct: PercentChange | None = None
    deterioration_pct: PercentChange | None = None
    functional_mean: PopulationFigure | None = None
    functional_sd: PopulationFigure | None = None
    # Only ever a clinic's own: whom it takes its patients from, no publication knows.
    population_mean: PopulationFigure | None = None
    population_sd: PopulationFigure | None = None
    safety_items: tuple[SafetyItem, ...] = ()
    role: Role = "outcome"

    @property
    def default_reliable_change(self) -> ChangeThreshold | None:
        """The published threshold in force, or None: then it is computed from a network's own SD and `alpha`."""
        return next((entry for entry in self.reliable_change if entry.default), None)

    @property
    def alpha(self) -> float | None:
        """Cronbach's alpha in force, or None when none was found."""
        return next((entry.value for entry in self.reliability if entry.default), None)

    @property
    def functional_norm(self) -> Norm | None:
        """The first norm of people without the problem."""
        return next((norm for norm in self.norms if norm.role == "functional"), None)

    @property
    def accepts_total(self) -> bool:
        """Whether a stored total under the scale's own id means something."""
        return self.scoring.combine not in ("highest_level", "all_reached")

    @property
    def declared_own(self) -> tuple[str, ...]:
        """Every word of `scale_form` that declares a total to be this scale's own score."""
        plain = {"sum": ("sum", "raw"), "mean": ("mean",)} if self.scoring.factor == 1 else {}
        return (OWN_FORM, *plain.get(self.scoring.combine, ()), *self.own_forms)

    @property
    def needs_source(self) -> bool:
        """Whether a score comes from a table or value set that is not shipped, of which there are several."""
        return self.scoring.not_from_items == "table_not_licensed"

    def groups(self, item_count: int) -> tuple[tuple[int, ...], ...]:
        """Item numbers that count together (as their highest answer), of a form with `item_count` items.

        None where the answers give no score.
        """
        if self.scoring.combine in ("delivered", "all_reached"):
            return ()
        if self.scoring.domains is not None:
            return tuple(self.scoring.domains.values())
        return tuple((number,) for number in self.scoring.items or range(1, item_count + 1))


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Instrument:
    """One form and the scales scored from it. `respondent` is who the form is made for; `either` where both use it."""

    id: Text
    name: Text
    construct: Text
    respondent: Literal["self", "clinician", "either"]
    sources: tuple[Text, ...]
    items: Items
    recall: Recall
    interval: Interval
    licence: Licence
    scales: tuple[Scale, ...]
    loinc: Loinc | None = None
    first_follow_up: FirstFollowUp | None = None
    version_guards: tuple[VersionGuard, ...] = ()
    not_applicable: NotApplicable | None = None

    @property
    def is_scale(self) -> bool:
        """Whether a score goes by the form's own id."""
        return any(scale.id == self.id for scale in self.scales)

    def facts(self) -> Iterator[tuple[str, str, Cited]]:
        """Every cited fact: (id of the scale or form, name of the fact, the fact)."""
        owners: tuple[Instrument | Scale, ...] = (self, *self.scales)
        for owner in owners:
            for name, value in vars(owner).items():
                for fact in value if isinstance(value, tuple) else (value,):
                    if isinstance(fact, Cited):
                        yield owner.id, name, fact


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
