"""CASE's own programs on standby: loaded once, then run in a fork of their own for each graph.

>>> load()                              # in a process with one thread, before anything of a hand-in is there
True
>>> run("case_utils.case_validate", ["--built-version", "case-1.5.0", "case.jsonld"], out=out, err=err,
...     environment={}, seconds=300)
0

What a program does before it reads a graph is the same for every graph: importing, reading the ontology of 14,000
triples, cloning its classes for SHACL, parsing the same SPARQL texts. That is four fifths of its time. Here it is done
before; the programs' own ``main`` then checks each graph whole, in a process that ends with it. No rule is left out.
Where a program does not end in an ordinary way, :func:`run` says nothing and the program is started afresh.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module, metadata
from pathlib import Path
from typing import IO, Any, TextIO

from hanoikit.evidence import standby_case

PROGRAMS = ("case_utils.case_validate", "case_prov.case_prov_rdf", "case_prov.case_prov_check")
#: The versions whose verdicts were compared; with others every program is started afresh.
COMPARED = {"case-utils": "0.18.0", "case-prov": "0.15.0", "pyshacl": "0.40.1", "rdflib": "7.6.0"}
_STRANGE = 70
"""Exit code of a fork whose program raised an error."""
_quick: standby_case.Quick | None = None


def load() -> bool:
    """Load the programs into this process; whether they are on standby now.

    Takes about three seconds of processor time. Only where processes can be forked, and with the versions that were
    compared.
    """
    global _quick
    if _quick is None and hasattr(os, "fork") and _versions() == COMPARED:
        for name in PROGRAMS:
            import_module(name)
        quick = standby_case.Quick.load()
        with quick, _undone(), tempfile.TemporaryDirectory(prefix="hanoikit-") as place:
            _rehearse(Path(place))
        _quick = quick
    return _quick is not None


def run(
    program: str,
    arguments: Sequence[str],
    *,
    out: IO[bytes],
    err: IO[bytes],
    environment: Mapping[str, str],
    seconds: float,
) -> int | None:
    """The exit status (0 or 1) of the program with what it printed in the two files; ``None``: start it afresh.

    Raises :class:`subprocess.TimeoutExpired`.
    """
    if _quick is None or program not in PROGRAMS:
        return None
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        code = _STRANGE
        try:
            _begin_anew(out.fileno(), err.fileno(), theirs, environment)
            with _quick:
                code = _main(program, arguments)
            sys.stdout.flush()
            sys.stderr.flush()
        except BaseException:
            code = _STRANGE
        finally:
            os._exit(code)
    os.close(theirs)
    try:
        # The other end is closed when the fork is gone, however it ended.
        waiting = select.poll()
        waiting.register(ours, select.POLLIN)
        late = not waiting.poll(seconds * 1000)
    finally:
        os.close(ours)
    if late:
        os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if late:
        raise subprocess.TimeoutExpired([program, *arguments], seconds)
    if status in (0, 1):
        return status
    for stream in (out, err):
        stream.seek(0)
        stream.truncate()
    return None


def _versions() -> dict[str, str]:
    found = {}
    for name in COMPARED:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def _main(program: str, arguments: Sequence[str]) -> int:
    sys.argv = [program, *arguments]
    try:
        # case_validate's package has the name of its program.
        sys.modules[program].main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else _STRANGE
    return 0


def _begin_anew(out: int, err: int, alive: int, environment: Mapping[str, str]) -> None:
    """Make this fork what a fresh interpreter is at its start: streams, signals, settings; and no network."""
    import fcntl

    null = os.open(os.devnull, os.O_RDWR)
    # Through higher numbers, since one of them may itself be among the first four.
    higher = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10) for descriptor in (null, out, err, alive)]
    for number, descriptor in enumerate(higher):
        os.dup2(descriptor, number)
    # Nothing else is left open: no channel to whoever keeps the marks.
    os.closerange(4, 4096)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = _stream(1, "surrogateescape")
    sys.stderr = _stream(2, "backslashreplace")
    # The stream that pySHACL took when it was imported.
    setattr(import_module("pyshacl.entrypoints"), "stderr", sys.stderr)  # noqa: B010
    logging.root.handlers.clear()
    logging.root.setLevel(logging.WARNING)
    warnings.showwarning = _show
    warnings.resetwarnings()
    for kind in (ResourceWarning, ImportWarning, PendingDeprecationWarning, DeprecationWarning):
        warnings.filterwarnings("ignore", category=kind)
    sys.setrecursionlimit(1000 + _depth())
    off_the_network()


def _show(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """To standard error, as Python does it; who forked this may have had warnings collected."""
    sys.stderr.write(warnings.formatwarning(message, category, filename, lineno))


def off_the_network() -> None:
    """From now on this process can reach nothing by a socket."""
    import socket

    def no(*_arguments: Any, **_named: Any) -> Any:
        raise OSError("the network is off")

    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, no)
    for name in ("getaddrinfo", "create_connection"):
        setattr(socket, name, no)


def _stream(descriptor: int, errors: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(open(descriptor, "wb", closefd=False), encoding="utf-8", errors=errors)


def _depth() -> int:
    frame, depth = sys._getframe(), 0
    while frame.f_back is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


@contextlib.contextmanager
def _undone() -> Iterator[None]:
    """What a program's ``main`` changes in its process is as before afterwards, and what it prints is gone."""
    argv, handlers, level = sys.argv, logging.root.handlers[:], logging.root.level
    with (
        open(os.devnull, "w", encoding="utf-8") as nowhere,  # noqa: PTH123
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
        warnings.catch_warnings(),
    ):
        try:
            yield
        finally:
            sys.argv = argv
            logging.root.handlers[:] = handlers
            logging.root.setLevel(level)


def _rehearse(folder: Path) -> None:
    """Check a trifle of our own, so that everything that is learned at the first graph is known."""
    graph, prov = folder / "case.jsonld", folder / "prov.ttl"
    graph.write_text(standby_case.trifle(), encoding="utf-8")
    _main("case_prov.case_prov_rdf", ["--use-deterministic-uuids", str(prov), str(graph)])
    _main("case_prov.case_prov_check", [str(graph), str(prov)])
    _main("case_utils.case_validate", ["--built-version", "case-1.5.0", str(graph)])
