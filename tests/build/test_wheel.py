"""The wheel: what it carries, and that the course starts from it alone."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import urllib.request
import zipfile
from pathlib import Path

import pytest

from hanoikit import resources

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run(
        [*command, "--wheel-dir", folder, ROOT], capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stderr
    return next(folder.glob("hanoikit-*.whl"))


@pytest.fixture(scope="module")
def carried(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; what the kit depends on is borrowed from this one, without network."""
    place = tmp_path_factory.mktemp("fresh") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True, timeout=600)
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    show = "import sysconfig; print(sysconfig.get_path('purelib'))"
    there = subprocess.run([python, "-c", show], check=True, capture_output=True, text=True).stdout.strip()
    # Lies behind the fresh site-packages on the path, and its own .pth files are not followed.
    (Path(there) / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return python


def environment(home: Path) -> dict[str, str]:
    share = Path(sys.prefix) / "share" / "jupyter"
    made = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("JUPYTER", "HANOIKIT", "PYTHON"))
    }
    return {**made, "JUPYTERLAB_DIR": str(share / "lab"), "JUPYTER_PATH": str(share), "HOME": str(home)}


@pytest.mark.parametrize(
    ("shipped", "source"),
    [
        ("lessons", resources.lessons()),
        ("exercises", resources.exercises()),
        ("solutions", resources.solutions()),
        ("assets", resources.assets()),
    ],
)
def test_the_wheel_carries_every_committed_file_of_the_course(carried, shipped, source):
    listed = subprocess.run(["git", "ls-files", "-z", "."], cwd=source, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    names = {name for name in listed.stdout.split("\0") if name and (source / name).is_file()}
    assert names and {f"hanoikit/_shipped/{shipped}/{name}" for name in names} <= carried


def test_the_wheel_carries_what_the_package_needs_besides_code(carried):
    package = Path(resources.__file__).parent
    for pattern in ("**/*.js", "**/*.css", "**/*.typ", "**/*.pot", "**/*.mo", "lab_settings/**/*.json"):
        for path in package.glob(pattern):
            assert f"hanoikit/{path.relative_to(package).as_posix()}" in carried
    assert "hanoikit/py.typed" in carried and "hanoikit/locale/hanoikit.pot" in carried


def test_the_wheel_carries_no_caches_and_nothing_derived_that_is_not_committed(carried):
    for name in carried:
        assert not re.search(r"__pycache__|\.pyc$|\.ipynb_checkpoints|answers\.jsonl|\.mypy_cache", name), (
            name
        )
        assert not re.search(r"_shipped/(solutions|lessons)/.*\.ipynb$", name), name


def test_the_installed_kit_uses_its_own_files(installed, tmp_path):
    code = "from hanoikit import resources; print(resources.checkout(), resources.lessons())"
    done = subprocess.run(
        [installed, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(tmp_path),
        check=True,
    )
    assert done.stdout.startswith("None ") and "_shipped" in done.stdout and str(ROOT) not in done.stdout


def test_the_course_starts_from_the_installed_wheel(installed, tmp_path):
    command = [installed.parent / "hanoikit", "start", "--no-browser", "--port", "19120"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl+C" in line:
            break
    address = re.search(r"(http://127\.0\.0\.1:\d+)/lab\S*\?token=(\S+)", said)
    assert address, said + process.communicate()[1]
    request = urllib.request.Request(f"{address[1]}/api/contents/lessons")
    request.add_header("Authorization", f"token {address[2]}")
    with urllib.request.urlopen(request, timeout=300) as answer:
        names = {item["name"] for item in json.load(answer)["content"]}
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=300)
    assert process.returncode == 0
    assert names == {f"{path.stem}.ipynb" for path in resources.lessons().glob("m[0-9][0-9]-*.md")}
    assert (tmp_path / "hanoi-kit" / "Start here.md").is_file()


def test_an_editable_installation_uses_the_checkout():
    code = "from hanoikit import resources; print(resources.checkout())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/", check=True)
    assert Path(done.stdout.strip()) == ROOT
