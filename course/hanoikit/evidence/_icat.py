"""Copy one file of a disk image to standard output with pytsk3: ``python _icat.py IMAGE INODE
OFFSET_IN_BYTES``.

Run as a program of its own by :mod:`hanoikit.evidence.validators` where ``icat`` is not installed. It
imports nothing of the kit, so that its answer does not depend on the code that it is there to check.
"""

from __future__ import annotations

import sys
from typing import Any

_BLOCK = 1024 * 1024


def main(image: str, inode: str, offset: str) -> None:
    """Write the content of the inode; whatever goes wrong ends the process with an error."""
    import pytsk3

    with open(image, "rb") as file:  # noqa: PTH123
        signature = file.read(3)
    system = pytsk3.FS_Info(
        _ewf(image) if signature == b"EVF" else pytsk3.Img_Info(image), offset=int(offset)
    )
    entry = system.open_meta(inode=int(inode.split("-")[0]))
    position, size = 0, entry.info.meta.size
    while position < size:
        block = entry.read_random(position, min(_BLOCK, size - position))
        if not block:
            raise SystemExit(f"only {position} of {size} bytes could be read")
        sys.stdout.buffer.write(block)
        position += len(block)


def _ewf(path: str) -> Any:
    import pyewf
    import pytsk3

    handle = pyewf.handle()
    handle.open(pyewf.glob(path))

    class Image(pytsk3.Img_Info):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(url="", type=pytsk3.TSK_IMG_TYPE_EXTERNAL)

        def close(self) -> None:
            handle.close()

        def read(self, offset: int, size: int) -> bytes:
            handle.seek(offset)
            data: bytes = handle.read(size)
            return data

        def get_size(self) -> int:
            size: int = handle.get_media_size()
            return size

    return Image()


if __name__ == "__main__":
    main(*sys.argv[1:4])
