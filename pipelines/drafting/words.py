"""What exports call things: other names of the contract's columns, unit words, visits, codes for "not answered".

Every list here is closed. A text of a cell is repeated in a draft only when it is made of these words or of the
contract's own (see `spelt`), so that no list may hold anything a person could be known by. No item text anywhere:
`ANSWERS` are the general answer words of ordered questions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from pipelines.intake.detectors import DATE_PARTS, IDENTIFIER_PARTS, name_parts
from pipelines.vocabulary import fold

# Contract column -> other names, as words of a name. Unit words are taken off a name before it is compared.
# fmt: off
OTHER_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "patient_id": ("record id", "patient", "pseudonym", "patient code", "patient key", "subject id", "subject",
                   "participant id", "participant", "study id", "client id", "client", "pid", "record", "case id",
                   "id"),
    "course_id": ("course", "episode id", "episode", "treatment series id", "series id"),
    "session_id": ("session", "visit id", "encounter id", "treatment id", "infusion id", "session number",
                   "repeat instance"),
    "year": ("session year", "treatment year"),
    "condition": ("diagnosis", "primary diagnosis", "indication", "primary indication", "dx", "diagnosis group"),
    "route": ("route of administration", "administration route", "roa", "route given", "ketamine route"),
    "drug": ("medication", "medicine", "drug given", "compound"),
    "dose_mg": ("dose", "ketamine dose", "total dose", "dose given", "dosage"),
    "dose_mg_per_kg": ("dose per kg", "dose mg kg", "mg kg", "dose by weight"),
    "weight_kg": ("weight", "body weight", "wt"),
    "dose_adjustments_n": ("dose adjustments", "titrations", "titration steps"),
    "adjustment_direction": ("titration direction", "dose change direction"),
    "onset_minutes": ("onset", "time to onset", "onset time"),
    "effect_minutes": ("effect duration", "duration of effect", "experience"),
    "intensity_0_10": ("intensity", "experience intensity"),
    "target_effect_reached": ("target effect", "target reached"),
    "dosing_minutes": ("dosing", "infusion", "infusion duration", "infusion time", "dosing duration", "duration",
                       "administration time"),
    "monitoring_minutes": ("monitoring", "monitoring duration", "monitoring time", "observation time"),
    "recovery_minutes": ("recovery", "recovery duration", "recovery time"),
    "therapist_presence": ("therapist", "therapist present", "presence", "therapist role"),
    "preparation_done": ("preparation", "prep done", "prep"),
    "intention_set": ("intention", "intentions set"),
    "completed": ("session completed", "treatment completed"),
    "integration_minutes": ("integration", "integration duration", "integration time"),
    "integration_after_minutes": ("integration delay",),
    "sbp_pre": ("systolic pre", "systolic bp pre", "sbp before", "pre sbp", "sbp baseline", "pre systolic"),
    "dbp_pre": ("diastolic pre", "diastolic bp pre", "dbp before", "pre dbp", "dbp baseline", "pre diastolic"),
    "sbp_peak": ("systolic peak", "systolic bp peak", "sbp max", "max sbp", "peak sbp", "peak systolic"),
    "dbp_peak": ("diastolic peak", "diastolic bp peak", "dbp max", "max dbp", "peak dbp", "peak diastolic"),
    "sbp_end": ("systolic end", "systolic bp end", "sbp post", "post sbp", "end sbp", "sbp after"),
    "dbp_end": ("diastolic end", "diastolic bp end", "dbp post", "post dbp", "end dbp", "dbp after"),
    "spo2_min": ("spo 2", "spo 2 nadir", "lowest spo 2", "min spo 2", "oxygen saturation", "spo 2 lowest"),
    "cadss_peak": ("cadss", "cadss total", "cadss max"),
    "sedation_peak": ("sedation", "moaas", "moaa s", "sedation max"),
    "ae_assessed": ("adverse events assessed", "side effects assessed", "ae asked"),
    "administration": ("occasion", "timing"),
    "respondent": ("informant", "answered by", "completed by", "rater"),
    "scale": ("instrument", "questionnaire", "measure", "assessment", "scale name", "questionnaire name",
              "assessment name", "form", "template", "measure name", "instrument name", "survey"),
    "total": ("score", "total score", "sum", "sum score", "result", "raw score", "value"),
    "secondary_conditions": ("secondary diagnoses", "comorbidities", "other diagnoses", "secondary diagnosis"),
    "enrolment_year": ("enrollment year", "intake year", "year enrolled"),
    "age_band": ("age group", "age range"),
    "sex": ("gender", "sex at birth"),
    "eligible": ("eligibility",),
    "failed_trials_n": ("failed trials", "prior failed trials", "failed treatments"),
    "benzodiazepine": ("benzodiazepines", "benzo", "benzos"),
    "opioid_antagonist": ("naltrexone",),
    "status": ("course status", "treatment status"),
    "stop_reason": ("reason stopped", "discontinuation reason", "reason for stopping"),
    "followed_through": ("followed until",),
    "contact_day": (),
    "kind": ("contact type", "contact kind", "appointment type"),
    "event": ("adverse event", "side effect", "ae"),
    "severity": ("ae severity", "grade"),
})
_BEFORE_DOSE = frozenset({"pre", "before", "baseline", "start", "initial", "predose"})
_PEAK = frozenset({"peak", "max", "maximum", "highest"})
_AT_END = frozenset({"end", "post", "after", "final", "last", "discharge"})
_SYSTOLIC, _DIASTOLIC = frozenset({"systolic", "sbp", "syst"}), frozenset({"diastolic", "dbp", "diast"})
# Contract column -> a name in other words: one of each set, in any order, and none beyond NEUTRAL.
NAMED_BY_PARTS: Mapping[str, tuple[frozenset[str], ...]] = MappingProxyType({
    "sbp_pre": (_SYSTOLIC, _BEFORE_DOSE), "dbp_pre": (_DIASTOLIC, _BEFORE_DOSE),
    "sbp_peak": (_SYSTOLIC, _PEAK), "dbp_peak": (_DIASTOLIC, _PEAK),
    "sbp_end": (_SYSTOLIC, _AT_END), "dbp_end": (_DIASTOLIC, _AT_END),
    "spo2_min": (frozenset({"spo", "saturation", "sats"}), frozenset({"lowest", "min", "minimum", "nadir"})),
    "ae_assessed": (frozenset({"ae", "aes", "side", "adverse"}),
                    frozenset({"asked", "assessed", "checked", "screened", "recorded"})),
    "weight_kg": (frozenset({"weight", "weighed"}),),
    "dose_mg": (frozenset({"dose", "dosage"}), frozenset({"mg", "given", "administered", "ketamine", "total"})),
    "monitoring_minutes": (frozenset({"monitoring", "monitored", "observed", "observation"}),),
})
NEUTRAL = frozenset(
    {"bp", "blood", "pressure", "mmhg", "rr", "the", "of", "at", "in", "for", "was", "were", "about", "effects",
     "effect", "events", "event", "oxygen", "o", "2", "session", "dose", "dosing", "treatment", "infusion", "value",
     "reading", "measured", "patient", "body", "time", "length", "duration", "minutes", "min", "mins", "kg", "mg", "lb",
     "lbs", "ketamine", "given", "level", "any"}
)
UNIT_WORDS: Mapping[str, str] = MappingProxyType({
    "mg": "mg", "mcg": "mcg", "ug": "mcg", "gram": "g", "grams": "g",
    "kg": "kg", "kgs": "kg", "lb": "lb", "lbs": "lb", "pound": "lb", "pounds": "lb",
    "min": "minutes", "mins": "minutes", "minute": "minutes", "minutes": "minutes",
    "h": "hours", "hr": "hours", "hrs": "hours", "hour": "hours", "hours": "hours",
    "sec": "seconds", "secs": "seconds", "seconds": "seconds",
    "day": "days", "days": "days", "week": "weeks", "weeks": "weeks", "wk": "weeks", "month": "months",
    "months": "months", "mmhg": "mmHg", "pct": "%", "percent": "%",
})
# A name made of these and of a word for days, weeks or months tells a day.
DAY_NAME_WORDS = frozenset(
    {
        "no", "number", "num", "since", "from", "after", "first", "start", "baseline", "dose", "dosing", "session",
        "sessions", "infusion", "treatment", "ketamine", "study", "visit", "tx", "of", "score", "the", "to", "relative",
        "assessment", "response", "elapsed", "survey", "contact", "event", "delivered",
    }
)
# Words beside a contract word that leave its meaning as it is.
BESIDE = frozenset(
    {
        "infusion", "injection", "spray", "tablet", "tablets", "route", "administration", "drip", "lozenges", "troches",
        "disorder", "dissolve", "rapid", "dissolving", "hydrochloride", "hcl", "racemic", "generic", "present",
    }
)
BOOLEAN_WORDS = frozenset(("true", "false", "yes", "no", "y", "n", "1", "0"))
OTHER_BOOLEANS: Mapping[str, str] = MappingProxyType(
    {"checked": "yes", "unchecked": "no", "t": "yes", "f": "no", "done": "yes", "not_done": "no"}
)
MISSING_WORDS = frozenset(
    {"n/a", "na", "n.a.", "null", "none", "-", "--", ".", "?", "missing", "unknown", "refused", "declined", "skipped",
     "not done", "not answered", "no answer", "prefer not to say", "nan", "#n/a"}
)
MISSING_NUMBERS = frozenset({7, 8, 9, 77, 88, 99, 777, 888, 999, 9999, -1, -7, -8, -9, -99, -999})
# Ordered answers to a question, from 0 up.
ANSWERS: tuple[tuple[str, ...], ...] = (
    ("not at all", "several days", "more than half the days", "nearly every day"),
    ("not at all", "a little bit", "moderately", "quite a bit", "extremely"),
    ("at no time", "some of the time", "less than half of the time", "more than half of the time",
     "most of the time", "all of the time"),
)
# Other stems of a scale's names, as words of a name; its id is one too.
SCALE_STEMS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "phq9": ("phq",), "gad7": ("gad",), "pcl5": ("pcl",), "who5": ("who",), "bdi_ii": ("bdi", "bdi 2"),
    "hamd17": ("hamd", "ham d", "ham d 17", "hdrs", "hdrs 17"), "qids_sr16": ("qids", "qids sr", "qids 16"),
    "ybocs": ("y bocs",), "audit_c": ("auditc",),
})
TOTAL_WORDS = frozenset(
    {
        "total", "score", "sum", "tot", "totalscore", "sumscore", "raw", "pts", "points",
    }
)
_OF_EXPORTS = frozenset(("text", "clinician",
"first", "last", "full", "submitted", "created", "updated", "started", "ended"))
ITEM_WORDS = frozenset(
    {
        "item", "items", "q", "question", "i",
    }
)
# fmt: on
_BEFORE = ("baseline", "bl", "base", "pre", "before", "screening", "screen", "intake", "pretreatment")
_AFTER = ("post", "after", "followup", "fu", "end")
_DAYS = {"d": 1.0, "day": 1.0, "w": 7.0, "wk": 7.0, "week": 7.0, "m": 30.4375, "mo": 30.4375, "month": 30.4375}
_SPAN = re.compile(r"(?:(day|week|wk|month|mo|d|w|m)s?_?([0-9]{1,3})|([0-9]{1,3})_?(day|week|wk|month|mo|d|w|m)s?)")
_AROUND = frozenset(
    {
        "arm",
        "follow",
        "up",
        "followup",
        "fu",
        "visit",
        "event",
        "assessment",
        "post",
        "after",
        "at",
    }
)


@cache
def known_name_words() -> frozenset[str]:
    """Words that names of columns are made of and that are no person's: such a name may be shown."""
    listed = " ".join(" ".join((name.replace("_", " "), *others)) for name, others in OTHER_NAMES.items())
    own = {*listed.split(), *UNIT_WORDS, *TOTAL_WORDS, *ITEM_WORDS, *DAY_NAME_WORDS, *BESIDE}
    return frozenset(own | IDENTIFIER_PARTS | DATE_PARTS | _OF_EXPORTS)


def words_of(name: str) -> str:
    """A column's name as words: `Dose_mg (total)` is `dose mg total`."""
    return " ".join(name_parts(name))


def visit_of(text: str) -> tuple[int, str] | None:
    """Planned day and occasion of a visit's name (`baseline_arm_1`, `Week 4`, `3m`), or None. Whole texts only.

    The day of a visit after treatment without a number is not known: such a text is none.
    """
    folded = re.sub(r"_arm_[0-9]{1,2}$", "", re.sub(r"[^0-9a-z]+", "_", fold(text)).strip("_"))
    parts = [part for part in folded.split("_") if part]
    rest = [part for part in parts if part not in _AROUND]
    if len(rest) == 1 and rest[0] in _BEFORE:
        return 0, "baseline"
    found = _SPAN.fullmatch("_".join(rest))
    if found is None:
        return None
    unit, count = (found[1], found[2]) if found[1] else (found[4], found[3])
    day = round(int(count) * _DAYS[unit])
    return day, "follow_up" if day else "baseline"


def answer_of(text: str) -> tuple[int, int] | None:
    """Points of a general answer word, and which list it is of, from 0; `0 - Not at all` and `Not at all (0)` too."""
    folded = " ".join(re.findall(r"[a-z]+|[0-9]+", text.casefold()))
    said = re.sub(r"^[0-9] | [0-9]$", "", folded)
    for number, answers in enumerate(ANSWERS):
        if said in answers:
            return answers.index(said), number
    return None


def is_visit_of_unknown_day(text: str) -> bool:
    """Whether a text names a visit, without saying when it is."""
    return fold(text) in _AFTER
