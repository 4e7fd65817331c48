"""The shipped case, opened once; a bench on which everything was done; and benches for tests that change things."""

from __future__ import annotations

import inspect
import itertools
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hanoikit import labs
from hanoikit.casework import Case, open_case
from hanoikit.casework.truth import Truth, truth
from hanoikit.labs.workbench import Workbench

SEED = 2026
ZONE = "Europe/Helsinki"


def ticking() -> Callable[[], datetime]:
    """A clock that goes on by a minute each time it is read."""
    minutes = itertools.count()
    return lambda: datetime(2026, 4, 7, 8, 0, tzinfo=UTC) + timedelta(minutes=next(minutes))


@pytest.fixture(autouse=True)
def _no_marking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.delenv("HANOIKIT_MARKING", raising=False)


@pytest.fixture(scope="session")
def true() -> Truth:
    return truth("m04", SEED)


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The shipped case, for tests that only read it."""
    return open_case(into=tmp_path_factory.mktemp("shipped") / "case", seed=SEED)


@pytest.fixture(scope="session")
def done(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """A bench after all steps up to the package; for tests that only read it."""
    folder = tmp_path_factory.mktemp("done")
    bench = Workbench(open_case(into=folder / "case", seed=SEED), folder / "work", clock=ticking())
    bench.check_image()
    for entry in bench.files(ZONE):
        if entry.deleted:
            bench.recover(entry.inode, ZONE)
    bench.seal()
    bench.stamp()
    bench.disclose("recovered/_edger.csv")
    bench.pack(bench.available(), receiver="the prosecutor")
    return bench


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return open_case(into=tmp_path / "case", seed=SEED)


@pytest.fixture
def bench(case: Case, tmp_path: Path) -> Workbench:
    """An empty bench of one's own."""
    return Workbench(case, tmp_path / "work", clock=ticking())


@pytest.fixture
def again(done: Workbench, tmp_path: Path) -> Iterator[Workbench]:
    """A copy of the finished bench that a test may change."""
    shutil.copytree(done.folder, tmp_path / "work")
    yield Workbench(open_case(into=tmp_path / "case", seed=SEED), tmp_path / "work")


@pytest.fixture
def opened() -> Callable[[str, Case], object]:
    """Opens a lab by its name: over the case where it takes one, else over the kit's own data."""

    def open_it(name: str, case: Case) -> object:
        lab = getattr(labs, name)
        wants = inspect.signature(lab).parameters.get("case")
        # A lab whose case has a default has cases of its own.
        return lab(case) if wants is not None and wants.default is inspect.Parameter.empty else lab()

    return open_it
