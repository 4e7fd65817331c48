"""Takes the few files of reveal.js that the slides need out of its npm package.

python assets/slides/build.py            write assets/slides/reveal (needs npm)
python assets/slides/build.py --check    write nothing; exit 1 when a file is not the one of the package
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "reveal.js@4.6.1"
TARGET = Path(__file__).with_name("reveal")
FILES = {
    "LICENSE": "package/LICENSE",
    "reveal.js": "package/dist/reveal.js",
    "reveal.css": "package/dist/reveal.css",
    "reset.css": "package/dist/reset.css",
    "notes.js": "package/plugin/notes/notes.js",
}


def fetched() -> dict[str, bytes]:
    """The files as they stand in the package."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed to fetch the package.")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([npm, "pack", "--silent", PACKAGE], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"npm did not give {PACKAGE}: {done.stderr.strip()}")
        found = {}
        with tarfile.open(Path(folder) / done.stdout.strip().splitlines()[-1]) as archive:
            for name, member in FILES.items():
                stream = archive.extractfile(member)
                assert stream is not None, member
                found[name] = stream.read()
        return found


def _same(name: str, data: bytes) -> bool:
    return (TARGET / name).is_file() and (TARGET / name).read_bytes() == data


def main() -> int:
    files = fetched()
    if "--check" in sys.argv[1:]:
        return int(not all(_same(name, data) for name, data in files.items()))
    TARGET.mkdir(exist_ok=True)
    for name, data in files.items():
        (TARGET / name).write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
