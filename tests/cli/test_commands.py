"""The command line as a person meets it: help, errors in one sentence, exit codes."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest

from hanoikit import cli
from hanoikit.errors import Finding, HanoiKitError, UsageError


@pytest.fixture
def failing(monkeypatch):
    """Puts a command 'version' in place that raises what the test wants."""

    def put(error: BaseException) -> None:
        import typer

        from hanoikit.cli import SETTINGS, version

        app = typer.Typer(**SETTINGS)

        @app.command()
        def broken() -> None:
            raise error

        monkeypatch.setattr(version, "app", app)

    return put


def hanoikit(*words: str, **options) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hanoikit.cli", *words], capture_output=True, text=True, timeout=300, **options
    )


def test_the_listing_names_every_command(capsys):
    assert cli.run(["--help"]) == 0
    shown = capsys.readouterr().out
    for name in ("start", "doctor", "build", "version", "convention", "grade", "demo"):
        assert f"  {name} " in shown
    assert "..." not in shown.split("Commands:")[1]


def test_without_a_word_the_listing_is_shown(capsys):
    assert cli.run([]) == 0
    assert "Commands:" in capsys.readouterr().out


def test_the_listing_imports_no_command_and_nothing_heavy():
    code = (
        "import sys; from hanoikit import cli; cli.run(['--help']);"
        "bad = [m for m in sys.modules if m.split('.')[0] in "
        "{'rich', 'nbformat', 'nbgrader', 'IPython', 'plotly', 'jupytext', 'yaml', 'jsonschema', 'pydantic'}"
        " or (m.startswith('hanoikit.') and m not in "
        "{'hanoikit.cli', 'hanoikit.errors', 'hanoikit.i18n'})];"
        "sys.exit(repr(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_every_command_has_help_with_an_example(command, capsys):
    assert cli.run([command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Usage: hanoikit" in shown
    assert f"hanoikit {command}" in shown.split("Usage:")[1].split("\n", 1)[1]


@pytest.mark.parametrize(
    "words", [["nope"], ["version", "--nope"], ["start", "--port", "80"], ["doctor", "--decode", "X"]]
)
def test_a_wrong_call_ends_in_one_sentence_and_code_2(words, capsys):
    assert cli.run(words) == 2
    said = capsys.readouterr().err.strip()
    assert said and len(said.splitlines()) == 1 and "Traceback" not in said


def test_an_error_of_the_kit_is_told_with_its_findings(failing, capsys):
    findings = [Finding("gap", "no entry", "entry 4")]
    failing(
        HanoiKitError("The log is broken.", where="entry 4", next_step="Read entry 4.", findings=findings)
    )
    assert cli.run(["version"]) == 1
    assert capsys.readouterr().err == "The log is broken. (entry 4) Read entry 4.\n  - entry 4: no entry\n"


def test_a_usage_error_of_the_kit_has_code_2(failing):
    failing(UsageError("There is no article 69."))
    assert cli.run(["version"]) == 2


def test_an_unexpected_error_is_one_sentence_that_points_to_debug(failing, capsys):
    failing(ZeroDivisionError("division by zero"))
    assert cli.run(["version"]) == 1
    said = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in said and "--debug" in said and "Traceback" not in said


@pytest.mark.parametrize("error", [ZeroDivisionError("x"), HanoiKitError("No.")])
def test_debug_shows_the_trace_wherever_it_stands(failing, capsys, error):
    failing(error)
    assert cli.run(["version", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err
    assert cli.run(["--debug", "version"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_ends_without_a_trace(failing, capsys):
    failing(KeyboardInterrupt())
    assert cli.run(["version"]) == 130
    said = capsys.readouterr().err
    assert said and "Traceback" not in said


def test_a_closed_pipe_ends_without_a_trace():
    process = subprocess.Popen(
        [sys.executable, "-m", "hanoikit.cli", "--help"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    process.wait(300)
    assert said == ""


def test_the_version_can_be_asked_in_two_ways(capsys):
    assert cli.run(["version"]) == 0
    one = capsys.readouterr().out
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == one and one.startswith("hanoikit ")


def test_build_in_an_installed_kit_says_where_to_build(monkeypatch, capsys):
    from hanoikit import resources

    monkeypatch.setattr(resources, "checkout", lambda: None)
    assert cli.run(["build"]) == 2
    assert "source checkout" in capsys.readouterr().err


def test_build_check_lists_what_is_stale(monkeypatch, tmp_path, capsys):
    from hanoikit import resources

    monkeypatch.setattr(resources, "checkout", lambda: tmp_path)
    assert cli.run(["build", "--check"]) == 1
    said = capsys.readouterr().err
    assert "docs/coverage.md: is missing." in said and "hanoikit build" in said
    assert cli.run(["build"]) == 0
    assert cli.run(["build", "--check"]) == 0


def test_the_module_can_be_run_in_place_of_the_script():
    done = hanoikit("version")
    assert done.returncode == 0 and done.stdout.startswith("hanoikit ")


@pytest.mark.parametrize("part", [".", "course/lessons", "exercises"])
def test_the_course_does_not_open_among_its_own_sources(part, capsys):
    from hanoikit import resources

    checkout = resources.checkout()
    assert checkout is not None
    assert cli.run(["start", str(checkout / part), "--no-browser"]) == 2
    assert "sources of the kit" in capsys.readouterr().err


def test_a_language_without_translation_is_told(capsys, monkeypatch):
    from hanoikit import i18n, workspace
    from hanoikit.errors import WorkspaceError

    def full(folder):
        raise WorkspaceError("The disk is full.")

    monkeypatch.setattr(i18n, "_active", None)
    monkeypatch.setattr(workspace, "refresh", full)
    assert cli.run(["start", "/tmp/nowhere", "--lang", "tlh"]) == 1
    shown = capsys.readouterr()
    assert "no translation for 'tlh'" in shown.out and shown.err == "The disk is full.\n"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EROFS, "only be read"),
        (errno.EACCES, "rights"),
        (errno.EIO, "does not answer"),
    ],
)
def test_what_a_disk_refuses_is_one_sentence_with_the_place_and_the_next_step(failing, capsys, number, words):
    failing(OSError(number, os.strerror(number), "/media/stick/class/ledger.jsonl"))
    assert cli.run(["version"]) == 1
    said = capsys.readouterr().err
    assert words in said and "/media/stick/class/ledger.jsonl" in said
    assert "did not expect" not in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "meant"), [(["clas"], "hanoikit class"), (["class", "collcet", "x"], "hanoikit class collect")]
)
def test_a_slip_in_the_name_of_a_command_is_told_what_is_near(capsys, words, meant):
    assert cli.run(words) == 2
    assert f"Did you mean: {meant}\n" in capsys.readouterr().err
