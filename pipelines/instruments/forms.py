"""The forms and versions of a scale that look alike, and the words by which a mapping declares them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic.dataclasses import dataclass

from pipelines.instruments.cited import STRICT, Cited, Number, Text
from pipelines.vocabulary import OWN_FORM, SCALE_FORMS


def _declarable(word: str) -> str:
    if word not in SCALE_FORMS or word == OWN_FORM:
        raise ValueError("a word of the vocabulary scale_form")
    return word


# A word by which a mapping declares the form of a stored total.
FormWord = Annotated[str, AfterValidator(_declarable)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RawForm(Cited):
    """Another form in which a stored total circulates; score = stored total x `factor`. `forms` declare it."""

    minimum: float
    maximum: float
    factor: Number
    forms: tuple[FormWord, ...] = ("raw",)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class VersionGuard(Cited):
    """Another version or form whose scores look alike and must not be mixed in.

    kind: `version` = another instrument; `form` = the same answers, counted in another way. forms: what declares it.
    scales: which of the form's scales (default: the one of its own id).
    minimum, maximum, step: the other one's scores; absent where a declaration alone tells the two apart.
    alike: what becomes of a delivery whose undeclared totals could all be the other one's; absent where those of the
    scale itself often could. Where they could all be the scale's own too, `blocks` is a warning.
    """

    mistaken_for: Text
    kind: Literal["version", "form"]
    forms: tuple[FormWord, ...] = ()
    scales: tuple[Text, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: Number = 1.0
    alike: Literal["blocks", "warns"] | None = None
