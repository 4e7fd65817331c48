"""The process that hand-ins are forked from: preloaded, single-threaded, and it never runs a hand-in itself.

python -m hanoikit.grading.trusted.zygote DESCRIPTOR

First it is the stem: it loads what every assignment needs and forks a zygote for each assignment that the parent
orders on the socket with this number, sending one end of a channel along. A zygote loads and reads the rest (``cells``
and ``modules``), then obeys: ``load`` for what only some hand-ins need, ``fork`` with one end of a new channel,
``look`` and ``end`` for a child. There are two stems for each worker: from the one with the role ``runner`` come the
processes that run trainees' cells, from the one with the role ``judge`` those that run the author's tests.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
import tempfile
import time
import traceback
from functools import lru_cache
from typing import Any

from hanoikit.grading.trusted import walls
from hanoikit.grading.trusted.kit import print_of_kit
from hanoikit.grading.trusted.landlock import Rules
from hanoikit.grading.trusted.limits import Limits
from hanoikit.grading.trusted.warm import load, warm
from hanoikit.grading.trusted.wire import Channel, Gone

_NOBODY = 65534
_FRESH_RULES = 50
_DYING = 60
"""Times 5 ms that a child may take from closing its channel to its end."""


def main() -> None:
    """Load what all assignments need, and fork a zygote for each, until the parent closes the channel."""
    if os.geteuid() == 0 and sys.argv[2:] != ["as-root"]:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
        walls.allow_maps()
    control = Channel(socket.socket(fileno=int(sys.argv[1])))
    control.socket.set_inheritable(False)
    first, _none = control.receive_with_descriptors()
    role = _role(first["role"])
    kit = print_of_kit()
    if os.access(walls.SCRATCH, os.W_OK):
        tempfile.tempdir = walls.SCRATCH
    role.prepare()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        while True:
            order, (descriptor,) = control.receive_with_descriptors()
            # The kit's own rooms stay loaded for the next assignment; other libraries would only make it larger.
            warm([name for name in order["branch"]["modules"] if name.partition(".")[0] == "hanoikit"])
            if os.fork() == 0:
                control.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _serve(Channel(socket.socket(fileno=descriptor)), order["branch"], role, kit)
                os._exit(0)
            os.close(descriptor)
    except Gone:
        os._exit(0)  # without the farewells of libraries, which take longer than some marking


def _serve(orders: Channel, start: dict[str, Any], role: Any, kit: str) -> None:
    """Be the zygote of one assignment until the parent closes the channel."""
    orders.socket.set_inheritable(False)
    had = warm(start["modules"])
    role.read(start["cells"])
    scratch, tempfile.tempdir = tempfile.tempdir, None
    walled = not sys.argv[2:]
    rules = walls.common_rules() if walled else None
    forks = 0
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208
    gc.collect()
    gc.freeze()
    try:
        orders.send({"ready": True, "threads": threads, "modules": had, "kit": kit})
        while True:
            order, descriptors = orders.receive_with_descriptors()
            if "fork" in order:
                forks += 1
                if rules is not None and forks % _FRESH_RULES == 0:
                    # Each hand-in adds its own folder to the list that it shares with the others' past ones.
                    rules.close()
                    rules = walls.common_rules()
                _fork(orders, order["fork"], descriptors, role, rules)
            elif "load" in order:
                tempfile.tempdir = scratch
                load(order["load"])
                tempfile.tempdir = None
                gc.collect()
                gc.freeze()
                orders.send({"loaded": True, "threads": len(os.listdir("/proc/self/task"))})  # noqa: PTH208
            elif "end" in order:
                orders.send(_end(order["end"], why=bool(order.get("why"))))
            elif "look" in order:
                orders.send({"waited": _waited(order["look"])})
    except Gone:
        pass


def _role(name: str) -> Any:
    if name == "runner":
        from hanoikit.grading.trusted import runner

        return runner
    from hanoikit.grading.trusted import judging

    return judging


def _fork(
    orders: Channel, about: dict[str, Any], descriptors: list[int], role: Any, rules: Rules | None
) -> None:
    try:
        place = _place(about["name"], **about["limits"])
        pid = walls.fork_apart() if rules is not None else os.fork()
    except OSError as error:
        for descriptor in descriptors:
            os.close(descriptor)
        orders.send({"failed": str(error)})
        return
    if pid:
        for descriptor in descriptors:
            os.close(descriptor)
        orders.send({"forked": pid})
        return
    code = 70
    try:
        orders.close()
        channel = Channel(socket.socket(fileno=descriptors[0]))
        channel.socket.set_inheritable(False)
        _enter(place, about["folder"], channel, rules)
        role.serve(channel)
        code = 0
    except Gone:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


@lru_cache(maxsize=8)
def _place(name: str, **limits: Any) -> walls.Place:
    return walls.Place.of(Limits(**limits), name)


def _enter(place: walls.Place, folder: str, channel: Channel, rules: Rules | None) -> None:
    try:
        if rules is not None:
            walls.enclose(place, rules)
        else:
            os.setsid()
            os.chdir(folder)
            walls.set_limits(place.limits)
    except OSError as error:
        channel.send({"failed": f"{error.filename}: {error.strerror}"})
        os._exit(71)


def _end(pid: int, *, why: bool) -> dict[str, Any]:
    """End a child. With ``why``, because the conversation broke off, it is asked first whether it is dead
    already: only then its exit code says something, and ``ours`` is false.
    """
    if not why:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        try:
            return {"ended": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}
        except ChildProcessError:
            return {"ended": 0}
    waited = _waited(pid)
    ours = False
    try:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        for _turn in range(_DYING):
            if done:
                break
            time.sleep(0.005)
            done, status, usage = os.wait4(pid, os.WNOHANG)
        if not done:
            ours = True
            os.kill(pid, signal.SIGKILL)
            done, status, usage = os.wait4(pid, 0)
    except ChildProcessError:
        return {"ended": 0, "ours": True}
    return {
        "ended": os.waitstatus_to_exitcode(status),
        "ours": ours,
        "processor": usage.ru_utime + usage.ru_stime,
        "waited": waited,
    }


def _waited(pid: int) -> float:
    """Seconds in which a child was ready to run and had no processor; 0 where the kernel does not count."""
    try:
        with open(f"/proc/{int(pid)}/schedstat", "rb") as file:  # noqa: PTH123
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


if __name__ == "__main__":
    main()
