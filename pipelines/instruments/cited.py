"""What a cited fact of the catalogue is, and the texts and numbers that facts are written in."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, StringConstraints
from pydantic.dataclasses import dataclass

# primary: traced to a publication or the developers' own page. secondary: known only from a third party that quotes
# or implements it. unverified: no source found. project_choice: this project decided, nothing was published.
SourceStatus = Literal["primary", "secondary", "unverified", "project_choice"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
# Steps such as a third of a point are written as "1/3".
Number = Annotated[float, BeforeValidator(lambda value: float(Fraction(value)) if isinstance(value, str) else value)]

STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Cited:
    """A fact. `source` is a citation a reader can look up; `note` says what a reader must know to use the fact."""

    source: Text
    source_status: SourceStatus
    note: str | None = None
