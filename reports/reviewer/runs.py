"""Over the runs: how many checks passed and failed after each, as charts and as a table."""

from __future__ import annotations

import pandas as pd

from pipelines.provenance.rule_runs import FOLLOWED_N, RuleRuns, Run
from pipelines.vocabulary import ALL
from reports import figures
from reports.charts import rule_history
from reports.sections import rule_lines
from reports.sections.parts import Cell, Drawn, Page, Section, TableView
from reports.sections.rule_lines import EFFECTS, STATUSES

_PASSED = ("passed", "passed_with_failures")


def counts(past: RuleRuns) -> pd.DataFrame:
    """One row per run shown: checks standing after it by status, and the failed of each effect (`failed_<effect>`)."""
    rows = []
    for run in past.runs[-FOLLOWED_N:]:
        standing = past.standing(run.number)
        failed = standing.loc[standing["status"] == "failed", "effect"].value_counts()
        status = standing["status"].value_counts()
        rows.append(
            {"run": run.number}
            | {name: int(status.get(name, 0)) for name in STATUSES}
            | {f"failed_{effect}": int(failed.get(effect, 0)) for effect in EFFECTS}
        )
    return pd.DataFrame(rows)


def runs(page: Page) -> Section:
    """The section; of a single run only its table."""
    words, past = page.words, page.about.past
    if not past.runs:
        return Section("runs", words.say("runs.heading"), "", empty=words.say("rules.empty"))
    counted = counts(past)
    passed_n = counted[list(_PASSED)].sum(axis=1)
    told_n = passed_n + counted["failed"]
    share = (100 * passed_n / told_n.where(told_n > 0)).astype("Float64")
    shown = past.runs[-FOLLOWED_N:]
    sentence = words.say("runs.sentence" if page.scope.clinic_id == ALL else "runs.sentence_one")
    if len(shown) < len(past.runs):
        sentence += " " + words.say("runs.many", shown=figures.count(FOLLOWED_N), runs=figures.count(len(past.runs)))
    several = len(shown) > 1 and bool(share.notna().all())
    drawn = several and page.scope.clinic_id == ALL
    return Section(
        "runs",
        words.say(
            "runs.finding",
            runs=figures.count(len(past.runs)),
            passed=rule_lines.percent(share.iloc[-1]),
            before=rule_lines.percent(share.iloc[-2]),
        )
        if several
        else words.say("runs.one" if len(shown) == 1 else "runs.heading"),
        sentence,
        reading=words.say("runs.reading") if drawn else "",
        table=_table(page, shown, counted, passed_n, share),
        folded=drawn,
        # What draws them weighs a megabyte: too much for each of forty clinics, whose table says the same.
        charts=_charts(page, counted, passed_n, told_n, share) if drawn else (),
    )


def _charts(
    page: Page, counted: pd.DataFrame, passed_n: pd.Series, told_n: pd.Series, share: pd.Series
) -> tuple[Drawn, ...]:
    words = page.words
    passed = [
        {
            "run": int(run),
            "value": round(float(value), 2),
            "reading": words.say("figure.part_of", part=figures.count(part), whole=figures.count(whole)),
        }
        for run, value, part, whole in zip(counted["run"], share, passed_n, told_n, strict=True)
    ]
    # A row of zeros from end to end says nothing.
    effects = [effect for effect in EFFECTS if counted[f"failed_{effect}"].any()]
    failed = [
        {"run": int(run), "effect": words.name("rule_effect", effect), "order": order, "value": int(value)}
        for order, effect in enumerate(effects)
        for run, value in zip(counted["run"], counted[f"failed_{effect}"], strict=True)
    ]
    told = figures.count(len(counted))
    return (
        Drawn(
            "runs-passed",
            words.say("runs.passed_title"),
            words.say("runs.passed_label", runs=told, passed=rule_lines.percent(float(share.iloc[-1]))),
            rule_history.passed(words),
            passed,
        ),
        Drawn(
            "runs-failed",
            words.say("runs.failed_title"),
            words.say("runs.failed_label", runs=told),
            rule_history.failed(words),
            failed,
            height_px=rule_history.ROW_PX * max(len(effects), 1),
        ),
    )


def _table(
    page: Page, shown: tuple[Run, ...], counted: pd.DataFrame, passed_n: pd.Series, share: pd.Series
) -> TableView:
    words = page.words
    one = len({clinic for run in shown for clinic in run.clinics}) == 1
    statuses = [("passed_n", passed_n), ("passed_pct", share)]
    headers = (
        *(words.say(f"column.{name}") for name in ("run", "up_to", *(() if one else ("judged_clinics",)))),
        *(words.say(f"column.{name}") for name, _ in statuses),
        *(words.name("status", name) for name in ("failed", "not_applicable", "error")),
        *(words.say("runs.failed_of", effect=words.name("rule_effect", effect)) for effect in EFFECTS),
    )
    rows = tuple(
        (
            Cell(figures.count(run.number), note=run.run_id),
            Cell(figures.count(run.receipt)),
            *(() if one else (Cell(figures.count(len(run.clinics))),)),
            Cell(figures.count(passed)),
            Cell("–" if pd.isna(pct) else rule_lines.percent(float(pct))),
            *(Cell(figures.count(row[name])) for name in ("failed", "not_applicable", "error")),
            *(Cell(figures.count(row[f"failed_{effect}"])) for effect in EFFECTS),
        )
        for run, passed, pct, row in zip(shown, passed_n, share, counted.to_dict("records"), strict=True)
    )
    return TableView(words.say("runs.caption_one" if one else "runs.caption"), headers, rows)
