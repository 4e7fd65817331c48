"""What the wall keeps out: each of these is tried by a hand-in from the inside."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hanoikit import resources
from hanoikit.grading.trusted import Limits, TrustedEngine
from hanoikit.grading.trusted.notebook_source import NotebookSource

from .test_trusted_engine import FULL, isolation, points
from .trusted_course import author_source, write_hand_in

pytestmark = pytest.mark.skipif(bool(isolation()), reason=isolation() or "isolated")

LIMITS = Limits(cell_seconds=5.0, call_seconds=1.0, hand_in_seconds=60.0, memory=512 << 20, processes=32)


@pytest.fixture(scope="module")
def trusted() -> Iterator[TrustedEngine]:
    with TrustedEngine(limits=LIMITS) as engine:
        yield engine


@pytest.fixture(scope="module")
def source() -> NotebookSource:
    return author_source()


@pytest.fixture
def said(trusted: TrustedEngine, source: NotebookSource, tmp_path: Path):
    """Runs a cell of a hand-in and gives back what it printed; the honest answers must still get their points."""

    def run(text: str, *, files: dict[str, str] | None = None) -> str:
        hand_in = write_hand_in(tmp_path / "hand-in" / "ps1", source, before=text)
        for name, content in (files or {}).items():
            (hand_in.folder / name).write_text(content, encoding="utf-8")
        paper = trusted.mark_paper(hand_in, source)
        assert points(paper.marked) == FULL
        return "".join(
            str(output.get("text", "") or output.get("evalue", ""))
            for output in paper.notebook["cells"][0]["outputs"]
        )

    return run


TRY = """
def attempt(what):
    try:
        print('GOT', repr(what())[:300])
    except BaseException as error:
        print(type(error).__name__)

"""


def test_a_hand_in_sees_its_own_files_and_no_others(said, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("the gradebook", encoding="utf-8")
    inside = (
        "import os\nprint(sorted(os.listdir('.')))\n"
        + TRY
        + f"attempt(lambda: open({str(tmp_path / 'secret.txt')!r}).read())"
    )
    text = said(inside, files={"notes.txt": "mine"})
    assert "['notes.txt']" in text
    assert "GOT" not in text


@pytest.mark.parametrize("name", ["solutions", "assets"])
def test_the_author_s_texts_and_truths_are_out_of_sight(said, name: str) -> None:
    folder = getattr(resources, name)()
    wanted = sorted(folder.rglob("*.md" if name == "solutions" else "truth.json"))
    assert wanted
    text = said(TRY + "\n".join(f"attempt(lambda: open({str(path)!r}).read(100))" for path in wanted[:3]))
    assert "GOT ''" in text or "GOT" not in text
    assert "GOT '{" not in text and "jupytext" not in text


def test_the_environment_holds_nothing_of_the_marker_s(said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    assert "hunter2" not in said(
        "import os\nprint(dict(os.environ))\nprint(open('/proc/self/environ').read())"
    )


def test_no_network_can_be_reached_not_even_this_machine_s(said) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    caught: list[str] = []

    def serve() -> None:
        server.settimeout(20)
        try:
            server.accept()
            caught.append("a call")
        except OSError:
            pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    port = server.getsockname()[1]
    text = said(TRY + f"import socket\nattempt(lambda: socket.create_connection(('127.0.0.1', {port}), 2))")
    server.close()
    assert "GOT" not in text
    assert not caught


def test_no_other_process_can_be_seen_or_signalled(said) -> None:
    text = said(
        TRY + "import os, signal\nprint('pid', os.getpid())\nattempt(lambda: os.kill(2, 0))\n"
        f"attempt(lambda: os.kill({os.getpid()}, 0))\nattempt(lambda: open('/proc/1/cmdline').read())\n"
        "attempt(lambda: os.kill(os.getppid(), 0) if os.getppid() else 1/0)"
    )
    assert "pid 1" in text
    assert "GOT" not in text


def test_nothing_can_be_written_outside_the_hand_in_s_own_folder(said) -> None:
    places = [
        "/usr/x",
        "/etc/x",
        "/dev/shm/x",
        "/x",
        "/proc/self/oom_score_adj",
        str(Path(__file__).parent / "x"),
    ]
    text = said(
        TRY
        + "\n".join(f"attempt(lambda: open({place!r}, 'w'))" for place in places)
        + "\nopen('mine', 'w').write('x')"
    )
    assert "GOT" not in text


def test_no_right_can_be_had_and_no_wall_be_moved(said) -> None:
    text = said(
        TRY + "import os, ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "print('caps', [line for line in open('/proc/self/status') if line.startswith('CapEff')])\n"
        "print('mount', libc.mount(b'tmpfs', b'/usr', b'tmpfs', 0, None))\n"
        "print('umount', libc.umount2(b'/hand-in', 2))\n"
        "attempt(lambda: os.setuid(0) or 1/0)\nattempt(lambda: os.chroot('/usr'))"
    )
    assert "0000000000000000" in text
    assert "mount -1" in text and "umount -1" in text
    assert "GOT" not in text


def test_memory_files_and_processes_have_their_limits(said) -> None:
    text = said(
        TRY + "import os\nattempt(lambda: len(bytearray(2 << 30)))\n"
        "def flood():\n    with open('big', 'wb') as file:\n"
        "        while True:\n            file.write(bytes(1 << 20))\n"
        "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nattempt(flood)\nos.remove('big')\n"
        "import time\ndef many():\n    children = 0\n    while True:\n        if os.fork() == 0:\n"
        "            os._exit(0) if children > 1000 else time.sleep(60)\n        children += 1\nattempt(many)\n"
        "attempt(lambda: [os.open('/dev/null', os.O_RDONLY) for number in range(5000)])"
    )
    assert "GOT" not in text
    assert "MemoryError" in text
    assert text.count("Error") >= 4


def test_output_floods_are_cut_off(said) -> None:
    text = said("for number in range(3_000_000):\n    print('flood')\n    if number > 400_000: break")
    assert len(text) < 400_000
    assert "truncated" in text


def test_links_and_pipes_in_a_hand_in_are_left_out_and_named(
    trusted: TrustedEngine, source: NotebookSource, tmp_path: Path
) -> None:
    hand_in = write_hand_in(tmp_path / "ps1", source, before="import os\nprint(sorted(os.listdir('.')))")
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    (hand_in.folder / "link").symlink_to(tmp_path / "secret")
    (hand_in.folder / "folder").symlink_to(tmp_path)
    os.mkfifo(hand_in.folder / "pipe")
    paper = trusted.mark_paper(hand_in, source)
    assert paper.notebook["cells"][0]["outputs"][0]["text"] == "[]\n"
    assert sorted(finding.where for finding in paper.marked.findings if "left-out" in finding.code) == [
        "folder",
        "link",
        "pipe",
    ]


def test_one_hand_in_leaves_nothing_behind_for_the_next(
    trusted: TrustedEngine, source: NotebookSource, tmp_path: Path
) -> None:
    first = (
        "import os, math, builtins\nopen('/hand-in/left', 'w').write('x')\n"
        "if os.access('/tmp', os.W_OK):\n    open('/tmp/left', 'w').write('x')\nmath.left = builtins.left = 1"
    )
    then = (
        "import os, math, builtins\nprint(os.path.exists('/hand-in/left'), os.path.exists('/tmp/left'), "
        "hasattr(math, 'left'), hasattr(builtins, 'left'))"
    )
    trusted.mark(write_hand_in(tmp_path / "one", source, before=first), source)
    paper = trusted.mark_paper(write_hand_in(tmp_path / "two", source, before=then), source)
    assert paper.notebook["cells"][0]["outputs"][0]["text"] == "False False False False\n"


@pytest.mark.parametrize(
    "forged",
    [
        "b'\\xff\\xff\\xff\\xff'",
        "b'\\x00\\x00\\x00\\x02[]'",
        "b'\\x00\\x00\\x00\\x05{\"a\":'",
        "b'\\x00\\x01\\x00\\x00' + b'[' * 65536",
        "b'\\x00\\x00\\x00\\x0d{\"done\": true}'",
    ],
)
def test_what_is_forged_on_the_channel_costs_only_the_forger(
    trusted: TrustedEngine, source: NotebookSource, tmp_path: Path, forged: str
) -> None:
    text = (
        "import os, stat\nfor number in range(3, 60):\n    try:\n        if stat.S_ISSOCK(os.fstat(number).st_mode):\n"
        f"            os.write(number, {forged})\n    except OSError:\n        pass"
    )
    hand_in = write_hand_in(tmp_path / "ps1", source, {"limit": "limit = 4"}, before=text)
    marked = trusted.mark(hand_in, source)
    assert points(marked) == {**FULL, "limit": 0.0}
