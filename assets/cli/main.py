"""`kap`: the command line. Each command is thin; what it does lives in the module it calls."""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console

from assets.cli.console import Line, progress_console, reading_width, sentence, show_lines, wrapped
from assets.cli.help import HelpfulCommand, HelpfulGroup
from assets.cli.progress import DEMO_WRITING, UnderWay, progress
from assets.cli.receipts import Action
from assets.cli.told import error_json, error_lines
from assets.fault import fault_of
from pipelines.home import DEMO_HOME, Home
from pipelines.problems import ExitCode, KapError, Problem
from pipelines.version import DEFINITION_SET, PRODUCT_VERSION

if TYPE_CHECKING:
    from assets.cli.run import RunResult

app = typer.Typer(
    name="kap",
    cls=HelpfulGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
HomeOption = Annotated[
    Path | None, typer.Option("--home", help="The home folder. Default: KAP_HOME, else ./kap-home.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]

# 128 + SIGPIPE, as a shell says of any command whose reader left.
ENDED_BY_ITS_PIPE = 141


def main() -> None:
    """Run a command; a user's error is shown without a traceback and sets the exit code."""
    warnings.filterwarnings("ignore", module="dagster")
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except KapError as error:
        code = _told(error)
    except typer.Exit as stop:
        code = stop.exit_code
    except (typer.Abort, KeyboardInterrupt):
        code = 130
    except (BrokenPipeError, SystemExit) as ended:
        # Rich makes the one of the other.
        if not isinstance(ended, BrokenPipeError) and not isinstance(ended.__context__, BrokenPipeError):
            raise
        code = _unread()
    except Exception as error:
        if type(error).__module__.startswith(("click", "typer")) and hasattr(error, "show"):
            code = _misused(error)
        else:
            code = _told(fault_of(error))
    sys.exit(int(code or 0))


def _unread() -> int:
    """Whoever read the output has read enough (`kap rules | head`): nothing more is sent, not even at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ENDED_BY_ITS_PIPE


def _misused(error: Any) -> ExitCode:
    """Wrong usage: the parser's sentence, which names the nearest command or option. Without arguments, the help."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return ExitCode.USAGE
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "kap"
    expected = f"expected what `{command} --help` shows. {sentence(error.format_message())}"
    problem = Problem("KAP-U04", expected, f"run `{command} --help`.")
    return _told(KapError(ExitCode.USAGE, [problem]))


def _told(error: KapError) -> ExitCode:
    if "--json" in sys.argv[1:]:
        print(error_json(error))
    else:
        console = Console(stderr=True)
        show_lines(error_lines(error, reading_width(console)), console)
    return error.exit_code


def _say_version(wanted: bool) -> None:
    if wanted:
        print(f"kap {PRODUCT_VERSION} (definitions {DEFINITION_SET})")
        raise typer.Exit(ExitCode.DONE)


@app.callback()
def kap(
    version: Annotated[
        bool, typer.Option("--version", help="The version, and exit.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """Outcomes of ketamine-assisted psychotherapy by route and condition: from a clinic's files to a dashboard."""


@app.command(cls=HelpfulCommand)
def run(
    home: HomeOption = None,
    no_warehouse: Annotated[bool, typer.Option("--no-warehouse", help="Leave warehouse.duckdb as it is.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take in what is new in the inbox, validate it, score it, count it and release it.

    At its end: how it ended, what came in, what must be mended, where the dashboard is.
    """
    opened = _home(home)
    result = _ran(opened, as_json, warehouse=not no_warehouse)
    _say(opened, result, as_json)
    raise typer.Exit(result.exit_code)


@app.command(cls=HelpfulCommand)
def demo(
    home: Annotated[Path, typer.Option("--home", help="The demo's home folder.")] = Path(DEMO_HOME),
    as_json: JsonOption = False,
) -> None:
    """Write a seeded synthetic network into the inbox and run everything. Marked synthetic on every page."""
    from assets.cli.demo import prepare_demo, unplanned

    opened = Home.open(home)
    with progress_console() as console, progress(console, as_json, (DEMO_WRITING,)) as show:
        plan = prepare_demo(opened, lambda clinic: show(UnderWay(DEMO_WRITING, clinic=clinic.rpartition(" ")[2])))
    result = _ran(opened, as_json)
    surprises = unplanned(opened, plan)
    # What is broken on purpose is no failure of the demo (CONTRACT.md section 6).
    code = ExitCode.FAULT if surprises else ExitCode.DONE
    notes = surprises or ["This is the demo, and it ended as planned: what is broken in it is broken on purpose."]
    _say(opened, replace(result, exit_code=code, notes=tuple(notes)), as_json)
    raise typer.Exit(code)


@app.command(cls=HelpfulCommand)
def check(
    files: Annotated[list[Path], typer.Argument(help="Files to look at; nothing is stored.")],
    home: HomeOption = None,
    clinic: Annotated[str | None, typer.Option(help="Read them with this clinic's mapping.")] = None,
    show_values: Annotated[bool, typer.Option("--show-values", help="Show values; to a terminal only.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what intake would do with files: types, codes, counts, masked shapes. Stores nothing."""
    from assets.cli.check import check_files

    raise typer.Exit(check_files(files, _home_path(home), clinic, show_values, as_json))


@app.command(cls=HelpfulCommand)
def template(
    to: Annotated[Path, typer.Option("--to", help="Folder to write to.")] = Path("kap-templates"),
    home: Annotated[Path | None, typer.Option("--home", help="Templates are the same for every home.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write an empty CSV of each table and a dictionary of its columns."""
    from assets.cli.template import next_steps, write_templates

    written = write_templates(to)
    if as_json:
        print(json.dumps([str(path) for path in written]))
        return
    console = Console()
    show_lines([Line("Written"), *(Line(f"  {path}") for path in written)], console)
    for paragraph in next_steps(to):
        show_lines([Line(), *wrapped(paragraph, reading_width(console))], console)


@app.command("map", cls=HelpfulCommand)
def draft_a_mapping(
    action: Annotated[Literal["init"], typer.Argument(help="init: draft a new mapping.", metavar="init")],
    files: Annotated[list[Path], typer.Argument(help="All files of one export, with any separator.")],
    home: HomeOption = None,
    clinic: Annotated[str | None, typer.Option(help="Write it to this clinic's place in the home.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write it here. Default: ./kap-mapping.yaml.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Draft a mapping from a strange export: what each column may be, how sure that is, what must not be delivered.

    The files are only read; no value of a person is written or shown.
    """
    from assets.cli.map import draft_mapping

    raise typer.Exit(draft_mapping(files, _home_path(home), clinic, out, as_json))


@app.command(cls=HelpfulCommand)
def rules(
    code: Annotated[str | None, typer.Argument(help="A code as a message gives it, a definition, or a scale.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what one code or definition means, or what rests on which source in a scale; or print all that is in force.

    A scale is named by its id (phq9), or with one of its facts (phq9.response). Without a home, what is in force is the
    defaults.
    """
    from assets.cli.rules import print_entry, print_rules

    path = _home_path(home)
    is_home = home is not None or Home(path).marker.exists()
    opened = Home.open(path, create=False) if is_home else None
    if code is not None:
        print_entry(code, opened, as_json)
    else:
        print_rules(opened, as_json)


@app.command(cls=HelpfulCommand)
def validate(
    run: Annotated[str | None, typer.Argument(help="A run's id. Default: the latest.", show_default=False)] = None,
    regrade: Annotated[bool, typer.Option("--regrade", help="By the thresholds of kap.toml as they are now.")] = False,
    data_docs: Annotated[bool, typer.Option("--data-docs", help="Write Great Expectations' own pages of it.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the runs that judged a clinic; or grade an old run anew; or write Great Expectations' pages of it.

    Nothing is judged or published: that is what `kap run` does. A regrading asks what a run would have said by other
    thresholds, from the counts it left.
    """
    from assets.cli.validate import list_runs, refuse_both, regrade_run, write_data_docs

    opened = _home(home, create=False)
    refuse_both(run, regrade, data_docs)
    if regrade:
        raise typer.Exit(regrade_run(opened, run, as_json))
    if data_docs:
        write_data_docs(opened, run, as_json)
    else:
        list_runs(opened, as_json)


@app.command(cls=HelpfulCommand)
def verify(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say what was altered: the ledger's chain, the raw deliveries, the current release."""
    from assets.cli.verify import verify_home

    raise typer.Exit(verify_home(_home(home, create=False), as_json))


@app.command(cls=HelpfulCommand)
def selftest(
    data: Annotated[Path | None, typer.Option("--data", help="The folder of data sets.", show_default=False)] = None,
    record: Annotated[Path | None, typer.Option("--record", help="Write what was found here too.")] = None,
    home: Annotated[Path | None, typer.Option("--home", help="It makes a home of its own, and deletes it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Compute published figures on this machine and say which agree. With --data also those of open data sets."""
    from assets.cli.selftest import exit_code, say, write_record
    from assets.cli.selftest import selftest as examine

    with progress_console() as console, progress(console, as_json) as show:
        checks = examine(data, show)
    if record is not None:
        write_record(checks, data, record)
    say(checks, as_json)
    raise typer.Exit(exit_code(checks))


@app.command(cls=HelpfulCommand)
def receipts(
    action: Annotated[Action | None, typer.Argument(help="Leave out to list them.", show_default=False)] = None,
    receipt: Annotated[int | None, typer.Argument(help="The receipt's number.", show_default=False)] = None,
    why: Annotated[str | None, typer.Option("--why", help="The reason, in a sentence that names no person.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what was delivered and where it stands; take a receipt out; confirm what a snapshot withdraws.

    A decision is noted in the ledger with the hash of its reason; the next run obeys it.
    """
    from assets.cli.receipts import list_receipts, note_decision

    opened = _home(home, create=False)
    if action in (None, Action.list):
        list_receipts(opened, as_json)
    else:
        note_decision(opened, action, receipt, why, as_json)


@app.command(cls=HelpfulCommand)
def ui(
    home: HomeOption = None,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 3000,
) -> None:
    """Open the Dagster UI for this home on 127.0.0.1."""
    from assets.cli.ui import serve

    serve(_home(home), port)


def _home_path(given: Path | None) -> Path:
    from assets.resources import home_path

    return home_path(given)


def _home(given: Path | None, create: bool = True) -> Home:
    return Home.open(_home_path(given), create=create)


def _ran(home: Home, quiet: bool, warehouse: bool = True) -> RunResult:
    from assets.cli.run import run_home

    since = time.monotonic()
    with progress_console() as console, progress(console, quiet) as show:
        result = run_home(home, show, warehouse)
    return replace(result, seconds=time.monotonic() - since)


def _say(home: Home, result: RunResult, as_json: bool) -> None:
    from assets.cli.run import as_json as json_of
    from assets.cli.summary import summary_lines
    from assets.cli.verdict import verdict

    if as_json:
        print(json_of(home, result, verdict(result)))
        return
    console = Console()
    show_lines(summary_lines(home, result, reading_width(console), links=console.is_terminal), console)
