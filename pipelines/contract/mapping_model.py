"""What a mapping file may say, as frozen models (CONTRACT.md section 3). A key outside them is refused."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from pipelines.contract.fields import ITEM_FIELDS

REFERENCE_SAMPLE = "reference_sample"
ROW_NUMBER = "row_number"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_column(value: Any) -> Any:
    return {"column": value} if isinstance(value, str) else value


def _as_constant(value: Any) -> Any:
    return {"constant": value} if isinstance(value, str) else value


def _as_ignored(value: Any) -> Any:
    """`[shaps, {weight: number}]` or `{weight: number}` -> column to domain, None where no domain is given."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, list):
        return value
    found: dict[Any, Any] = {}
    for entry in value:
        found.update(entry if isinstance(entry, dict) else {entry: None})
    return found


class ColumnSource(_Part):
    """Where a contract column comes from: a column of the file, a constant, or the row number.

    `values` maps texts of the file to texts of the contract; a text it does not list passes through. `missing` adds
    to the file-wide list. `integral` true reads `1.0` as `1`; None = as the file says.
    """

    column: str | None = Field(None, min_length=1)
    constant: str | None = Field(None, min_length=1)
    row_number: bool = False
    values: dict[str, str] = Field(default_factory=dict)
    unit: str | None = None
    missing: tuple[str, ...] = ()
    integral: bool | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.column is not None) + (self.constant is not None) + self.row_number != 1:
            raise ValueError("one of column and constant")
        if self.column == ROW_NUMBER:
            raise ValueError("another column name: row_number is reserved")
        if self.column is None and (self.values or self.unit or self.missing or self.integral is not None):
            raise ValueError("values, unit, missing and integral only beside column")
        return self


Origin = Annotated[ColumnSource, BeforeValidator(_as_column)]
FixedOrOrigin = Annotated[ColumnSource, BeforeValidator(_as_constant)]


class ScoreEntry(_Part):
    """One scale found in each row of a file: a row of `scores`. `values`, `missing`, `integral` are for its answers.

    A plain text is a constant for score_day, administration, respondent; a column for total and items.
    """

    scale: str = Field(min_length=1)
    total: Origin | None = None
    items: tuple[str, ...] = Field((), max_length=len(ITEM_FIELDS))
    values: dict[str, str] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()
    integral: bool | None = None
    scale_form: str | None = None
    score_source: str | None = None
    score_day: FixedOrOrigin | None = None
    administration: FixedOrOrigin | None = None
    respondent: FixedOrOrigin | None = None

    @model_validator(mode="after")
    def _has_answers(self) -> Self:
        if self.total is None and not self.items:
            raise ValueError("total or items")
        return self

    def sources(self) -> dict[str, ColumnSource]:
        """Contract column -> where it comes from. An empty text among `items` is an item the file does not hold."""
        found = {"scale": ColumnSource(constant=self.scale)}
        for name, constant in (("scale_form", self.scale_form), ("score_source", self.score_source)):
            if constant is not None:
                found[name] = ColumnSource(constant=constant)
        for name in ("score_day", "administration", "respondent"):
            source = getattr(self, name)
            if source is not None:
                found[name] = source
        for name, column in zip(ITEM_FIELDS, self.items, strict=False):
            if column:
                found[name] = ColumnSource(
                    column=column, values=self.values, missing=self.missing, integral=self.integral
                )
        if self.total is not None:
            missing = (*self.total.missing, *self.missing)
            integral = self.integral if self.total.integral is None else self.total.integral
            found["total"] = self.total.model_copy(update={"missing": missing, "integral": integral})
        return found


class TableMapping(_Part):
    """How one table is read from a file. `scores` gives several records a row, for the table scores only."""

    columns: dict[str, Origin] = Field(default_factory=dict)
    scores: tuple[ScoreEntry, ...] = ()

    @property
    def entries(self) -> tuple[dict[str, ColumnSource], ...]:
        """Contract column -> source, once for each record that a row of the file gives."""
        if not self.scores:
            return (dict(self.columns),)
        return tuple({**self.columns, **entry.sources()} for entry in self.scores)

    @property
    def source_columns(self) -> frozenset[str]:
        """Columns of the file that this table is read from."""
        return frozenset(s.column for entry in self.entries for s in entry.values() if s.column is not None)

    @property
    def targets(self) -> frozenset[str]:
        """Contract columns that the mapping fills; where scales are listed, all that only a listed scale may fill."""
        found = {name for entry in self.entries for name in entry}
        return frozenset(found | {"scale", "total", *ITEM_FIELDS} if self.scores else found)


class Mapping(_Part):
    """A clinic's mapping. The empty one stands for "no mapping": columns named as in the contract."""

    mapping_version: Literal["1"] = "1"
    context: Literal["clinic", "reference_sample"] = "clinic"
    delivery: Literal["incremental", "snapshot"] = "incremental"
    missing: tuple[str, ...] = ()
    integral: bool = False
    ignore: Annotated[
        dict[str, Literal["token", "code", "integer", "number", "boolean"] | None], BeforeValidator(_as_ignored)
    ] = Field(default_factory=dict)
    tables: dict[str, TableMapping] = Field(default_factory=dict)
    _sha256: str = PrivateAttr(default=hashlib.sha256(b"").hexdigest())

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes the mapping was read from; of nothing for `NO_MAPPING`."""
        return self._sha256

    @property
    def is_reference_sample(self) -> bool:
        """A sample without sessions, read for comparison and never part of an outcome."""
        return self.context == REFERENCE_SAMPLE


NO_MAPPING = Mapping()
