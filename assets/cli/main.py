"""`kap`: the command line. Each command is thin; what it does lives in the module it calls."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from assets.fault import fault_of
from pipelines.home import DEMO_HOME, HOME_VARIABLE, Home
from pipelines.problems import ExitCode, KapError

app = typer.Typer(
    name="kap",
    help="Outcomes of ketamine-assisted psychotherapy by route and condition, from a clinic's files to a dashboard.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
HomeOption = Annotated[
    Path | None, typer.Option("--home", help="The home folder. Default: KAP_HOME, else ./kap-home.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def main() -> None:
    """Run a command; a user's error is shown without a traceback and sets the exit code."""
    warnings.filterwarnings("ignore", module="dagster")
    try:
        code = app(standalone_mode=False)
    except KapError as error:
        code = _told(error)
    except typer.Exit as stop:
        code = stop.exit_code
    except (typer.Abort, KeyboardInterrupt):
        code = 130
    except Exception as error:
        if type(error).__module__.startswith(("click", "typer")) and hasattr(error, "show"):
            error.show()
            code = ExitCode.USAGE
        else:
            code = _told(fault_of(error))
    sys.exit(int(code or 0))


def _told(error: KapError) -> ExitCode:
    if "--json" in sys.argv[1:]:
        problems = [problem.__dict__ for problem in error.problems]
        print(json.dumps({"exit_code": int(error.exit_code), "problems": problems}, indent=1))
        return error.exit_code
    Console(stderr=True).print(str(error), highlight=False, markup=False, soft_wrap=True)
    return error.exit_code


@app.command(epilog="Example: kap run --home ./kap-home")
def run(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Take in what is new, validate, score, aggregate, release."""
    raise typer.Exit(_run(_home(home), as_json))


@app.command(epilog="Example: kap demo --home ./kap-demo")
def demo(
    home: Annotated[Path, typer.Option("--home", help="The demo's home folder.")] = Path(DEMO_HOME),
    as_json: JsonOption = False,
) -> None:
    """Write a seeded synthetic network into the inbox and run everything. Marked synthetic on every page."""
    from assets.cli.demo import prepare_demo, unplanned

    opened = Home.open(home)
    with _progress("writing the synthetic network", quiet=as_json) as show:
        plan = prepare_demo(opened, show)
    _run(opened, as_json)
    surprises = unplanned(opened, plan)
    for surprise in surprises:
        Console(stderr=True).print(surprise, highlight=False, markup=False)
    raise typer.Exit(ExitCode.FAULT if surprises else ExitCode.DONE)


@app.command(epilog="Example: kap check scores.csv --clinic alder")
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


@app.command(epilog="Example: kap template --to ./templates")
def template(
    to: Annotated[Path, typer.Option("--to", help="Folder to write to.")] = Path("kap-templates"),
    home: Annotated[Path | None, typer.Option("--home", help="Templates are the same for every home.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write an empty CSV of each table and a dictionary of its columns."""
    from assets.cli.template import write_templates

    written = write_templates(to)
    print(json.dumps([str(path) for path in written]) if as_json else "\n".join(map(str, written)))


@app.command(epilog="Example: kap rules --home ./kap-home")
def rules(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Print the validation rules and the definitions in force, with their sources; without a home, the defaults."""
    from assets.cli.rules import print_rules

    path = _home_path(home)
    is_home = home is not None or Home(path).marker.exists()
    print_rules(Home.open(path, create=False) if is_home else None, as_json)


@app.command(epilog="Example: kap verify --home ./kap-home")
def verify(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say what was altered: the ledger's chain, the raw deliveries, the current release."""
    from assets.cli.verify import verify_home

    raise typer.Exit(verify_home(_home(home, create=False), as_json))


@app.command(epilog="Example: kap ui --port 3000")
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
    opened = Home.open(_home_path(given), create=create)
    # Child processes (the Dagster UI's runs) find the same home.
    os.environ[HOME_VARIABLE] = str(opened.root)
    return opened


def _run(home: Home, as_json: bool) -> ExitCode:
    from assets.cli.console import plain_console
    from assets.cli.run import as_json as json_of
    from assets.cli.run import run_home
    from assets.cli.summary import closing_line, print_summary

    with _progress("starting", quiet=as_json) as show:
        result = run_home(home, show)
    if as_json:
        print(json_of(home, result))
    else:
        console = plain_console()
        print_summary(home, result, console)
        console.print(closing_line(result))
    return result.exit_code


@contextmanager
def _progress(first: str, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A moving line on a terminal, a plain line per step elsewhere, nothing when quiet."""
    console = Console(stderr=True)
    if quiet:
        yield lambda sentence: None
    elif console.is_terminal:
        with console.status(first) as status:
            yield status.update
    else:
        console.print(first, highlight=False)
        yield lambda sentence: console.print(sentence, highlight=False, markup=False)
