"""The bytes of a medium, wherever they are stored: a raw image, or an E01 read by libewf.

>>> media = EwfMedia(Path("usb.E01"))                                         # doctest: +SKIP
>>> media.read(510, 2)                                                        # doctest: +SKIP
b'U\xaa'

The sleuthkit reads either kind through :func:`tsk_image`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal

from hanoikit.errors import Finding, ImageDamaged
from hanoikit.evidence import ewf
from hanoikit.evidence.hashing import Progress
from hanoikit.i18n import _


def copy_again() -> str:
    """What to do with an image that arrived damaged."""
    return _("Copy the image again from where it was stored, and compare its digest with the record.")


class Media:
    """The bytes of a medium, wherever they are stored."""

    kind: Literal["E01", "raw"]
    segments: list[Path]
    headers: Mapping[str, str] = {}
    stored_hashes: Mapping[str, str] = {}
    acquired_at: datetime | None = None
    findings: Sequence[Finding] = ()
    size: int

    def read(self, offset: int, size: int) -> bytes:
        raise NotImplementedError

    def check(self, progress: Progress | None) -> list[Finding]:
        return []

    def close(self) -> None:
        raise NotImplementedError


class RawMedia(Media):
    kind = "raw"

    def __init__(self, path: Path) -> None:
        self.segments = [path]
        self._stream: BinaryIO = path.open("rb")
        self.size = self._stream.seek(0, io.SEEK_END)

    def read(self, offset: int, size: int) -> bytes:
        self._stream.seek(offset)
        return self._stream.read(max(0, min(size, self.size - offset)))

    def close(self) -> None:
        self._stream.close()


class EwfMedia(Media):
    kind = "E01"

    def __init__(self, path: Path) -> None:
        import pyewf

        self._container = container = ewf.read_container(path)
        self.segments, self.headers = container.segments, container.headers
        self.stored_hashes, self.acquired_at = container.stored_hashes, container.acquired_at
        self.findings = container.findings
        self._where = path.name
        self._handle = pyewf.handle()
        try:
            self._handle.open([str(segment) for segment in container.segments])
            self.size = int(self._handle.get_media_size())
        except OSError as error:
            self._handle = None
            raise self._damaged(error) from error
        if self.size != container.media_size:
            self.close()
            raise self._damaged(_("two readers disagree on the size of the medium"))

    def _damaged(self, reason: object) -> ImageDamaged:
        return ImageDamaged(
            _("The image is damaged and cannot be read: {reason}.").format(
                reason=str(reason).split(". ")[0][:160]
            ),
            where=self._where,
            next_step=copy_again(),
            findings=self.findings,
        )

    def read(self, offset: int, size: int) -> bytes:
        size = max(0, min(size, self.size - offset))
        try:
            self._handle.seek(offset)
            parts = []
            while size and (part := self._handle.read(size)):
                parts.append(part)
                size -= len(part)
            return b"".join(parts)
        except OSError as error:
            raise self._damaged(error) from error

    def check(self, progress: Progress | None) -> list[Finding]:
        return self._container.check_chunks(progress=progress)

    def close(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None


class MediaStream:
    """The medium as a stream, for hashing."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self._position = 0

    def read(self, size: int, /) -> bytes:
        data = self._media.read(self._position, size)
        self._position += len(data)
        return data


def tsk_image(media: Media) -> Any:
    import pytsk3

    class MediaImage(pytsk3.Img_Info):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(url="", type=pytsk3.TSK_IMG_TYPE_EXTERNAL)

        def read(self, offset: int, size: int) -> bytes:
            try:
                return media.read(offset, size)
            except ImageDamaged as error:
                raise OSError(error.what) from error

        def get_size(self) -> int:
            return media.size

        def close(self) -> None:
            """The medium is closed by the image that owns it."""

    return MediaImage()
