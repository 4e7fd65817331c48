"""Hand-ins as they come in real life: damaged, doubled, edited, late, somebody else's, or without a bundle at all.

Each function lays one odd file into ``stick`` and returns its name and what a collection has to make of it: ``taken``
(it counts), ``same`` (it was there before), or ``person`` (somebody has to look; nothing is lost).
"""

from __future__ import annotations

import io
import random
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Odd:
    """One odd hand-in: the file, the outcomes that are right for it, and what is odd."""

    path: Path
    outcomes: frozenset[str]
    story: str


def truncated(bundle: Path, stick: Path) -> Odd:
    """The stick was pulled out too early."""
    path = stick / bundle.name
    path.write_bytes(bundle.read_bytes()[: bundle.stat().st_size * 2 // 3])
    return Odd(path, frozenset({"set-aside"}), "cut off: the stick was pulled out too early")


def flipped(bundle: Path, stick: Path) -> Odd:
    """One bit of a member's bytes is another one."""
    data = bytearray(bundle.read_bytes())
    rng = random.Random(5)
    data[rng.randrange(len(data) // 3, len(data) // 2)] ^= 0x10
    path = stick / bundle.name
    path.write_bytes(bytes(data))
    return Odd(path, frozenset({"set-aside"}), "one bit flipped on the way")


def edited(bundle: Path, stick: Path) -> Odd:
    """Unpacked, an answer changed in the sheet, packed again."""

    def change(name: str, data: bytes) -> bytes:
        return data.replace(b'"value":"a"', b'"value":"b"') + b" " if name.endswith("answers.jsonl") else data

    path = stick / bundle.name
    path.write_bytes(_packed(bundle, change))
    return Odd(path, frozenset({"set-aside"}), "an answer was changed after it was sealed")


def doubled(bundle: Path, stick: Path) -> Odd:
    """Copied twice by a file manager."""
    path = stick / bundle.name.replace(".hanoi.zip", ".hanoi (1).zip")
    shutil.copyfile(bundle, path)
    return Odd(path, frozenset({"accepted"}), "copied twice: the name has (1) in it")


def empty(bundle: Path, stick: Path) -> Odd:
    """A copy of which nothing arrived."""
    path = stick / ("empty-" + bundle.name)
    path.write_bytes(b"")
    return Odd(path, frozenset({"set-aside"}), "no byte of it arrived")


def other_file(stick: Path) -> Odd:
    """A text that somebody called a bundle."""
    path = stick / "m01-convention--t09--holiday.hanoi.zip"
    path.write_text("Hello, my homework is in the other mail. Greetings!", encoding="utf-8")
    return Odd(path, frozenset({"set-aside"}), "a letter with the name of a bundle")


def bomb(bundle: Path, stick: Path) -> Odd:
    """A member that unpacks to six hundred megabytes."""
    data = io.BytesIO(bundle.read_bytes())
    with (
        zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as zipped,
        zipped.open(f"{zipped.namelist()[0].split(chr(47))[0]}/data/big.bin", "w", force_zip64=True) as big,
    ):
        for _piece in range(600):
            big.write(bytes(1 << 20))
    path = stick / ("large-" + bundle.name)
    path.write_bytes(data.getvalue())
    return Odd(
        path, frozenset({"accepted", "set-aside"}), "600 MB put into a sound bundle: what was sealed counts"
    )


def loose_notebook(folder: Path, stick: Path, name: str) -> Odd:
    """The notebook alone with a name of one's own; the answer sheet lies beside it."""
    target = stick / name
    target.mkdir()
    for path in folder.iterdir():
        if path.suffix == ".ipynb" or path.name == "answers.jsonl":
            shutil.copyfile(path, target / path.name)
    return Odd(target, frozenset({"accepted", "set-aside"}), "a folder without a bundle")


def nbgrader_zip(folder: Path, stick: Path, trainee: str) -> Odd:
    """What nbgrader's zip collector takes."""
    path = stick / f"{trainee}_{folder.name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for inner in sorted(folder.rglob("*")):
            if inner.is_file() and ".ipynb_checkpoints" not in inner.parts:
                zipped.write(inner, f"{folder.name}/{inner.relative_to(folder)}")
    return Odd(path, frozenset({"accepted", "set-aside"}), "a zip of the folder instead of a bundle")


def _packed(bundle: Path, change: Callable[[str, bytes], bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, change(member.filename, old.read(member)))
    return out.getvalue()
