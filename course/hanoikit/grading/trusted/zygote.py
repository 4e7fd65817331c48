"""The process that hand-ins are forked from: preloaded, single-threaded, and it never runs a hand-in itself.

python -m hanoikit.grading.trusted.zygote DESCRIPTOR

It takes orders on the socket with this number: ``start`` (what to import, which role), then ``fork`` with one
end of a new channel, and ``end`` for a child. There are two of them for each worker: from the one with the
role ``runner`` come the children that run trainees' cells, from the one with the role ``judge`` those that
run the author's tests.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import sys
import tempfile
import traceback
from typing import Any

from hanoikit.grading.trusted import walls
from hanoikit.grading.trusted.landlock import Rules
from hanoikit.grading.trusted.limits import Limits
from hanoikit.grading.trusted.warm import warm
from hanoikit.grading.trusted.wire import Channel, Gone

_NOBODY = 65534
_FRESH_RULES = 50


def main() -> None:
    """Serve orders until the parent closes the channel."""
    if os.geteuid() == 0 and sys.argv[2:] != ["as-root"]:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
        walls.allow_maps()
    orders = Channel(socket.socket(fileno=int(sys.argv[1])))
    orders.socket.set_inheritable(False)
    start = orders.receive()
    role = _role(start["role"])
    if os.access(walls.SCRATCH, os.W_OK):
        tempfile.tempdir = walls.SCRATCH
    had = warm(start["modules"])
    role.prepare(start["cells"])
    tempfile.tempdir = None
    walled = not sys.argv[2:]
    rules = walls.common_rules() if walled else None
    forks = 0
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208
    gc.collect()
    gc.freeze()
    orders.send({"ready": True, "threads": threads, "modules": had})
    try:
        while True:
            order, descriptors = orders.receive_with_descriptors()
            if "fork" in order:
                forks += 1
                if rules is not None and forks % _FRESH_RULES == 0:
                    # Each hand-in adds its own folder to the list that it shares with the others' past ones.
                    rules.close()
                    rules = walls.common_rules()
                _fork(orders, order["fork"], descriptors, role, rules)
            elif "end" in order:
                orders.send({"ended": _end(order["end"])})
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
        _enter(about, channel, rules)
        role.serve(channel)
        code = 0
    except Gone:
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _enter(about: dict[str, Any], channel: Channel, rules: Rules | None) -> None:
    limits = Limits(**about["limits"])
    try:
        if rules is not None:
            home = f"{walls.SCRATCH}/{about['name']}"
            walls.enclose(limits, rules, home=home, user=os.getuid(), group=os.getgid())
        else:
            os.setsid()
            os.chdir(about["folder"])
            walls.set_limits(limits)
    except OSError as error:
        channel.send({"failed": f"{error.filename}: {error.strerror}"})
        os._exit(71)


def _end(pid: int) -> int:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    try:
        _pid, status = os.waitpid(pid, 0)
    except ChildProcessError:
        return 0
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main()
