"""JupyterLab on the trainee's folder: started, found again, ended."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from functools import partial
from pathlib import Path

import pytest

from hanoikit import lab_settings
from hanoikit.errors import WorkspaceError
from hanoikit.workspace import Lab, open_lab
from hanoikit.workspace.delivery import PRIVATE, refresh
from hanoikit.workspace.lab import arguments, environment, free_port


def test_a_taken_port_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        assert free_port(port) > port


def test_no_free_port_is_told(monkeypatch):
    with pytest.raises(WorkspaceError, match="no free port"):
        free_port(70000)


def test_the_token_is_not_on_the_command_line(tmp_path):
    assert not any("secret" in word for word in arguments(tmp_path, 8888))
    assert environment(tmp_path, "secret")["JUPYTER_TOKEN"] == "secret"


def test_only_this_machine_is_served(tmp_path):
    assert "--ServerApp.ip=127.0.0.1" in arguments(tmp_path, 8888)


def test_programs_beside_this_python_are_found_by_the_kernels(tmp_path):
    first = environment(tmp_path, "t")["PATH"].split(os.pathsep)[0]
    assert Path(first) == Path(sys.executable).parent


def test_an_address_with_blanks_and_umlauts_is_quoted(tmp_path):
    lab = Lab(tmp_path, 8888, "t")
    assert lab.url_of("Größe 1.md") == "http://127.0.0.1:8888/lab/tree/Gr%C3%B6%C3%9Fe%201.md?token=t"


def test_the_settings_are_those_of_plugins_that_exist():
    schemas = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
    overrides = json.loads(
        (lab_settings.folder() / "labconfig" / "default_setting_overrides.json").read_text()
    )
    for plugin, values in overrides.items():
        package, name = plugin.split(":")
        schema = json.loads((schemas / package / f"{name}.json").read_text())
        assert set(values) <= set(schema["properties"]), plugin


def test_the_style_sheet_loads_nothing():
    css = (lab_settings.folder() / "custom" / "custom.css").read_text()
    assert not re.search(r"url\(|@import|https?:", css)


def test_a_jupyterlab_that_cannot_start_is_told_with_its_log(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(WorkspaceError) as caught:
        open_lab(tmp_path, browser=False)
    assert "jupyterlab.log" in str(caught.value) and "doctor" in str(caught.value)


def test_a_missing_python_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(WorkspaceError, match="could not be started"):
        open_lab(tmp_path, browser=False)


@pytest.mark.slow
def test_jupyterlab_starts_is_found_again_and_ends(tmp_path):
    folder = tmp_path / "my course"
    refresh(folder, {"Start here.md": b"# Start here\n"})
    shown: list[str] = []

    def no_browser(address: str) -> bool:
        shown.append(address)
        raise OSError("no browser here")

    with open_lab(folder, port=free_port(18888), show=no_browser) as lab:
        assert shown == [lab.url] and "/lab/tree/Start%20here.md?token=" in lab.url
        with urllib.request.urlopen(lab.url, timeout=120) as page:
            assert page.status == 200
        record = folder / PRIVATE / "lab.json"
        if os.name == "posix":
            assert stat.S_IMODE(record.stat().st_mode) == 0o600
        again = open_lab(folder, browser=False)
        assert again.process is None and (again.port, again.token) == (lab.port, lab.token)
        with pytest.raises(OSError, match="403"):
            urllib.request.urlopen(f"http://127.0.0.1:{lab.port}/api/contents", timeout=120)
    assert lab.process is not None and lab.process.poll() is not None
    assert not lab.answers() and not record.exists()
    log = (folder / PRIVATE / "jupyterlab.log").read_text()
    assert "nbgrader" not in log and "[E " not in log and "Traceback" not in log


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on Linux and macOS")
def test_the_command_prints_the_address_and_ctrl_c_ends_it_in_order(tmp_path):
    command = [
        sys.executable,
        "-m",
        "hanoikit.cli",
        "start",
        str(tmp_path / "c"),
        "--no-browser",
        "--port",
        "18960",
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Where the tests run in the background of a shell, Ctrl+C is ignored by all that they start.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl+C" in line:
            break
    port, token = re.search(
        r"http://127\.0\.0\.1:(\d+)/lab/tree/Start%20here\.md\?token=(\S+)", said
    ).groups()
    assert Lab(tmp_path / "c", int(port), token).answers()
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=300)
    assert process.returncode == 0 and errors == ""
    assert "Your answers are in" in rest
    assert not Lab(tmp_path / "c", int(port), token).answers()
