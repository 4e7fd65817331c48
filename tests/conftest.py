"""How the tests are shared between processes (``pytest -n 2 --dist loadfile``): long files first, browsers together.

A file that takes minutes and begins last keeps one process busy while the other has nothing to do. So the files of
``LONG`` are handed out first, in this order, and then those with most tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from . import examples
from .warm_stems import kept

examples.load()

LONG = (
    "tests/browser",
    "tests/grading/test_corpus.py",
    "tests/grading/test_nbgrader_own_tests.py",
    "tests/course/test_assignment.py",
    "tests/grading/test_trusted_faults.py",
    "tests/grading/test_trusted_cluster.py",
    "tests/grading/test_trusted_postgresql.py",
    "tests/exercise/test_controls_in_browser.py",
    "tests/desk_service/test_openapi.py",
)
"""Each takes more than half a minute of one core."""


@pytest.fixture(scope="session", autouse=True)
def _warm_stems() -> Iterator[None]:
    """Marking engines of one process use the same stems, one after the other."""
    with kept():
        yield


def share(nodeid: str) -> str:
    """The tests that one process runs together: a file; all that use one JupyterLab, or the same hand-ins."""
    file = nodeid.split("::", 1)[0]
    if file.startswith("tests/browser/"):
        return "tests/browser"
    return "tests/course/test_assignment.py" if file == "tests/course/test_m04_assignment.py" else file


def place(name: str, tests: int) -> tuple[int, int]:
    """Where a share stands in the order: the long ones as listed, the others by their number of tests."""
    return (LONG.index(name), 0) if name in LONG else (len(LONG), -tests)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not hasattr(config, "workerinput"):
        return  # one process alone runs them as they stand
    shares = Counter(share(item.nodeid) for item in items)
    items.sort(key=lambda item: place(share(item.nodeid), shares[share(item.nodeid)]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class LongFirst(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return share(nodeid)

    # Otherwise the shares are sorted once more, by their number of tests alone.
    config.option.loadscopereorder = False
    return LongFirst(config, log)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What each bot earned in each assignment, in per cent; the pass mark is 70."""
    figures: dict[str, list[tuple[float, str]]] = {}
    for report in (one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, ())):
        for name, value in getattr(report, "user_properties", ()):
            if name == "bot":
                figures.setdefault(value[0], []).append((value[2], value[1].removeprefix("bot-")))
    if figures:
        terminalreporter.section("what bots earn without knowing anything (per cent; 70 passes)")
    for assignment, earned in sorted(figures.items()):
        most = ", ".join(f"{name} {percent:.0f}" for percent, name in sorted(earned, reverse=True))
        terminalreporter.write_line(f"{assignment}: {most}")
