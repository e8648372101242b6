"""Is the record as it was written? The ledger's chain, raw deliveries, reasons of decisions, the current release."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rich.console import Console

from pipelines.home import Home
from pipelines.intake.receipts import read_receipts
from pipelines.intake.receive import fingerprint, raw_path
from pipelines.problems import ExitCode, Problem
from pipelines.provenance.canonical import digest
from pipelines.provenance.history import CONFIRMED, RETRACTED, read_history
from pipelines.provenance.manifest import MANIFEST_NAME
from pipelines.steps.decisions import reason_path


def verify_home(home: Home, as_json: bool) -> ExitCode:
    """Print every problem; exit 1 when there is one."""
    chain = home.ledger.verify(_kept_heads(home))
    problems = [*chain, *([] if chain else (*_last_release(home), *_reasons(home))), *_raw(home), *_release(home)]
    if as_json:
        print(json.dumps({"problems": [problem.__dict__ for problem in problems]}, indent=1))
    else:
        for problem in problems:
            Console().print(problem.sentence(), highlight=False, markup=False, soft_wrap=True)
        if not problems:
            said = "Nothing was altered: ledger, raw deliveries, reasons and the current release are as written."
            Console().print(said, soft_wrap=True)
    return ExitCode.FAULT if problems else ExitCode.DONE


def _manifest(home: Home) -> dict[str, object]:
    path = home.current / MANIFEST_NAME
    return json.loads(path.read_bytes()) if path.exists() else {}


def _kept_heads(home: Home) -> dict[int, str]:
    listed = _manifest(home).get("ledger", [])
    return {event["sequence"]: event["digest"] for event in listed} if isinstance(listed, list) else {}


def _last_release(home: Home) -> Iterator[Problem]:
    """The current release must be the last one the ledger tells of: no manifest can name the line written after it."""
    current = home.current_release()
    if current is not None and read_history(home.ledger.entries()).release_id != current:
        yield Problem(
            "KAP-L01",
            "expected the current release as the ledger's last one; the entry was cut off, or the link was changed.",
            "restore ledger.jsonl from a copy; after a run that was cut short, `kap run` mends this.",
            "ledger.jsonl",
        )


def _raw(home: Home) -> Iterator[Problem]:
    for receipt in read_receipts(home.raw):
        path = raw_path(home.raw, receipt.sha256, receipt.kind)
        if not path.is_file() or fingerprint(path)[0] != receipt.sha256:
            yield Problem(
                "KAP-L02",
                f"expected the raw bytes of receipt {receipt.sequence} as they were received.",
                "restore the folder raw/ from a copy.",
                receipt.file,
            )


def _reasons(home: Home) -> Iterator[Problem]:
    """The reason of every decision: the ledger holds its hash alone."""
    for entry in home.ledger.entries():
        if entry.event in (RETRACTED, CONFIRMED):
            path = reason_path(home.reviews, entry.body["why_sha256"])
            if not path.is_file() or digest(path.read_bytes()) != entry.body["why_sha256"]:
                yield Problem(
                    "KAP-L04",
                    f"expected the reason of a decision about receipt {entry.body['receipt']} as it was given.",
                    "restore the folder reviews/ from a copy.",
                    path.relative_to(home.root).as_posix(),
                )


def _release(home: Home) -> Iterator[Problem]:
    outputs = _manifest(home).get("outputs", {})
    for name, expected in outputs.items() if isinstance(outputs, dict) else ():
        path = home.current / name
        if not path.is_file() or digest(path.read_bytes()) != expected:
            yield Problem(
                "KAP-L03", "expected the file as it was released.", "run `kap run`: it makes the release again.", name
            )
