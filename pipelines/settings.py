"""`kap.toml`: read whole, with all its problems at once, none of which repeats what was written.

Thresholds may be tightened, never loosened. What only a later version obeys is refused until then. The sections
themselves: `pipelines/settings_sections.py`.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from pipelines.problems import ExitCode, KapError, Problem
from pipelines.settings_overrides import override_problems
from pipelines.settings_sections import (
    FILE_NAME,
    SETTINGS_VERSION,
    Profile,
    Settings,
    WindowsSettings,
)
from pipelines.settings_thresholds import threshold_problems
from pipelines.vocabulary import CLINIC_ID_PATTERN, RESERVED_CLINIC_IDS

__all__ = ["FILE_NAME", "Settings", "load_settings", "refuse_profile"]


def load_settings(path: Path | None, clinics: Collection[str] | None = None) -> Settings:
    """The settings of the file at `path`; None or no such file = the documented defaults.

    clinics: those of the home, reference samples too, so that an override of none of them is refused; None = not known.

    Raises:
        KapError: exit 2, with every problem of the file.
    """
    if path is None or not path.exists():
        return Settings()
    content = path.read_bytes()
    try:
        given = tomllib.loads(text := content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        expected = f"UTF-8; it stops being UTF-8 at line {line}"
        raise _refused([_problem("KAP-C01", None, expected, "correct that line.")]) from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        # Without a place, it is the end that came too early.
        last = text.rstrip().count("\n") + 1
        where = f"line {place[1]}, column {place[2]}" if place else f"line {last}, the last"
        expected = f"TOML; it stops being TOML at {where}"
        raise _refused([_problem("KAP-C01", None, expected, "correct that line.")]) from None
    version = given.get("settings_version", SETTINGS_VERSION)
    if isinstance(version, int) and version > SETTINGS_VERSION:
        expected = f"settings_version {SETTINGS_VERSION} or older; this file is for a newer kap"
        raise _refused([_problem("KAP-C02", "settings_version", expected, "use that version of kap.")])
    problems: list[Problem] = []
    settings = None
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        problems += [_from_pydantic(detail) for detail in error.errors(include_input=False, include_url=False)]
    problems += _clinic_id_problems(given)
    problems += threshold_problems(given)
    problems += _unnamed_determinations(given)
    problems += _unsound_windows(given)
    problems += override_problems(given, clinics)
    problems += _not_yet_obeyed(given)
    if problems or settings is None:
        raise _refused(problems)
    return settings


def refuse_profile(profile: Profile, synthetic: bool | None) -> None:
    """Refuse a release whose profile has no gate yet, or would publish made data.

    Raises:
        KapError: exit 6.
    """
    if profile == "clinic":
        return
    problems = [
        Problem(
            code="KAP-P01",
            file=FILE_NAME,
            column="release.profile",
            expected=f"expected the profile clinic; the disclosure gate of the profile {profile} is not built yet.",
            remedy='set profile = "clinic"; nothing was released.',
        )
    ]
    if synthetic:
        problems.append(
            Problem(
                code="KAP-P02",
                file="home.json",
                expected=f"expected real deliveries for the profile {profile}; this home holds synthetic data.",
                remedy="use a home of real deliveries.",
            )
        )
    raise KapError(ExitCode.DISCLOSURE, problems)


def _clinic_id_problems(given: Mapping[str, Any]) -> Iterator[Problem]:
    clinics = given.get("clinics")
    named = list(clinics) if isinstance(clinics, Mapping) else []
    overrides = given.get("overrides")
    for override in overrides if isinstance(overrides, list) else []:
        if isinstance(override, Mapping) and isinstance(override.get("clinic"), str):
            named.append(override["clinic"])
    for clinic_id in named:
        if clinic_id in RESERVED_CLINIC_IDS:
            yield _problem(
                "KAP-C05", "clinics", f"a clinic id that is none of {', '.join(RESERVED_CLINIC_IDS)}", "rename it."
            )
        elif not re.fullmatch(CLINIC_ID_PATTERN, clinic_id):
            expected = "a clinic id of 2 to 32 small letters, digits, - and _, as its inbox folder is named"
            yield _problem("KAP-C05", "clinics", expected, "rename it.")


def _unnamed_determinations(given: Mapping[str, Any]) -> Iterator[Problem]:
    clinics = given.get("clinics")
    for clinic_id, clinic in clinics.items() if isinstance(clinics, Mapping) else ():
        if not isinstance(clinic, Mapping) or clinic.get("deidentification", "safe_harbor") == "safe_harbor":
            continue
        for name in ("determination_id", "expires"):
            if name not in clinic:
                expected = f"{name} beside a deidentification that is not safe_harbor"
                yield _problem("KAP-C07", f"clinics.{clinic_id}.{name}", expected, "add the line.")


def _unsound_windows(given: Mapping[str, Any]) -> Iterator[Problem]:
    """Windows that contradict each other, each section on its own; what is no number is told of elsewhere."""
    windows = given.get("windows")
    if not isinstance(windows, Mapping):
        return
    known = {name: value for name, value in windows.items() if name in _known_keys(("windows",))}
    lengths = {name: value for name, value in known.items() if not isinstance(value, Mapping)}
    timepoints = {
        name: {name: {key: day for key, day in value.items() if key in _known_keys(("windows", name))}}
        for name, value in known.items()
        if isinstance(value, Mapping)
    }
    for place, section in {"": lengths, **timepoints}.items():
        try:
            settings = WindowsSettings.model_validate(section)
        except ValidationError:
            continue
        try:
            settings.build()
        except ValueError as error:
            yield _problem("KAP-C08", f"windows.{place}".rstrip("."), str(error), "correct the window.")


def _not_yet_obeyed(given: Mapping[str, Any]) -> Iterator[Problem]:
    """Settings that a later version obeys: refused until then, for a setting without effect deceives."""
    sections = {name: section if isinstance(section, Mapping) else {} for name, section in given.items()}
    asked = {
        "release.require_sign_off": sections.get("release", {}).get("require_sign_off") is True,
        "branding": bool(sections.get("branding")),
    }
    for place, is_asked in asked.items():
        if is_asked:
            yield _problem(
                "KAP-C09", place, "no such line yet: a later version obeys it", "delete the line until then."
            )


def _from_pydantic(detail: Mapping[str, Any]) -> Problem:
    """One of pydantic's errors, without the value that was given."""
    location = tuple(str(part + 1) if isinstance(part, int) else part for part in detail["loc"])
    place = ".".join(location)
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(location[-1], _known_keys(location[:-1]), n=1, cutoff=0.5)
        hint = f"the nearest is {near[0]}" if near else f"known here: {', '.join(_known_keys(location[:-1]))}"
        return _problem("KAP-C03", place, f"a known setting; {hint}", "rename or delete the line.")
    if detail["type"] == "missing":
        return _problem("KAP-C06", place, "a value; it is missing", "add the line.")
    return _problem("KAP-C06", place or "kap.toml", _expected_value(detail), "correct the value.")


# What a value must be, by the kind of pydantic's error (its type up to the first `_` where no whole type is listed).
_EXPECTED = {
    "greater_than": "a number over {gt}",
    "greater_than_equal": "a number of at least {ge}",
    "less_than": "a number under {lt}",
    "less_than_equal": "a number of at most {le}",
    "finite_number": "a number that is neither infinite nor nan",
    "literal_error": "{expected}",
    "string_too_short": "a text of at least {min_length} characters",
    "string_too_long": "a text of at most {max_length} characters",
    "string_pattern_mismatch": "a text of another form",
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false, without quotes",
    "string": "a text in quotes",
    "date": "a day as 2030-01-31, without quotes",
    "list": "a list",
    "tuple": "a list",
    "dict": "a section with lines of its own",
    "model": "a section with lines of its own",
    "dataclass": "a section with lines of its own",
}


def _expected_value(detail: Mapping[str, Any]) -> str:
    kind = str(detail["type"])
    if kind == "value_error":
        return str(detail["msg"]).removeprefix("Value error, ").rstrip(".")
    told = _EXPECTED.get(kind) or _EXPECTED.get(kind.partition("_")[0], "a value of another kind")
    return told.format(**{name: _plain(limit) for name, limit in detail.get("ctx", {}).items()})


def _plain(limit: object) -> str:
    return f"{limit:g}" if isinstance(limit, int | float) else str(limit)


def _known_keys(section: tuple[str, ...]) -> list[str]:
    model: Any = Settings
    for place, part in enumerate(section):
        # The id of a clinic, or the number of an override: the same model goes on.
        if part.isdigit() or (place == 1 and section[0] == "clinics"):
            continue
        field = next(field for name, field in model.model_fields.items() if (field.alias or name) == part)
        model = _model_in(field.annotation)
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _problem(code: str, column: str | None, expected: str, remedy: str) -> Problem:
    return Problem(code=code, file=FILE_NAME, column=column, expected=f"expected {expected}.", remedy=remedy)


def _refused(problems: list[Problem]) -> KapError:
    return KapError(ExitCode.USAGE, problems)
