"""The files on the USB stick, and the stick itself: a real FAT12 volume made by mkfs.fat and mtools, kept as
E01.

>>> names = stick_files(evidence_case(seed=7))
>>> sorted(names)[:2]
['ledger.csv', 'notes.txt']

The order of writing and deleting decides what remains:

1. ``wave1.txt``, ``scrap.txt`` and ``targets.csv`` are written, then ``notes.txt``, ``photo.jpg`` and
   ``ledger.csv``;
2. ``scrap.txt`` and ``targets.csv`` are deleted; ``roster.txt`` takes the directory slot of ``scrap.txt``,
   its cluster and the first clusters of ``targets.csv``: the entry of ``targets.csv`` remains, the start of
   its content is gone;
3. ``wave1.txt`` is deleted; ``tides.txt`` takes its slot and its first clusters: no name remains, only the
   end of it;
4. ``ledger.csv`` is deleted last and nothing is written after: all of it remains, without the first letter of
   its name.

Nothing in the bytes depends on the machine: volume number, times and the clock of the tools are set, and the
overwriting files fill whole clusters, so that no old bytes hide in the slack of their last cluster.
"""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hanoikit.casework import world
from hanoikit.casework.plan import CLUSTER, Plan, StickFile, local
from hanoikit.errors import HanoiKitError, ToolMissing
from hanoikit.evidence.fat import Volume, encode_timestamp

__all__ = ["ledger", "make_image", "need_tools", "read_media", "stick_files"]

MEDIA_KIB = 8192
_PACKAGES = {
    "mkfs.fat": "dosfstools",
    "mcopy": "mtools",
    "mdel": "mtools",
    "ewfacquire": "ewf-tools",
    "faketime": "faketime",
}
_ROOT_ENTRIES = 512
# The laboratory's computer is set to XA time; written out as a POSIX rule, so that no zone data is needed.
_XA_ZONE = "EET-2EEST,M3.5.0/3,M10.5.0/4"


def need_tools() -> None:
    """Raise ``ToolMissing`` unless every program that makes the image is installed."""
    search = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = {
        program: package for program, package in _PACKAGES.items() if not shutil.which(program, path=search)
    }
    if missing:
        packages = " ".join(sorted(set(missing.values())))
        raise ToolMissing(
            f"This case must be made first, and these programs are missing: {', '.join(sorted(missing))}.",
            next_step=f"Install them (Debian: apt-get install {packages}), or use a case that is shipped.",
        )


def stick_files(plan: Plan) -> dict[str, bytes]:
    """Name -> content of every file that was ever on the stick, except the photo."""
    stick = plan.stick
    return {
        stick.notes.name: _notes(plan),
        stick.scrap.name: b"test\r\n",
        stick.deleted.name: ledger(plan),
        stick.overwritten.name: _targets(plan),
        stick.overwriter.name: _roster(plan),
        stick.nameless.name: _chat(plan),
        stick.reuser.name: _tides(plan),
    }


def make_image(plan: Plan, photo: bytes, target: Path) -> None:
    """Write ``target`` (``.E01``): the stick as acquired by the specialist at ``plan.moments.acquired``.

    Raises ``ToolMissing`` naming the packages, ``HanoiKitError`` when a tool fails.
    """
    need_tools()
    stick = plan.stick
    contents = {**stick_files(plan), stick.photo.name: photo}
    with tempfile.TemporaryDirectory(prefix="hanoikit-") as scratch:
        folder = Path(scratch)
        raw = folder / "usb.raw"
        born = local(stick.scrap.written, "XA").replace(tzinfo=None)
        label = stick.label[:11]
        _run(
            ["faketime", "-f", f"{born:%Y-%m-%d} 06:00:00", "mkfs.fat", "-C", "-F", "12", "-s", "8", "-i",
             f"{stick.volume_id:08X}", "-n", label, str(raw), str(MEDIA_KIB)]
        )  # fmt: skip

        def write(entry: StickFile) -> None:
            source = folder / entry.name
            source.write_bytes(contents[entry.name])
            _set_wall_clock_time(source, entry.written)
            _run(["mcopy", "-m", "-i", str(raw), str(source), f"::{entry.name}"])
            _set_creation_time(raw, entry)

        def delete(entry: StickFile) -> None:
            _run(["mdel", "-i", str(raw), f"::{entry.name}"])

        for entry in (stick.nameless, stick.scrap, stick.overwritten):
            write(entry)
        for entry in (stick.notes, stick.photo):
            write(entry)
        write(stick.deleted)
        delete(stick.scrap)
        delete(stick.overwritten)
        write(stick.overwriter)
        delete(stick.nameless)
        write(stick.reuser)
        delete(stick.deleted)
        _acquire(plan, raw, target)


def _acquire(plan: Plan, raw: Path, target: Path) -> None:
    specialist = plan.person("specialist").name
    exhibit = plan.exhibit("usb.E01")
    started = local(plan.moments.acquired, "XA").replace(tzinfo=None)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    _run(
        ["faketime", "-f", f"{started:%Y-%m-%d %H:%M:%S}", "ewfacquire", "-u", "-q", "-c", "best",
         "-f", "encase6", "-d", "sha1", "-m", "removable", "-M", "physical", "-b", "64", "-C",
         plan.case_number, "-E", exhibit.number, "-D", exhibit.description, "-e", specialist,
         "-N", f"{plan.operation}; write blocker used",
         "-t", str(target.with_suffix("")), str(raw)],
        zone=_XA_ZONE,
    )  # fmt: skip


def read_media(image: Path) -> bytes:
    """All bytes of the medium in an E01 file, read with libewf."""
    import pyewf

    handle = pyewf.handle()
    handle.open([str(image)])
    try:
        return bytes(handle.read(handle.get_media_size()))
    finally:
        handle.close()


def _run(command: Sequence[str], *, zone: str = "UTC") -> None:
    environment: Mapping[str, str] = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("FAKETIME", "MTOOLS"))},
        "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin",
        "TZ": zone,
        "LC_ALL": "C",
        "MTOOLS_SKIP_CHECK": "1",
        "MTOOLSRC": os.devnull,
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise HanoiKitError(
            f"The program {command[0]} did not finish: {(done.stderr or done.stdout).strip()[:300]}",
            where=" ".join(command[:4]),
            next_step="Run the same command by hand to see what it needs.",
        )


def _set_wall_clock_time(path: Path, moment: datetime) -> None:
    # mcopy -m stores the file's time as the wall clock of its own zone. Its zone is UTC here, so the wall
    # clock of XA has to be given as if it were UTC: the stick then holds what a computer set to XA time would
    # have written.
    wall = local(moment, "XA").replace(tzinfo=UTC)
    os.utime(path, (wall.timestamp(), wall.timestamp()))


def _set_creation_time(raw: Path, entry: StickFile) -> None:
    # mcopy -m writes the file's time as the time of creation too. A file that was changed later has two
    # times, so the creation time (bytes 13 to 17 of its directory entry) is set by hand, as the writing
    # computer would have.
    wall = local(entry.created, "XA").replace(tzinfo=None)
    with raw.open("r+b") as medium:

        def read(offset: int, size: int) -> bytes:
            medium.seek(offset)
            return medium.read(size)

        volume = Volume(read)
        for inode in range(3, 3 + _ROOT_ENTRIES):
            found = volume.entry(inode)
            offset = volume.entry_offset(inode)
            if found and offset and not found.deleted and found.short_name == entry.name.upper():
                medium.seek(offset + 13)
                day, time = encode_timestamp(wall)
                medium.write(struct.pack("<BHH", 0, time, day))
                return
    raise HanoiKitError(
        "A file that was just written is not in the directory of the stick.", where=entry.name
    )


def ledger(plan: Plan) -> bytes:
    """The crew's list of payments, later deleted: one line for each payment."""
    lines = ["date,mule,state,account,amount,currency,card"]
    lines += [
        f"{p.day},{p.mule},{p.state},{p.account},{p.amount},{world.CURRENCY},{p.card}"
        for p in plan.stick.payments
    ]
    return _dos(lines)


def _dos(lines: Sequence[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def _filled(lines: Sequence[str], width: int, clusters: int) -> bytes:
    """Lines padded to ``width`` bytes each, repeated as pages until exactly ``clusters`` are full."""
    size = clusters * CLUSTER
    page = [f"{line:<{width - 2}.{width - 2}}\r\n".encode("ascii") for line in lines]
    return b"".join(page[n % len(page)] for n in range(size // width))


def _notes(plan: Plan) -> bytes:
    first, second, third = plan.crew
    cards = ", ".join(sorted({payment.card for payment in plan.stick.payments}))
    return _dos(
        [
            "lantern - things to do",
            f"- {first}: send second wave from Kest, same text, new number",
            f"- {second}: keep the page up in Porto Lune until Monday",
            f"- {third}: cards {cards} only, never twice a day",
            f"- St Orla: {plan.network.username} opened it, remote access works, table is out",
            "- pay the helpers in San Ruel first, then the others",
            "- clean this stick before Wednesday",
        ]
    )


def _targets(plan: Plan) -> bytes:
    wanted = plan.stick.overwritten.clusters * CLUSTER
    rng = random.Random(f"{plan.seed}:targets")
    size = wanted - rng.randrange(40, 900)
    lines = [b"number,address,wave,planned_time_kest"]
    number = 0
    total = len(lines[0]) + 2
    while True:
        number += 1
        address = plan.stick.targets[number % len(plan.stick.targets)]
        when = f"2026-03-{20 + number % 9:02d} {8 + number % 11:02d}:{number % 60:02d}"
        line = f"{number:05d},{address},{1 + number % 2},{when}"
        if total + len(line) + 2 > size:
            return b"\r\n".join([*lines, b""])
        lines.append(line.encode("ascii"))
        total += len(line) + 2


def _day(number: int) -> str:
    return f"{date(2026, 4, 1) + timedelta(days=number):%Y-%m-%d}"


def _clock(rng: random.Random) -> str:
    return f"{rng.randrange(24):02d}:{rng.randrange(60):02d}"


def _roster(plan: Plan) -> bytes:
    rng = random.Random(f"{plan.seed}:roster")
    shifts = ("early", "day", "late", "night", "free")
    crew = rng.sample(world.MULES, 8)
    lines = [
        f"{_day(day)}  kitchen  {name:<10} {rng.choice(shifts):<6} ferry terminal"
        for day in range(60)
        for name in crew
    ]
    return _filled(lines, 64, plan.stick.overwriter.clusters)


def _tides(plan: Plan) -> bytes:
    rng = random.Random(f"{plan.seed}:tides")
    lines = [
        f"{_day(day)}  high {_clock(rng)}  {rng.randrange(60, 99)} cm   "
        f"low {_clock(rng)}  {rng.randrange(5, 40)} cm"
        for day in range(180)
    ]
    return _filled(lines, 64, plan.stick.reuser.clusters)


def _chat(plan: Plan) -> bytes:
    rng = random.Random(f"{plan.seed}:chat")
    sayings = (
        "the page is up", "new numbers sent", "two answers today", "nothing from the clinic",
        "use the other card", "wait for the night", "send me the list again", "helper in San Ruel wants more",
        "mail came back, wrong box",
        "change the picture on the page", "no names here", "who has the stick", "St Orla looks good", "paid",
    )  # fmt: skip
    size = plan.stick.nameless.clusters * CLUSTER - rng.randrange(60, 900)
    text = b""
    minute = 0
    while len(text) < size:
        minute += rng.randrange(1, 9)
        when = f"03-{16 + minute // 1440:02d} {minute // 60 % 24:02d}:{minute % 60:02d}"
        line = f"{when} {rng.choice(plan.crew)}> {rng.choice(sayings)}\r\n"
        text += line.encode("ascii")
    return text[: text.rfind(b"\n", 0, size) + 1]
