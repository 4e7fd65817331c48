"""The inner wall: each hand-in's process with namespaces, a file system, limits and rights of its own.

>>> place = Place.of(limits, "m04-evidence-chain")
>>> pid = fork_apart()
>>> if pid == 0:
...     enclose(place, rules)     # from here on: the folder /hand-in/m04-evidence-chain, and nothing else

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
from dataclasses import dataclass

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
_MS_NOSUID, _MS_NODEV, _MS_BIND = 2, 4, 0x1000
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hand-in will live and what it may use, worked out before the fork: what the child has to work out
    itself costs several times as much, in pages of memory that are copied for it.
    """

    home: str
    options: str
    """Of its file system."""
    users: str
    groups: str
    temporary: bool
    """Whether it gets a folder /tmp: programs insist on one; where this Python itself lives below /tmp they do not."""
    limits: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, limits: Limits, name: str) -> Place:
        """For a hand-in of the assignment ``name``, forked from this very process."""
        user, group = os.getuid(), os.getgid()
        return cls(
            home=f"{SCRATCH}/{name}",
            options=f"size={limits.scratch},nr_inodes=20000,mode=0700",
            users=f"{user} {user} 1",
            groups=f"{group} {group} 1",
            temporary=not os.listdir(TEMPORARY),  # noqa: PTH208
            limits=kernel_limits(limits),
        )


def enclose(place: Place, rules: landlock.Rules) -> None:
    """Close the inner wall around this process, the first of its namespaces; its home is made in a file
    system of its own and becomes the current folder.

    Raises :class:`OSError` when any part of the wall cannot be put up: there is no half wall.
    """
    # The user namespace is another one, so the kernel has made every mount a copy from which nothing goes back
    # (mount_namespaces(7), "Restrictions on mount namespaces").
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", place.users)
    _write("/proc/self/gid_map", place.groups)
    _mount("tmpfs", SCRATCH, "tmpfs", _MS_NOSUID | _MS_NODEV, place.options)
    os.mkdir(place.home, mode=0o700)  # noqa: PTH102
    os.mkdir(f"{SCRATCH}/tmp", mode=0o700)  # noqa: PTH102
    writable = [SCRATCH]
    if place.temporary:
        _mount(f"{SCRATCH}/tmp", TEMPORARY, None, _MS_BIND, None)
        writable.append(TEMPORARY)
    os.chdir(place.home)
    drop_rights()
    rules.add(read=["/proc/self"], write=writable)
    rules.restrict()
    set_limits(place.limits)


def drop_rights() -> None:
    """Give up every capability for good; no program that is started can bring one back."""
    _prctl(_SET_PDEATHSIG, signal.SIGKILL)
    _prctl(_SET_SECUREBITS, _NEVER_ROOT)
    _prctl(_SET_NO_NEW_PRIVS, 1)
    header = struct.pack("=Ii", 0x20080522, 0)
    if _libc.syscall(ctypes.c_long(_CAPSET[platform.machine()]), header, b"\0" * 24) != 0:
        _fail("capset")


def kernel_limits(limits: Limits) -> tuple[tuple[int, int], ...]:
    """The kernel's limits for a process that is forked from this one, and for each that it starts."""
    address_space = _address_space() + limits.memory
    found = []
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
        found.append((what, most if hard == resource.RLIM_INFINITY else min(most, hard)))
    return tuple(found)


def set_limits(limits: tuple[tuple[int, int], ...]) -> None:
    """Put :func:`kernel_limits` in force for this process; they can only be lowered from here on."""
    for what, most in limits:
        resource.setrlimit(what, (most, most))


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
