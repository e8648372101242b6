"""What the pages say about the release itself. The release asset fills it; nothing here is read from disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from pipelines.disclosure.limits import Limits
from pipelines.provenance.arrivals import Arrival
from pipelines.provenance.rule_runs import RuleRuns
from pipelines.selftest.verified import Verified

# `pending`: not judged yet. `superseded`: blocked, and replaced by a corrected delivery. `retracted`: by a person.
DeliveryState = Literal["published", "blocked", "refused", "pending", "superseded", "retracted"]


@dataclass(frozen=True)
class Delivery:
    """One delivered file and what became of its records (counts). `file` is a name made safe, never a path.

    Beside its sum: `corrected` of those accepted replaced an older version, `withdrawn` are of people who withdrew,
    `absent` rows of earlier deliveries are not in this snapshot. receipt: its number, 0 = not said. received_on: its
    day in UTC. is_confirmed: a person confirmed what the snapshot withdraws.
    """

    clinic_id: str
    file: str
    table: str
    records: int
    accepted: int
    quarantined: int
    duplicate: int
    stale: int
    corrected: int
    state: DeliveryState
    withdrawn: int = 0
    absent: int = 0
    receipt: int = 0
    received_on: date | None = None
    is_confirmed: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether every record of the file is accounted for, once."""
        return self.records == self.accepted + self.quarantined + self.duplicate + self.stale

    @property
    def quarantined_pct(self) -> float:
        """Share of its records set aside, 0 to 100; 0 of an empty file."""
        return 100 * self.quarantined / self.records if self.records else 0.0


@dataclass(frozen=True)
class Fact:
    """One cited fact about a scale: what it says, with its source and how far the source is checked."""

    scale: str
    fact: str
    stated: str
    source: str
    source_status: str


@dataclass(frozen=True)
class Cut:
    """A limit in force, met by a score or a change. unit: `score` (of one score), `points` or `pct` (of a change).

    female: the limit for women where the scale has one of its own, None otherwise.
    """

    comparison: Literal["<", "<=", ">", ">="]
    value: float
    unit: Literal["score", "points", "pct"]
    source: str = ""
    source_status: str = ""
    female: float | None = None


@dataclass(frozen=True)
class Scale:
    """An outcome scale as readers know it. lower_is_better is None when the scale has no direction.

    Scores run from minimum to maximum; recall_days: how far back its questions look. A cut is None where neither a
    publication nor this network gives one.
    """

    name: str
    lower_is_better: bool | None
    minimum: float | None = None
    maximum: float | None = None
    recall_days: int | None = None
    respondent: str = ""
    response: Cut | None = None
    remission: Cut | None = None
    caseness: Cut | None = None
    reliable_change: Cut | None = None


@dataclass(frozen=True)
class Override:
    """A definition that a clinic (or reference sample) changed for its own figures: from what, to what, and why.

    before, after: the values in words (`50 %`, `< 5`). reason: the operator's own words, which pages escape.
    """

    clinic_id: str
    scale: str
    fact: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class ScoreSource:
    """The value set or table behind a clinic's stored scores of a scale, as its mapping names it; "" = not named."""

    clinic_id: str
    scale: str
    source: str


@dataclass(frozen=True)
class RuleFact:
    """A validation rule as readers meet it: its sentence, what a failure does, the usual cause, what to do.

    effects: one per kind of column it judges. threshold_pct: share of failures up to which it passes (0 to 100), None
    where nothing is judged. kahn, subcategory, context: the cell of Kahn et al. (2016); empty for what is only counted.
    level: what one failure is of (`field`, `row`, ...). sql: of each (table, column), the query that counts it.
    group: `keys`, `completeness` and so on; empty for what is only counted.
    """

    sentence: str
    effects: tuple[str, ...] = ()
    threshold_pct: float | None = None
    threshold_reason: str = ""
    cause: str = ""
    remedy: str = ""
    kahn: str = ""
    context: str = ""
    where: tuple[tuple[str, str], ...] = ()
    subcategory: str = ""
    level: str = ""
    sql: Mapping[tuple[str, str], str] = field(default_factory=dict)
    group: str = ""


@dataclass(frozen=True)
class Window:
    """A window of follow-up in force: days from its anchor, both ends inside, and the day a score is best near to."""

    timepoint: str
    anchor: Literal["first_session", "last_induction_session"]
    first_day: int
    last_day: int
    target_day: int


@dataclass(frozen=True)
class Licence:
    """Under what an instrument may be used, who holds its rights, and where that is said."""

    instrument: str
    status: str
    holder: str
    source: str
    source_status: str


@dataclass(frozen=True)
class Form:
    """An instrument as readers meet it: what it asks about, who fills it in, the scales scored from it."""

    id: str
    name: str
    construct: str
    respondent: str
    scales: tuple[str, ...]


@dataclass(frozen=True)
class About:
    """Facts of the release that stand on its pages.

    clinics: clinic id -> name. scales: scale id -> Scale (an id without an entry shows as itself, without
    better or worse). facts: every cited fact of the scales. instruments: their licences; forms: each has its page;
    licences: notices that go with what the pages are made of. rules: rule code -> the rule. thresholds: settings that
    can be tightened, by name. data_to: up to where the data reach, for example "receipt 24"; empty = not stated.
    deliveries: what counts, or would if it were not blocked; left_out: those superseded or retracted. arrivals: when
    each clinic last delivered. withdrawn_people: of each clinic with a withdrawal; None = too few to say. targets:
    clinic id -> the clinic's own targets by name.
    windows: those of follow-up in force; lengths: of courses, induction and baseline in force, by the name of their
    setting. limits: the disclosure limits in force. verified: published figures that this version was held against.
    past: what the rules found, run by run. score_sources: behind stored indexes and T-scores. overrides: those of every
    clinic; own_scales, own_facts: clinic id -> scales and facts with its overrides in them.
    """

    network_name: str
    profile: str
    synthetic: bool
    definition_set: str
    contract_version: str
    product_version: str
    clinics: Mapping[str, str]
    windows: tuple[Window, ...]
    lengths: Mapping[str, float]
    deliveries: tuple[Delivery, ...] = ()
    left_out: tuple[Delivery, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    withdrawn_people: Mapping[str, int | None] = field(default_factory=dict)
    targets: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    instruments: tuple[Licence, ...] = ()
    forms: tuple[Form, ...] = ()
    licences: tuple[str, ...] = ()
    scales: Mapping[str, Scale] = field(default_factory=dict)
    rules: Mapping[str, RuleFact] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    data_to: str = ""
    language: str = "en"
    limits: Limits = Limits()
    verified: tuple[Verified, ...] = ()
    past: RuleRuns = field(default_factory=RuleRuns)
    overrides: tuple[Override, ...] = ()
    score_sources: tuple[ScoreSource, ...] = ()
    own_scales: Mapping[str, Mapping[str, Scale]] = field(default_factory=dict)
    own_facts: Mapping[str, tuple[Fact, ...]] = field(default_factory=dict)

    def for_clinic(self, clinic_id: str) -> About:
        """The same facts with one clinic in them, and the definitions by which its own figures are made."""
        return replace(
            self,
            scales=self.own_scales.get(clinic_id, self.scales),
            facts=self.own_facts.get(clinic_id, self.facts),
            overrides=tuple(override for override in self.overrides if override.clinic_id == clinic_id),
            score_sources=tuple(each for each in self.score_sources if each.clinic_id == clinic_id),
            clinics={clinic_id: self.clinics.get(clinic_id) or clinic_id},
            deliveries=tuple(delivery for delivery in self.deliveries if delivery.clinic_id == clinic_id),
            left_out=tuple(delivery for delivery in self.left_out if delivery.clinic_id == clinic_id),
            arrivals=tuple(arrival for arrival in self.arrivals if arrival.clinic_id == clinic_id),
            withdrawn_people={id_: n for id_, n in self.withdrawn_people.items() if id_ == clinic_id},
            targets={id_: aims for id_, aims in self.targets.items() if id_ == clinic_id},
            past=self.past.of_clinic(clinic_id),
        )

    def scale(self, scale: str) -> Scale:
        """The scale's name and direction; its id and no direction when the catalogue gave none."""
        return self.scales.get(scale) or Scale(scale, None)
