"""The engine under a user without rights: it marks with isolation, or refuses in one sentence and marks nothing."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanoikit.grading import cells

from .postgresql import NOBODY, as_nobody
from .test_trusted_course_run import CONFIG, environment, gradebook, in_course
from .test_trusted_engine import isolation
from .trusted_course import RIGHT, author_notebook, author_source, write_hand_in

pytestmark = [
    pytest.mark.skipif(
        os.geteuid() != 0, reason="the whole suite runs without rights, so this is shown already"
    ),
    pytest.mark.skipif(bool(isolation()), reason=isolation() or "isolated"),
]


@pytest.fixture
def course() -> Iterator[Path]:
    """Below /tmp, where everybody may go; pytest's own folders are root's alone."""
    top = Path(tempfile.mkdtemp(prefix="host-", dir="/tmp"))
    top.chmod(0o755)
    root = top / "course"
    (root / "source" / "ps1").mkdir(parents=True)
    cells.write_notebook(author_notebook(), root / "source" / "ps1" / "ps1.ipynb")
    (root / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    in_course(root, "generate_assignment", "ps1", "--create")
    attack = "import os, pathlib\nprint(os.getuid(), [path for path in ('/tmp', '/root', '/home') if os.listdir(path)])"
    for student in ("amal", "bela"):
        write_hand_in(root / "submitted" / student / "ps1", author_source(), RIGHT, before=attack)
    yield root
    shutil.rmtree(top, ignore_errors=True)


def command(root: Path, *words: str) -> list[str]:
    program = [sys.executable, "-m", "hanoikit.cli", "class", "autograde", "--course", str(root), *words]
    clean = [
        "env",
        "-i",
        "PATH=/usr/bin:/bin",
        "HOME=/nonexistent",
        f"PYTHONPATH={environment()['PYTHONPATH']}",
    ]
    return [*clean, *program]


def reachable() -> list[str]:
    """bubblewrap as a door: this Python may lie in a home that only root may enter."""
    words = ["bwrap", "--dev-bind", "/", "/"]
    base = Path(sys.base_prefix).resolve()
    closed = [path for path in (*reversed(base.parents), base) if not path.stat().st_mode & stat.S_IXOTH]
    if closed:
        words += ["--perms", "0755", "--tmpfs", str(closed[0])]
        for path in [
            one for one in reversed(base.parents) if one.is_relative_to(closed[0]) and one != closed[0]
        ]:
            words += ["--perms", "0755", "--dir", str(path)]
        words += ["--ro-bind", str(base), str(base)]
    return [*words, "--chdir", "/", "--"]


def test_a_user_without_rights_marks_with_isolation(course: Path) -> None:
    subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(course)], check=True)
    line = [*reachable(), *as_nobody(*command(course, "--jobs", "2"))]
    ended = subprocess.run(line, capture_output=True, text=True, check=False, timeout=300)
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    rows = [row for row in gradebook(course) if row[3] == "GradeCell"]
    assert sum(float(str(row[4])) for row in rows) == 12.0
    notebook = cells.read_notebook(course / "autograded" / "amal" / "ps1" / "ps1.ipynb")
    said = "".join(output.get("text", "") for output in notebook["cells"][0]["outputs"])
    # Inside there is nothing to see of the machine, not even of the user's own.
    assert said.strip().endswith("[]") or "FileNotFoundError" in str(notebook["cells"][0]["outputs"])
    assert (course / "autograded" / "amal").stat().st_uid == NOBODY


def test_where_user_namespaces_are_forbidden_it_refuses_once_and_marks_nothing(course: Path) -> None:
    words = ["bwrap", "--dev-bind", "/", "/", "--unshare-user", "--disable-userns"]
    words += ["--uid", str(NOBODY), "--gid", str(NOBODY), "--chdir", "/", "--"]
    probe = subprocess.run([*words, "true"], capture_output=True, text=True, check=False)
    if probe.returncode:
        pytest.skip(f"this bubblewrap cannot forbid them: {probe.stderr.strip()[:200]}")
    ended = subprocess.run(
        [*words, *command(course)], capture_output=True, text=True, check=False, timeout=300
    )
    assert ended.returncode == 1
    said = ended.stdout + ended.stderr
    assert said.count("Hand-ins cannot be isolated on this machine") == 1
    assert "unprivileged_userns_clone" in said and "--without-isolation-i-accept-the-risk" in said
    assert "Traceback" not in said
    assert not (course / "autograded").exists()
    assert not gradebook(course)
