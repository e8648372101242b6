"""What `--help` says beside the options: examples that work when copied, what is written, the exit codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from typer.core import TyperCommand, TyperGroup

from assets.cli.told import EXIT_CODES
from pipelines.problems import ExitCode

_FAULT, _USAGE = ExitCode.FAULT, ExitCode.USAGE


@dataclass(frozen=True)
class CommandHelp:
    """One command: its group and line in `kap --help`; examples; what it writes; the exit codes it can give."""

    group: str
    line: str
    examples: tuple[str, ...]
    writes: str
    exit_codes: tuple[ExitCode, ...]


_TRY, _DELIVER, _UNDERSTAND = "Try it", "Deliver", "Understand"
HELP = {
    "demo": CommandHelp(
        _TRY,
        "A made-up network of clinics through everything; some minutes.",
        ("kap demo", "kap demo --home ./kap-demo --json"),
        "The demo's home, ./kap-demo; the dashboard is in its releases/current/index.html.",
        (ExitCode.DONE, _FAULT, _USAGE, ExitCode.LOCKED),
    ),
    "template": CommandHelp(
        _DELIVER,
        "Empty CSV files to fill in, and the dictionary of their columns.",
        ("kap template", "kap template --to ./templates"),
        "sessions.csv, scores.csv, courses.csv and dictionary.md, into ./kap-templates or the folder given.",
        (ExitCode.DONE, _FAULT, _USAGE),
    ),
    "map": CommandHelp(
        _DELIVER,
        "Drafts a mapping file from an export with names of its own.",
        ("kap map init sessions.csv scores.csv", "kap map init scores.csv --out alder.yaml --json"),
        "The draft: ./kap-mapping.yaml, the file given with --out, or mappings/ of the home with --clinic.",
        (ExitCode.DONE, _FAULT, _USAGE, ExitCode.REFUSED),
    ),
    "check": CommandHelp(
        _DELIVER,
        "What would become of files, before they are delivered.",
        ("kap check sessions.csv scores.csv --clinic alder", "kap check scores.csv --json"),
        "Nothing.",
        (ExitCode.DONE, _FAULT, _USAGE, ExitCode.REFUSED),
    ),
    "run": CommandHelp(
        _DELIVER,
        "Takes in what is new, validates, counts, makes the dashboard.",
        ("kap run --home ./kap-home", "kap run --no-warehouse", "kap run --json > run.json"),
        "The home only: the new release in releases/, what was set aside in quarantine/, the record in raw/ and "
        "ledger.jsonl.",
        tuple(ExitCode),
    ),
    "receipts": CommandHelp(
        _DELIVER,
        "What was delivered; takes one out, or confirms what it withdraws.",
        ("kap receipts", 'kap receipts retract 12 --why "sent by mistake"', "kap receipts --json"),
        "A decision: a line in ledger.jsonl, and the reason in reviews/.",
        (ExitCode.DONE, _FAULT, _USAGE, ExitCode.LOCKED),
    ),
    "rules": CommandHelp(
        _UNDERSTAND,
        "The rules and definitions in force; or one of them.",
        ("kap rules KAP-D01", "kap rules phq9.response", "kap rules --home ./kap-home --json"),
        "Nothing.",
        (ExitCode.DONE, _FAULT, _USAGE),
    ),
    "validate": CommandHelp(
        _UNDERSTAND,
        "What each run's validation said; an old run by other thresholds.",
        ("kap validate", "kap validate --regrade", "kap validate --data-docs --json"),
        "Nothing; with --regrade the file regraded-DIGEST.json, with --data-docs the folder data-docs, both in the "
        "run's folder of validation/.",
        (ExitCode.DONE, _FAULT, _USAGE, ExitCode.BLOCKED),
    ),
    "verify": CommandHelp(
        _UNDERSTAND,
        "What was altered in the record, the raw files or the release.",
        ("kap verify", "kap verify --home ./kap-home --json"),
        "Nothing.",
        (ExitCode.DONE, _FAULT, _USAGE),
    ),
    "selftest": CommandHelp(
        _UNDERSTAND,
        "Computes published figures and says which agree.",
        ("kap selftest", "kap selftest --data ../shared/data", "kap selftest --json"),
        "Nothing; with --record the file given.",
        (ExitCode.DONE, _FAULT, _USAGE),
    ),
    "ui": CommandHelp(
        _UNDERSTAND,
        "The Dagster UI of a home, on this machine only.",
        ("kap ui", "kap ui --port 3001"),
        "The home's .dagster folder.",
        (ExitCode.DONE, _FAULT, _USAGE),
    ),
}
# A first delivery, from nothing to the dashboard.
FIRST_STEPS = (
    "kap demo",
    "kap template",
    "kap check sessions.csv scores.csv --clinic alder",
    "kap run",
    "kap rules KAP-D01",
)
# What an exit code says where it does not say what `kap run` says.
_OTHER_WORDS = {
    ("validate", ExitCode.BLOCKED): "--regrade: a clinic would be blocked",
    ("validate", _FAULT): "--regrade: a rule of a clinic has no verdict; or a fault of the program",
    ("verify", _FAULT): "something was altered, or a fault of the program",
    ("selftest", _FAULT): "a figure differs from the published one, or a fault of the program",
    ("map", ExitCode.REFUSED): "a file cannot be read",
    (
        "check",
        ExitCode.REFUSED,
    ): "a file would be refused, wait or block its clinic, or over 5 % of records be set aside",
    ("demo", _FAULT): "it did not end as planned, or a fault of the program",
    ("demo", ExitCode.DONE): "done: ended as planned, which blocks one clinic on purpose",
}


class HelpfulCommand(TyperCommand):
    """A command whose help ends with examples, what it writes and its exit codes."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """What stands below the options."""
        told = HELP[str(self.name)]
        _section(formatter, "Examples", told.examples)
        with formatter.section("Writes"):
            formatter.write_text(told.writes)
        words = [
            (str(int(code)), _OTHER_WORDS.get((str(self.name), code), EXIT_CODES[code])) for code in told.exit_codes
        ]
        with formatter.section("Exit codes"):
            formatter.write_dl(words)


class HelpfulGroup(TyperGroup):
    """All commands, in groups and in the order of use."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands with a whole line each."""
        for group in dict.fromkeys(told.group for told in HELP.values()):
            lines = [(name.ljust(max(map(len, HELP))), told.line) for name, told in HELP.items() if told.group == group]
            with formatter.section(group):
                formatter.write_dl(lines)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Examples, exit codes."""
        _section(formatter, "Examples", FIRST_STEPS)
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), words) for code, words in EXIT_CODES.items()])
        formatter.write_paragraph()
        formatter.write_text("Each command: kap COMMAND --help.")


def _section(formatter: Any, title: str, lines: tuple[str, ...]) -> None:
    with formatter.section(title):
        for line in lines:
            formatter.write(f"{'':>{formatter.current_indent}}{line}\n")
