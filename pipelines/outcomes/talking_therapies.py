"""The outcomes as NHS Talking Therapies counts them: a depression and an anxiety measure together, over exact people.

Definitions: field.md 1.1 and clinical.md section 5 (NCT05134103; MindStep, BMC Psychiatry 2018 s12888-018-1987-1,
table 1; Clark 2018, PMC5942544, table 2). Caseness and reliable change are those of the catalogue in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import pandas as pd

from pipelines.disclosure.limits import Limits
from pipelines.engine import Engine, load_sql
from pipelines.instruments.cited import Cited
from pipelines.instruments.model import Scale
from pipelines.outcomes.change_methods import MARKS
from pipelines.outcomes.columns import finished
from pipelines.outcomes.estimates import Numbers, ratio, wilson
from pipelines.outcomes.tables import evidence
from pipelines.version import DEFINITION_SET
from pipelines.vocabulary import ALL, CONDITIONS

DEPRESSION, BACK_UP = "phq9", "gad7"
# Conditions with an anxiety measure of their own. NHS Talking Therapies lists the OCI of 42 items for OCD: it is not
# the OCI-R of the catalogue, so OCD stands on the back-up.
ANXIETY: Mapping[str, str] = MappingProxyType({"ptsd": "pcl5"})
LEAST_SESSIONS = 2
WITH_CLAUSE, WITHOUT_CLAUSE = "with_other_measure_clause", "without_other_measure_clause"
# Version -> source and mark of its rule of reliable improvement. No source was found for the clause.
VERSIONS: Mapping[str, tuple[str, str | None]] = MappingProxyType(
    {
        WITH_CLAUSE: ("NHS Talking Therapies; the clause on the other measure: none found", "†"),
        WITHOUT_CLAUSE: ("MindStep, BMC Psychiatry 2018 s12888-018-1987-1 table 1", None),
    }
)
# NHS Talking Therapies is known to use these measures, with no value that was found (clinical.md section 7).
UNSOURCED: Mapping[str, str] = MappingProxyType({"pcl5": "†"})
# That deterioration asks for no reliable improvement on the other measure: no source was found, in either version.
DETERIORATION_MARK = "†"

TALKING_KEY = ("clinic_id", "condition", "route", "version")
TALKING_LADDER = (
    "n_started",
    "n_baseline",
    "n_one_session",
    "n_too_few_scores",
    "n_finished",
    "n_on_back_up",
    "n_not_at_caseness",
    "n_at_caseness",
)
# Statistic -> its denominator.
TALKING_RATES: Mapping[str, str] = MappingProxyType(
    {
        "recovered": "n_at_caseness",
        "reliably_recovered": "n_at_caseness",
        "reliably_improved": "n_finished",
        "reliably_deteriorated": "n_finished",
        "no_reliable_change": "n_finished",
    }
)
TALKING_WORDS = (
    "depression_measure",
    "anxiety_measure",
    "measure_thresholds",
    "measure_sources",
    "measure_mark",
    "improvement_source",
    "improvement_mark",
    "deterioration_mark",
)
TALKING_COLUMNS = (
    *TALKING_KEY,
    *TALKING_LADDER,
    *(f"{rate}_{part}" for rate in TALKING_RATES for part in ("n", "pct", "ci_low", "ci_high")),
    *TALKING_WORDS,
    "definition",
    "evidence",
)


def talking_therapies(engine: Engine, scales: Mapping[str, Scale], limits: Limits = Limits()) -> pd.DataFrame:
    """One row per clinic (or all), condition, route and version; sorted by key.

    Needs what `outcome_tables` leaves in the engine. Finished: two dosing sessions or more in the first course, and a
    first and a last score on both measures; a discharge date, which the NHS asks for, is not known. At caseness: on
    one of the two at the first score. Recovered: at caseness, and below on both at the last. Percentages 0 to 100 with
    Wilson intervals; evidence is that of n_finished of n_baseline.
    """
    engine.define("talking_measures", talking_measures())
    versions = pd.DataFrame({"version": list(VERSIONS), "with_clause": [name == WITH_CLAUSE for name in VERSIONS]})
    engine.define("talking_versions", versions)
    engine.materialise("talking_courses", load_sql(__file__, "talking_courses"), least_sessions=LEAST_SESSIONS)
    frame = engine.frame(load_sql(__file__, "talking_therapies"))
    made: dict[str, Numbers] = {}
    for rate, denominator in TALKING_RATES.items():
        low, high = wilson(frame[f"{rate}_n"], frame[denominator])
        made |= {
            f"{rate}_pct": 100 * ratio(frame[f"{rate}_n"], frame[denominator]),
            f"{rate}_ci_low": 100 * low,
            f"{rate}_ci_high": 100 * high,
        }
    marks = [
        _worst((VERSIONS[version][1], _measure_mark(condition, scales)))
        for version, condition in zip(frame["version"], frame["condition"], strict=True)
    ]
    frame = frame.assign(
        **made,
        depression_measure=DEPRESSION,
        anxiety_measure=frame["condition"].map(_anxiety_in_words),
        measure_thresholds=frame["condition"].map(lambda condition: _thresholds_in_words(condition, scales)),
        measure_sources=frame["condition"].map(lambda condition: _sources_in_words(condition, scales)),
        measure_mark=frame["condition"].map(lambda condition: _measure_mark(condition, scales)),
        improvement_source=frame["version"].map(lambda version: VERSIONS[version][0]),
        improvement_mark=pd.Series(marks, index=frame.index, dtype="str"),
        deterioration_mark=DETERIORATION_MARK,
        definition=DEFINITION_SET,
    )
    frame["evidence"] = evidence(frame.assign(n_analysed=frame["n_finished"]), limits)
    return finished(frame.sort_values(list(TALKING_KEY), kind="stable"), TALKING_COLUMNS)


def talking_measures() -> pd.DataFrame:
    """One row per condition: condition, depression, anxiety (its own measure) and back_up, ids of scales."""
    return pd.DataFrame(
        [(condition, DEPRESSION, ANXIETY.get(condition, BACK_UP), BACK_UP) for condition in CONDITIONS],
        columns=["condition", "depression", "anxiety", "back_up"],
    )


def _anxiety_measures(condition: str) -> tuple[str, ...]:
    """The anxiety measures of a condition, its own first; of condition `all` every one."""
    own = tuple(ANXIETY.values()) if condition == ALL else (ANXIETY[condition],) if condition in ANXIETY else ()
    return (*own, BACK_UP)


def _anxiety_in_words(condition: str) -> str:
    return ", else ".join(_anxiety_measures(condition))


def _thresholds_in_words(condition: str, scales: Mapping[str, Scale]) -> str:
    """Caseness and reliable change of each measure, as `phq9 >= 10, 6`."""
    measures = (DEPRESSION, *_anxiety_measures(condition))
    return "; ".join(f"{name} {_caseness(scales[name])}, {_reliable(scales[name])}" for name in measures)


def _facts(condition: str, scales: Mapping[str, Scale]) -> dict[str, tuple[Cited, ...]]:
    """Caseness and reliable change of each measure of a condition, as far as the catalogue has them."""
    measures = (DEPRESSION, *_anxiety_measures(condition))
    listed = {name: (scales[name].caseness, scales[name].default_reliable_change) for name in measures}
    return {name: tuple(fact for fact in facts if fact) for name, facts in listed.items()}


def _sources_in_words(condition: str, scales: Mapping[str, Scale]) -> str:
    """The sources of each measure, as `pcl5: NCPTSD, Using the PCL-5; Marx 2022`."""
    facts = _facts(condition, scales)
    return "; ".join(f"{name}: {'; '.join(dict.fromkeys(fact.source for fact in facts[name]))}" for name in facts)


def _measure_mark(condition: str, scales: Mapping[str, Scale]) -> str | None:
    """The worst mark of what the measures of a condition are judged by; a clinic's own figure has none."""
    return _worst(
        UNSOURCED.get(name, MARKS.get(fact.source_status)) if fact.source_status != "project_choice" else None
        for name, facts in _facts(condition, scales).items()
        for fact in facts
    )


def _worst(marks: Iterable[str | None]) -> str | None:
    found = set(marks)
    return next((mark for mark in MARKS.values() if mark in found), None)


def _caseness(scale: Scale) -> str:
    return f"{scale.caseness.op} {scale.caseness.value:g}" if scale.caseness else "no caseness"


def _reliable(scale: Scale) -> str:
    change = scale.default_reliable_change
    return f"{change.value:g}" if change else "no reliable change"
