"""What validation found: the verdicts of every run, other thresholds on an old run, Great Expectations' own pages."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

from rich.console import Console
from rich.table import Table

from assets.cli.console import BAD, STRONG, Line, counted, listed, plain_console, show_lines, shown_path
from expectations.regrade import Regraded, regrade
from pipelines.contract.nearest import nearest
from pipelines.durable import PRIVATE_FILE, PRIVATE_FOLDER, make_folder, write_whole
from pipelines.home import Home
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.provenance.canonical import digest
from pipelines.provenance.history import read_history
from pipelines.rules.finding import Finding
from pipelines.steps.job import settings_of

# Run id -> the validation of each clinic that it judged, as the ledger keeps it; in the ledger's order.
Runs: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]
DATA_DOCS = "data-docs"
_DIGEST_LENGTH = 12


def refuse_both(run: str | None, regrade: bool, data_docs: bool) -> None:
    """Raise on options that contradict each other, and on a run without one.

    Raises:
        KapError: exit 2.
    """
    if (regrade and data_docs) or (run is not None and not (regrade or data_docs)):
        expected = "expected one of --regrade and --data-docs, with a run or without; or neither and no run."
        raise KapError(ExitCode.USAGE, [Problem("KAP-U17", expected, "see `kap validate --help`.")])


def list_runs(home: Home, as_json: bool) -> None:
    """Print each run that judged a clinic, the latest last: its clinics by verdict, and what blocked."""
    rows: list[dict[str, Any]] = [
        {
            "run": run_id,
            "clinics": {body["clinic_id"]: body["verdict"] for body in bodies},
            "blocking": sorted({code for body in bodies for code in body["blocking"]}),
        }
        for run_id, bodies in _runs(home).items()
    ]
    if as_json:
        print(json.dumps({"runs": rows}, indent=1))
        return
    if not rows:
        show_lines([Line("No run has judged a clinic yet. To do: `kap run`.")], Console())
        return
    table = Table(title="Runs that judged a clinic, the latest last", title_justify="left")
    for name in ("run", "clinics", "passed", "not passed", "blocked by"):
        table.add_column(name, overflow="fold")
    for row in rows:
        bad = [clinic_id for clinic_id, verdict in row["clinics"].items() if verdict != "passed"]
        told = (str(len(row["clinics"])), str(len(row["clinics"]) - len(bad)), ", ".join(bad) or "-")
        table.add_row(row["run"], *told, ", ".join(row["blocking"]) or "-")
    plain_console().print(table)


def regrade_run(home: Home, asked: str | None, as_json: bool) -> ExitCode:
    """Print what an old run would have said by the thresholds of kap.toml as they are now; nothing is judged again.

    asked: the run's id; None = the latest. Writes `validation/<run_id>/regraded-<digest>.json` and nothing else. Exit 4
    if a clinic would be blocked, 1 if a rule of one has no verdict.

    Raises:
        KapError: no such run, or the settings have problems (exit 2).
    """
    run_id, bodies = _chosen(_runs(home), asked)
    thresholds = settings_of(home).thresholds.of_rules()
    regraded = [regrade(body, thresholds) for body in sorted(bodies, key=lambda body: body["clinic_id"])]
    found = {"run": run_id, "thresholds": thresholds, "clinics": [_as_json(each) for each in regraded]}
    content = json.dumps(found, sort_keys=True, indent=1, allow_nan=False).encode() + b"\n"
    folder = make_folder(home.validation_of(run_id), PRIVATE_FOLDER)
    path = folder / f"regraded-{digest(content)[:_DIGEST_LENGTH]}.json"
    write_whole(path, content, PRIVATE_FILE)
    if as_json:
        print(content.decode(), end="")
    else:
        _say(run_id, regraded, path)
    verdicts = {each.verdict for each in regraded}
    if "error" in verdicts:
        return ExitCode.FAULT
    return ExitCode.BLOCKED if "blocked" in verdicts else ExitCode.DONE


def write_data_docs(home: Home, asked: str | None, as_json: bool) -> None:
    """Write Great Expectations' own page of each clinic that a run judged, and print where.

    asked: the run's id; None = the latest. The pages lie in `validation/<run_id>/data-docs/`.

    Raises:
        KapError: no such run, or its results are no longer in the home (exit 2).
    """
    from expectations.data_docs import data_docs

    run_id, bodies = _chosen(_runs(home), asked)
    stored = [home.validation_of(run_id) / f"{clinic_id}.json" for clinic_id in sorted(b["clinic_id"] for b in bodies)]
    absent = [path for path in stored if not path.is_file()]
    if absent:
        expected = "expected the results of this run in validation/; they were deleted."
        raise KapError(
            ExitCode.USAGE,
            [
                Problem("KAP-U16", expected, "name a later run; `kap validate` lists them.", path.name)
                for path in absent
            ],
        )
    folder = make_folder(home.validation_of(run_id) / DATA_DOCS, PRIVATE_FOLDER)
    pages = []
    for path in stored:
        page = data_docs(json.loads(path.read_bytes()), run_id, bool(home.synthetic))
        pages.append(folder / f"{path.stem}.html")
        write_whole(pages[-1], page.encode(), PRIVATE_FILE)
    if as_json:
        print(json.dumps({"run": run_id, "pages": [str(page) for page in pages]}, indent=1))
        return
    said = [Line("Great Expectations' own pages, counts only; they load nothing from anywhere", STRONG)]
    show_lines([*said, *(Line(f"  {shown_path(page)}") for page in pages)], Console())


def _runs(home: Home) -> Runs:
    runs: dict[str, list[Mapping[str, Any]]] = {}
    for body in read_history(home.ledger.entries()).validations:
        # An early version of the ledger did not name the run.
        if body.get("run_id"):
            runs.setdefault(str(body["run_id"]), []).append(body)
    return runs


def _chosen(runs: Runs, asked: str | None) -> tuple[str, Sequence[Mapping[str, Any]]]:
    if not runs:
        expected = "expected a home in which a run has judged a clinic."
        raise KapError(ExitCode.USAGE, [Problem("KAP-U15", expected, "run `kap run` first.")])
    run_id = asked if asked is not None else list(runs)[-1]
    if run_id not in runs:
        # Most often a run's id was cut short.
        begun = [each for each in runs if each.startswith(run_id)] if run_id else []
        close = begun[0] if len(begun) == 1 else nearest(run_id, runs)
        hint = f"the nearest is {close}" if close else f"the latest is {list(runs)[-1]}"
        problem = Problem("KAP-U15", f"expected the id of a run that judged a clinic; {hint}.", "see `kap validate`.")
        raise KapError(ExitCode.USAGE, [problem])
    return run_id, runs[run_id]


def _as_json(regraded: Regraded) -> dict[str, Any]:
    return {
        "clinic_id": regraded.clinic_id,
        "verdict": {"was": regraded.verdict_before, "would_be": regraded.verdict},
        "rules_gone": list(regraded.gone),
        "findings": [
            {
                **asdict(new),
                "status": {"was": old.status, "would_be": new.status},
                "threshold_pct_was": old.threshold_pct,
            }
            for old, new in zip(regraded.before, regraded.after, strict=True)
        ],
    }


def _say(run_id: str, regraded: Sequence[Regraded], path: Path) -> None:
    console = plain_console()
    changed_n = sum(each.verdict != each.verdict_before for each in regraded)
    told = f"of {counted(len(regraded), 'clinic')}, {counted(changed_n, 'verdict')} would change"
    head = Line(f"Run {run_id} by the thresholds of kap.toml as they are now: {told}.", STRONG)
    show_lines([head, Line("Nothing was judged again; what stands published stays.")], console)
    for each in regraded:
        show_lines(_clinic_lines(each), console)
        changed = list(each.changed())
        if changed:
            console.print(_changes(changed))
    show_lines([Line(f"Written: {shown_path(path)}")], console)


def _clinic_lines(regraded: Regraded) -> Iterable[Line]:
    is_changed = regraded.verdict != regraded.verdict_before
    words = f", would be {regraded.verdict}" if is_changed else ", as before"
    yield Line(
        f"{regraded.clinic_id}: {regraded.verdict_before}{words}", BAD if regraded.verdict != "passed" else STRONG
    )
    statuses = Counter(finding.status for finding in regraded.after)
    told = [f"{n} {status.replace('_', ' ')}" for status, n in sorted(statuses.items())]
    yield Line(f"  results by the thresholds now: {listed(told, len(told))}")
    if regraded.gone:
        yield Line(f"  rules of an earlier version, left as they were: {', '.join(regraded.gone)}")


def _changes(changed: Iterable[tuple[Finding, Finding]]) -> Table:
    table = Table(title_justify="left")
    for name in ("rule", "where", "was", "would be", "failed", "of", "% allowed was", "% allowed now"):
        table.add_column(name)
    for old, new in changed:
        table.add_row(
            new.rule,
            f"{new.table}.{new.column}" if new.column else new.table,
            old.status.replace("_", " "),
            new.status.replace("_", " "),
            *("-" if n is None else f"{n:,}" for n in (new.failed_n, new.evaluated_n)),
            f"{old.threshold_pct:g}",
            f"{new.threshold_pct:g}",
        )
    return table
