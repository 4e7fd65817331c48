"""Marking on many machines, or in many processes of this one: the same work on a dask.distributed cluster.

>>> executor = ClusterExecutor.found(address=None, jobs=4, settings=Settings.of(engine))
>>> CourseRun(layout, engine, executor=executor)

A task is one hand-in: its bytes and a line of JSON go out, and JSON text comes back, which is checked against
:data:`SCHEMA` before it counts. Workers run no line of a trainee's: each keeps a marking engine, whose walls
stand there as they do here. Only this process writes marks. When a worker is lost, dask gives its hand-ins to
another; a hand-in that takes its worker along every time is named for a person. (dask 2025 or newer; nothing
of it is imported before an executor is made.)
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import uuid4

from hanoikit.errors import ClassroomError, GradingError, HanoiKitError, ToolMissing
from hanoikit.grading.trusted.cluster_text import (
    Settings,
    paper_of,
    read_answer,
    source_text,
    strange,
    task_text,
)
from hanoikit.grading.trusted.cluster_worker import forget, mark_text, same, try_out
from hanoikit.grading.trusted.engine import Paper
from hanoikit.grading.trusted.executor import Job, Work
from hanoikit.i18n import _

S = TypeVar("S")
_AHEAD = 2
"""Hand-ins out at a time, for each thread of the cluster's."""
_ALLOWED_FAILURES = 1
"""Workers that may die with a hand-in before dask gives up; it then gets as many alone."""
_SOURCE = "hanoikit-source-"
_MOST_SOURCES = 20
_NO_WORKERS = 60.0
"""Seconds that a cluster may be without a worker."""
_SILENCE = 3600.0
"""Seconds without any result after which nothing more is expected; far above the limits of hand-ins."""
_LOOK = 5.0


class _Everywhere(ClassroomError):
    """A worker that can mark nothing at all."""


@dataclass(frozen=True)
class _Errand:
    """One hand-in that is out; ``alone`` when workers have died with it."""

    place: int
    item: Any
    work: Work
    alone: bool = False


class ClusterExecutor:
    """Marks on a dask cluster; see :class:`hanoikit.grading.trusted.executor.Executor`.

    ``client`` is connected; ``owned`` is what ends with the executor, a cluster of its own.
    """

    def __init__(
        self, client: Any, settings: Settings, *, owned: Sequence[Any] = (), workers: int = 0
    ) -> None:
        self.client = client
        self._workers = workers
        self._scratch: Any = None
        self._settings = settings
        self._owned = list(owned)

    @classmethod
    def found(cls, *, address: str | None, jobs: int = 0, settings: Settings) -> ClusterExecutor:
        """Connect to the scheduler at ``address``; without one, start ``jobs`` worker processes here (0: one
        for each processor).

        Raises :class:`ToolMissing` when dask is not installed, :class:`ClassroomError` when the cluster does
        not answer or cannot mark. An address with ``tls://`` takes the keys of dask's own settings.
        """
        try:
            import dask
            from distributed import Client, LocalCluster
        except ImportError as error:
            raise ToolMissing(
                _("Marking on a cluster needs dask, which is not installed."),
                next_step=_('Install it: pip install "hanoikit[cluster]"'),
            ) from error
        # Results are text; nothing that a worker sends is unpickled as a result.
        connect: Any = Client
        local: Any = LocalCluster
        plain = {"serializers": ["msgpack"], "deserializers": ["msgpack"], "set_as_default": False}
        scratch = tempfile.TemporaryDirectory(prefix="hanoikit-cluster-", ignore_cleanup_errors=True)
        if address is None:
            own = {
                "distributed.scheduler.allowed-failures": _ALLOWED_FAILURES,
                "temporary-directory": scratch.name,
            }
            with dask.config.set(own):
                cluster = local(
                    n_workers=jobs or _processors(),
                    threads_per_worker=1,
                    processes=True,
                    # Others on this machine can reach the port, and could run code through it.
                    security=True,
                    protocol="tls://",
                    memory_limit=0,
                    dashboard_address=None,
                    silence_logs=50,
                )
            client: Any = connect(cluster, **plain)
            owned = [client, cluster]
            workers = jobs or _processors()
        else:
            try:
                client = connect(address, timeout=10, **plain)
            except (OSError, ValueError, TypeError) as error:
                raise ClassroomError(
                    _("The cluster does not answer."),
                    where=address,
                    next_step=_("Start it (dask scheduler, dask worker), or leave out --scheduler."),
                ) from error
            owned, workers = [client], 0
        executor = cls(client, settings, owned=owned, workers=workers)
        executor._scratch = scratch
        try:
            executor._check()
        except BaseException:
            executor.close()
            raise
        return executor

    def each(self, items: Iterable[Any], job: Job[Any, S]) -> Iterator[S]:
        """See :meth:`hanoikit.grading.trusted.executor.Executor.each`."""
        yield from _Stream(self, self._settings, job).results(items)

    def renew(self, threads: int) -> None:
        """Start workers again that dask has given up, in a cluster of our own."""
        if threads < self._workers:
            self._owned[-1].scale(self._workers)

    def close(self) -> None:
        """End the engines on the workers, and the cluster when it is our own."""
        if len(self._owned) == 1:
            with contextlib.suppress(Exception):
                self.client.run(forget)
        for one in self._owned:
            with contextlib.suppress(Exception):
                one.close()
        self._owned.clear()
        if self._scratch is not None:
            self._scratch.cleanup()

    def _check(self) -> None:
        """Every worker can mark, with this very version of the kit."""
        try:
            self.client.wait_for_workers(1, timeout=_NO_WORKERS)
            found = self.client.run(try_out, self._settings.text(), on_error="return")
        except (OSError, TimeoutError) as error:
            raise _no_workers() from error
        for address, said in found.items():
            if said:
                raise ClassroomError(
                    _("A worker of the cluster cannot mark: {reason}").format(reason=str(said)[:500]),
                    where=str(address),
                    next_step=_("Give all workers the same version of the kit, and bubblewrap."),
                )


class _Stream:
    """The hand-ins of one assignment on their way to the workers and back, in order."""

    def __init__(self, executor: ClusterExecutor, settings: Settings, job: Job[Any, Any]) -> None:
        self._client, self._job, self._renew = executor.client, job, executor.renew
        self._head = settings.text()
        self._run = uuid4().hex[:12]
        self._threads = self._count = self._sources = 0
        self._source = self._new_source()
        self._out: dict[Any, _Errand] = {}
        """Future -> what it is to bring."""
        self._suspects: deque[_Errand] = deque()
        self._ready: dict[int, Any] = {}

    def results(self, items: Iterable[Any]) -> Iterator[Any]:
        """Results in the order of the items."""
        waiting = enumerate(items)
        due = 0
        try:
            while True:
                self._fill(waiting)
                if not self._out and not self._ready:
                    return
                if self._out:
                    for future in self._arrived():
                        self._end(future, self._out.pop(future))
                while due in self._ready:
                    yield self._ready.pop(due)
                    due += 1
        finally:
            with contextlib.suppress(Exception):
                self._client.cancel([*self._out, self._source])

    def _new_source(self) -> Any:
        """The author's notebooks as a task like any other: it is done again wherever they are needed."""
        self._sources += 1
        if self._sources > _MOST_SOURCES:
            raise _gone()
        key = f"{_SOURCE}{self._run}-{self._sources}"
        return self._client.submit(same, source_text(self._job.sources), key=key, pure=False)

    def _fill(self, waiting: Iterator[tuple[int, Any]]) -> None:
        """Send out as much as the cluster can use soon."""
        if self._suspects:
            # A suspect is tried alone: whoever else is out would be suspected with it.
            if not self._out:
                self._submit(replace(self._suspects.popleft(), alone=True))
            return
        if any(errand.alone for errand in self._out.values()):
            return
        most = self._most()
        while len(self._out) < most and len(self._ready) < 4 * most:
            try:
                place, item = next(waiting)
            except StopIteration:
                return
            try:
                work = self._job.begin(item)
            except HanoiKitError as error:
                self._ready[place] = self._job.failed(item, error)
                continue
            if isinstance(work, Work):
                self._submit(_Errand(place, item, work))
            else:
                self._ready[place] = work

    def _most(self) -> int:
        if not self._threads or self._count % 50 == 0:
            self._threads = self._look()
        return max(2, _AHEAD * self._threads)

    def _look(self) -> int:
        threads = int(sum(self._client.nthreads().values()))
        self._renew(threads)
        return threads

    def _submit(self, errand: _Errand) -> None:
        self._count += 1
        if self._source.status == "error":
            self._source = self._new_source()
        head, blob = task_text(errand.work.student, errand.work.parcel)
        key = f"hanoikit-mark-{self._run}-{self._count}"
        future = self._client.submit(mark_text, self._head, self._source, head, blob, key=key, pure=False)
        self._out[future] = errand

    def _arrived(self) -> list[Any]:
        """What has come back; waits for the first."""
        import distributed

        wait: Any = distributed.wait
        without = silent = 0.0
        while True:
            try:
                with self._client.as_current():
                    return list(wait(list(self._out), timeout=_LOOK, return_when="FIRST_COMPLETED").done)
            except TimeoutError:
                silent += _LOOK
                if self._client.status != "running" or silent >= _SILENCE:
                    raise _gone() from None
                without = 0.0 if self._look() else without + _LOOK
                if without >= _NO_WORKERS:
                    raise _no_workers() from None
            except (OSError, RuntimeError) as error:
                raise _gone() from error

    def _end(self, future: Any, errand: _Errand) -> None:
        from distributed import KilledWorker

        try:
            text = future.result(timeout=_NO_WORKERS)
        except TimeoutError:
            # Its worker died before it was fetched; it is done again.
            self._out[future] = errand
            return
        except KilledWorker as error:
            future.release()
            if str(error.task).startswith(_SOURCE):
                self._submit(errand)
                return
            if not errand.alone:
                self._suspects.append(errand)
                return
            told = GradingError(
                _("The process that marks ended each time this hand-in was marked."),
                next_step=_("Look at it by hand; see whether the workers have enough memory."),
            )
            told.__cause__ = error
            self._ready[errand.place] = self._job.failed(errand.item, told)
            return
        except Exception as error:
            # mark_text itself raises nothing.
            raise _gone() from error
        future.release()
        try:
            answer = read_answer(text)
            problem = answer.get("error")
            if problem and problem["everywhere"]:
                raise _Everywhere(problem["what"], where=problem["where"], next_step=problem["next_step"])
            if problem:
                raise GradingError(
                    problem["what"], where=problem["where"] or None, next_step=problem["next_step"]
                )
            papers = self._papers(answer["papers"], errand.work)
            self._ready[errand.place] = self._job.end(errand.work, papers)
        except _Everywhere:
            raise
        except HanoiKitError as failure:
            self._ready[errand.place] = self._job.failed(errand.item, failure)

    def _papers(self, given: Mapping[str, Any], work: Work) -> dict[str, Paper]:
        if not given or set(given) - set(self._job.sources):
            raise strange()
        return {
            name: paper_of(given[name], student=work.student, name=name, parcel=work.parcel)
            for name in self._job.sources
            if name in given
        }


def _gone() -> ClassroomError:
    return ClassroomError(
        _("The cluster is gone."), next_step=_("Start it, then run this again. It goes on where it was.")
    )


def _no_workers() -> ClassroomError:
    return ClassroomError(
        _("The cluster has no workers."),
        next_step=_("Start some (dask worker ADDRESS), then run this again. It goes on where it was."),
    )


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
