"""The installed `kap` as people and programs meet it: help whose examples work, a bar on a terminal, plain lines.

A process of its own is started where a terminal, a pipe or a shell is what is tested; `make faults` starts one for each
example of a help too, which `make test` gives to the same program within the tests' process.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from assets.cli.help import HELP
from assets.cli.main import main
from assets.cli.progress import STARTING, STEPS
from pipelines.home import Home
from pipelines.version import PRODUCT_VERSION
from tests.home_tools import csv_text, deliver, patients, phq9, sessions

OF_A_TERMINAL = ("KAP_HOME", "NO_COLOR", "COLUMNS")
KAP = Path(sys.executable).with_name("kap")
WAIT_SECONDS = 180
COMMANDS = ["demo", "template", "map", "check", "run", "receipts", "rules", "validate", "verify", "selftest", "ui"]


def environment(**extra: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in OF_A_TERMINAL}
    return kept | {"PATH": f"{KAP.parent}{os.pathsep}{kept['PATH']}"} | extra


def command(*arguments: str, folder: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [KAP, *arguments],
        cwd=folder,
        env=environment(**extra),
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        check=False,
    )


def typed(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The same without a process of its own."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as here, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        for name in OF_A_TERMINAL:
            here.delenv(name, raising=False)
        here.chdir(folder)
        here.setattr(sys, "argv", ["kap", *arguments])
        # As of a program that was not started with `python -m`: what the help calls itself.
        here.setattr(sys.modules["__main__"], "__package__", None)
        with pytest.raises(SystemExit) as ended:
            main()
    return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), out.getvalue(), err.getvalue())


def on_a_terminal(*arguments: str, folder: Path, columns: int = 80, **extra: str) -> tuple[int, str]:
    """Exit code, and everything a terminal of this width was sent."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        os.execve(KAP, ["kap", *arguments], environment(TERM="xterm-256color", COLUMNS=str(columns), **extra))
    sent = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        sent += part
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), sent.decode()


def examples(text: str) -> list[str]:
    """The lines below `Examples:` of a help."""
    (block,) = re.findall(r"^Examples:\n((?:  kap .*\n)+)", text, re.MULTILINE)
    return [line.strip() for line in block.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a clinic has it: two files of its own, and a home in which one of them waits."""
    path = tmp_path_factory.mktemp("clinic")
    rows = {"sessions.csv": sessions(patients(12)), "scores.csv": phq9(patients(12), {-1: 18, 26: 8})}
    home = Home.open(path / "kap-home")
    for name, content in rows.items():
        (path / name).write_text(csv_text(content))
        deliver(home, "alder", name, content)
    return path


def copied(example: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """An example of a help, typed as it stands."""
    return subprocess.run(
        example,
        shell=True,
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        check=False,
    )


@pytest.fixture(scope="module")
def ran(folder: Path) -> subprocess.CompletedProcess[str]:
    """The first example of `kap run`, in a pipe; what was delivered into the folder's home is released after it."""
    return copied(HELP["run"].examples[0], folder)


def test_the_help_names_every_command_by_use_in_whole_lines(folder: Path):
    done = command("--help", folder=folder)
    assert done.returncode == 0
    named = re.findall(r"^  ([a-z]+) +([A-Z].*)$", done.stdout, re.MULTILINE)
    assert [name for name, _ in named] == COMMANDS
    assert all(line.endswith(".") and "..." not in line for _, line in named)
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert re.findall(r"^  (\d)  ", done.stdout, re.MULTILINE) == list("0123456")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_commands_help_shows_examples_what_it_writes_and_its_exit_codes(name: str, folder: Path):
    said = typed(name, "--help", folder=folder).stdout
    assert 1 <= len(examples(said)) <= 3
    assert "\nWrites:\n" in said and re.search(r"\nExit codes:\n  0  done", said)
    assert max(map(len, said.splitlines())) <= 80


# `kap demo` takes a minute and has its own test (tests/house/test_clean_clone.py); `kap ui` serves until it is stopped;
# the examples of `kap run` are run where what they print is read; a receipt taken out must be one of the home.
QUICK = ("template", "map", "check", "receipts", "rules", "verify")
COPIED = [each for name in QUICK for each in HELP[name].examples if " retract " not in each]


@pytest.mark.usefixtures("ran")
@pytest.mark.parametrize("example", COPIED)
def test_an_example_works(example: str, folder: Path, tmp_path: Path):
    own = shutil.copytree(folder, tmp_path / "clinic", symlinks=True)
    done = typed(*shlex.split(example)[1:], folder=own)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.usefixtures("ran")
@pytest.mark.parametrize("example", COPIED)
def test_an_example_works_when_it_is_copied(example: str, folder: Path, tmp_path: Path):
    done = copied(example, shutil.copytree(folder, tmp_path / "clinic", symlinks=True))
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_of_the_ui_serves_on_this_machine_alone(folder: Path):
    example = HELP["ui"].examples[-1]
    (port,) = re.findall(r"--port (\d+)", example)
    with subprocess.Popen(
        shlex.split(example), cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as serving:
        assert serving.stdout is not None
        try:
            assert f"http://127.0.0.1:{port}" in serving.stdout.readline()
            os.killpg(serving.pid, signal.SIGINT)
            serving.wait(60)
        finally:
            # A UI that did not stop must not keep the tests from ending.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(serving.pid, signal.SIGKILL)


def test_the_readmes_first_rows_are_taken_in_as_they_stand(tmp_path: Path):
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```csv\n(.*?)```", readme, re.DOTALL)
    assert len(blocks) == 2
    for name, block in zip(("sessions.csv", "scores.csv"), blocks, strict=True):
        (tmp_path / name).write_text(block, encoding="utf-8")
    done = typed("check", "sessions.csv", "scores.csv", "--clinic", "willow", folder=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "sessions.csv: would be taken in as sessions\n  2 rows, 2 records, none set aside.\n" in done.stdout
    assert "scores.csv: would be taken in as scores\n  2 rows, 2 records, none set aside.\n" in done.stdout


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_a_reader_that_has_read_enough_ends_a_command_without_a_word(option: tuple[str, ...], folder: Path):
    with subprocess.Popen(
        [KAP, "rules", *option], cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()
        # 128 + SIGPIPE, as a shell says of `cat`.
        assert (running.wait(WAIT_SECONDS), said) == (141, b"")


def test_the_version(folder: Path):
    assert command("--version", folder=folder).stdout.startswith(f"kap {PRODUCT_VERSION} ")


def test_a_pipe_gets_a_line_a_step_with_its_seconds_and_no_colour(ran: subprocess.CompletedProcess[str]):
    assert ran.returncode == 0, ran.stderr
    steps = [line.rpartition(": ") for line in ran.stderr.splitlines()]
    said = [words for words, _, _ in steps]
    # The release and the warehouse wait for the same steps, so either may come first.
    assert said[:-2] == [STARTING, *STEPS.values()][:-2]
    assert set(said[-2:]) == set(list(STEPS.values())[-2:])
    assert all(re.fullmatch(r"(\d+ min )?\d+ s", took) for _, _, took in steps)
    assert ran.stdout.startswith("alder is released.\n\nWhat came in ")
    assert "\x1b" not in ran.stdout + ran.stderr
    assert not [line for line in ran.stdout.splitlines() if len(line) > 80 and "/" not in line]


@pytest.mark.usefixtures("ran")
def test_a_run_makes_the_warehouse(folder: Path):
    with duckdb.connect(str(Home(folder / "kap-home").warehouse), read_only=True) as opened:
        assert opened.execute("SELECT count(*) FROM sessions").fetchall() == [(48,)]


@pytest.mark.usefixtures("ran")
def test_a_terminal_gets_a_bar_with_the_step_and_the_time_and_the_page_as_a_link(folder: Path):
    home = Home(folder / "kap-home")
    deliver(home, "birch", "sessions.csv", sessions(patients(12)))
    warehouse = home.warehouse.read_bytes()
    exit_code, sent = on_a_terminal(*shlex.split(HELP["run"].examples[1])[1:], folder=folder, columns=120)
    assert exit_code == 0, sent
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", sent)
    steps = (STARTING, *STEPS.values())
    # Seen while the steps run, during which Dagster turns standard error away; no warehouse was asked for.
    assert home.warehouse.read_bytes() == warehouse
    for words in steps:
        if words == STEPS["warehouse"]:
            continue
        assert re.search(rf"{words} +[━╺╸]+ {steps.index(words) + 1} of {len(steps)} 0:0\d:\d\d", plain), words
    assert re.search(rf"validating with Great Expectations +[━╺╸]+ 4 of {len(steps)} 0:0\d:\d\d birch", plain)
    assert "\x1b[1;32mAll 2 clinics released." in sent
    assert f"file://{home.current / 'index.html'}" in plain


@pytest.mark.parametrize("option", [{"NO_COLOR": "1"}, {}])
def test_colour_is_for_terminals_that_want_it(option: dict[str, str], folder: Path):
    exit_code, sent = on_a_terminal("rules", "KAP-D11", folder=folder, **option)
    assert exit_code == 2
    assert ("\x1b[1;31m" in sent) is (not option)
    assert "Not done: something must be corrected first." in sent


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("rnu",), "Did you mean 'run'?"),
        (("run", "--hom", "x"), "--home"),
        (("check",), "kap check --help"),
        (("verify", "--home", "nowhere"), "KAP-H01"),
    ],
)
def test_wrong_usage_is_told_in_one_block_and_as_json(arguments: tuple[str, ...], named: str, folder: Path):
    done = typed(*arguments, folder=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Not done: something must be corrected first.\n\n  ")
    assert done.stderr.endswith("Exit code 2: wrong usage, settings or mapping; nothing was done.\n")
    assert named in done.stderr and "Traceback" not in done.stderr
    done = typed(*arguments, "--json", folder=folder)
    assert (done.returncode, json.loads(done.stdout)["exit_code"], done.stderr) == (2, 2, "")


def test_wrong_usage_is_told_by_the_installed_command_as_within_this_process(folder: Path):
    for option in ((), ("--json",)):
        done, same = command("rnu", *option, folder=folder), typed("rnu", *option, folder=folder)
        assert (done.returncode, done.stdout, done.stderr) == (same.returncode, same.stdout, same.stderr)
        assert done.returncode == 2


def test_json_is_all_that_is_printed(tmp_path: Path):
    done = copied(HELP["run"].examples[2], tmp_path)
    told = json.loads((tmp_path / "run.json").read_text())
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert told["verdict"] == ["Nothing was taken in."]
