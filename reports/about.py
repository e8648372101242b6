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


@dataclass(frozen=True)
class Definition:
    """One definition, window or threshold in force, with its source and how far the source is checked."""

    id: str
    title: str
    sentence: str
    source: str
    source_status: str


@dataclass(frozen=True)
class Scale:
    """An outcome scale as readers know it. lower_is_better is None when the scale has no direction."""

    name: str
    lower_is_better: bool | None


@dataclass(frozen=True)
class About:
    """Facts of the release that stand on its pages.

    clinics: clinic id -> name. scales: scale id -> Scale (an id without an entry shows as itself, without
    better or worse). rules: rule code -> its sentence. data_to: up to where the data reach, for example
    "receipt 24"; empty = not stated. limits: the disclosure limits in force.
    """

    network_name: str
    profile: str
    synthetic: bool
    definition_set: str
    contract_version: str
    product_version: str
    clinics: Mapping[str, str]
    deliveries: tuple[Delivery, ...] = ()
    definitions: tuple[Definition, ...] = ()
    licences: tuple[str, ...] = ()
    scales: Mapping[str, Scale] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
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
