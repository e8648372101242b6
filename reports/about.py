"""What the pages say about the release itself. The release asset fills it; nothing here is read from disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from pipelines.disclosure.limits import Limits


@dataclass(frozen=True)
class Delivery:
    """One delivered file and what became of its records (counts). `file` is a name made safe, never a path."""

    clinic_id: str
    file: str
    table: str
    records: int
    accepted: int
    quarantined: int
    duplicate: int
    stale: int
    corrected: int
    state: Literal["published", "blocked", "refused"]

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
class RuleFact:
    """A validation rule as readers meet it: its sentence, what a failure does, the usual cause, what to do.

    effects: one per kind of column it judges. threshold_pct: share of failures up to which it passes (0 to 100), None
    where nothing is judged. kahn, context: the cell of Kahn et al. (2016); empty for what is only counted.
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
class About:
    """Facts of the release that stand on its pages.

    clinics: clinic id -> name. scales: scale id -> Scale (an id without an entry shows as itself, without
    better or worse). facts: every cited fact of the scales. instruments: their licences;
    licences: notices that go with what the pages are made of. rules: rule code -> the rule. thresholds: settings that
    can be tightened, by name. data_to: up to where the data reach, for example "receipt 24"; empty = not stated.
    windows: those of follow-up in force; lengths: of courses, induction and baseline in force, by the name of their
    setting. limits: the disclosure limits in force.
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
    facts: tuple[Fact, ...] = ()
    instruments: tuple[Licence, ...] = ()
    licences: tuple[str, ...] = ()
    scales: Mapping[str, Scale] = field(default_factory=dict)
    rules: Mapping[str, RuleFact] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    data_to: str = ""
    language: str = "en"
    limits: Limits = Limits()

    def for_clinic(self, clinic_id: str) -> About:
        """The same facts with one clinic in them."""
        return replace(
            self,
            clinics={clinic_id: self.clinics.get(clinic_id) or clinic_id},
            deliveries=tuple(delivery for delivery in self.deliveries if delivery.clinic_id == clinic_id),
        )

    def scale(self, scale: str) -> Scale:
        """The scale's name and direction; its id and no direction when the catalogue gave none."""
        return self.scales.get(scale) or Scale(scale, None)
