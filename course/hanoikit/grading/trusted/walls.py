"""The inner wall: each hand-in's process with namespaces, a file system, limits and rights of its own.

>>> pid = fork_apart()
>>> if pid == 0:
...     enclose(limits, rules, home="/hand-in/m04-evidence-chain")     # from here on: this folder, and nothing else

``fork_apart`` is a ``fork`` that also makes new user, process, mount and IPC namespaces in the same system
call, so that the child is the first process of its own world: it sees and can signal no other, and when it
ends everything it started ends with it.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct

from hanoikit.grading.trusted import landlock
from hanoikit.grading.trusted.limits import Limits

SCRATCH = "/hand-in"
"""Where a hand-in lives inside; a file system in memory that only its own process sees."""
TEMPORARY = "/tmp"
_NEW_MOUNT, _NEW_IPC, _NEW_USER, _NEW_PID = 0x00020000, 0x08000000, 0x10000000, 0x20000000
APART = _NEW_MOUNT | _NEW_IPC | _NEW_USER | _NEW_PID
"""A network namespace of its own would cost a fifth of all time. The outer wall's is empty, Landlock closes TCP
and abstract sockets, and hand-ins of one zygote live one after the other.
"""
_CLONE = {"x86_64": 56, "aarch64": 220, "riscv64": 220}
_CAPSET = {"x86_64": 126, "aarch64": 91, "riscv64": 91}
_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 0x1000, 0x4000, 1 << 18
_SET_DUMPABLE, _SET_SECUREBITS, _SET_NO_NEW_PRIVS, _SET_PDEATHSIG = 4, 28, 38, 1
_NEVER_ROOT = 0b101111
"""Secure bits: being user 0 gives no rights, now and for ever."""
_DEVICES = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]
_KERNEL_FACTS = [
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/filesystems",
    "/proc/version",
    "/proc/sys/kernel",
    "/proc/sys/vm",
    "/proc/loadavg",
    "/proc/uptime",
]

# PyDLL keeps Python's lock during the call: the child must not come back without it.
_libc = ctypes.PyDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def supported() -> bool:
    """Whether this kind of machine is one that :func:`fork_apart` knows."""
    return platform.system() == "Linux" and platform.machine() in _CLONE


def fork_apart(flags: int = APART) -> int:
    """Fork into new namespaces: 0 in the child, its process id in the parent.

    Only for a process with one thread: what Python does around ``os.fork`` for the sake of other threads, and
    the new seed of ``random``, are left out. Raises :class:`OSError` when the kernel refuses.
    """
    number = ctypes.c_long(_CLONE[platform.machine()])
    pid = int(_libc.syscall(number, ctypes.c_ulong(flags | signal.SIGCHLD), 0, 0, 0, 0))
    if pid < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), "clone")
    return pid


def common_rules() -> landlock.Rules:
    """What every hand-in may read; made once, before the first."""
    rules = landlock.Rules()
    rules.add(read=_readable(), devices=_DEVICES)
    return rules


def enclose(limits: Limits, rules: landlock.Rules, *, home: str, user: int, group: int) -> None:
    """Close the inner wall around this process, the first of its namespaces; ``home`` is made in a file
    system of its own and becomes the current folder.

    Raises :class:`OSError` when any part of the wall cannot be put up: there is no half wall.
    """
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE, None)
    options = f"size={limits.scratch},nr_inodes=20000,mode=0700"
    _mount("tmpfs", SCRATCH, "tmpfs", _MS_NOSUID | _MS_NODEV, options)
    os.makedirs(home, mode=0o700, exist_ok=True)  # noqa: PTH103
    os.mkdir(f"{SCRATCH}/tmp", mode=0o700)  # noqa: PTH102
    writable = [SCRATCH]
    if not os.listdir(TEMPORARY):  # noqa: PTH208
        # Programs that insist on /tmp find one; where this Python itself lives below /tmp they do not.
        _mount(f"{SCRATCH}/tmp", TEMPORARY, None, _MS_BIND, None)
        writable.append(TEMPORARY)
    os.chdir(home)
    drop_rights()
    rules.add(read=["/proc/self"], write=writable)
    rules.restrict()
    set_limits(limits)


def drop_rights() -> None:
    """Give up every capability for good; no program that is started can bring one back."""
    _prctl(_SET_PDEATHSIG, signal.SIGKILL)
    _prctl(_SET_SECUREBITS, _NEVER_ROOT)
    _prctl(_SET_NO_NEW_PRIVS, 1)
    header = struct.pack("=Ii", 0x20080522, 0)
    if _libc.syscall(ctypes.c_long(_CAPSET[platform.machine()]), header, b"\0" * 24) != 0:
        _fail("capset")


def set_limits(limits: Limits) -> None:
    """The kernel's limits for this process and each that it starts."""
    address_space = _address_space() + limits.memory
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, limits.processor_seconds),
        (resource.RLIMIT_AS, address_space),
        (resource.RLIMIT_FSIZE, limits.file_size),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        _soft, hard = resource.getrlimit(what)
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (value, value))


def _readable() -> list[str]:
    with os.scandir("/") as entries:
        tops = [entry.path for entry in entries if entry.name not in ("proc", "dev")]
    return [*tops, *_KERNEL_FACTS]


def _address_space() -> int:
    # Not with a text file: its codec would be imported anew in every child.
    place = os.open("/proc/self/statm", os.O_RDONLY)
    try:
        return int(os.read(place, 200).split()[0]) * resource.getpagesize()
    finally:
        os.close(place)


def _write(path: str, text: str) -> None:
    place = os.open(path, os.O_WRONLY)
    try:
        os.write(place, text.encode())
    finally:
        os.close(place)


def _mount(what: str | None, where: str, kind: str | None, flags: int, options: str | None) -> None:
    given = [None if one is None else one.encode() for one in (what, where, kind, options)]
    if _libc.mount(given[0], given[1], given[2], ctypes.c_ulong(flags), given[3]) != 0:
        _fail("mount")


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        _fail("prctl")


def allow_maps() -> None:
    """After a change of user the kernel hides a process from itself; children could not write their maps."""
    _prctl(_SET_DUMPABLE, 1)


def _fail(what: str) -> None:
    code = ctypes.get_errno()
    raise OSError(code, os.strerror(code), what)
