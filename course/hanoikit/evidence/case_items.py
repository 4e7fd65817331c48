"""What the items of a custody log are: devices, images, files, and the programs that made them.

>>> with open_image("usb.E01") as image:                                      # doctest: +SKIP
...     usb = image_item("01-image", image, exhibit="01", tool=Tool("ewfacquire", "20140813"))
...     ledger = file_item("ledger", image.find("_edger.csv"), source="01-image", made_by=21)

A log names its items and gives their digests. What they are, how large, and what a file system or an image
says about them goes into the CASE export (:mod:`hanoikit.evidence.case_export`) as items of this kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from hanoikit.evidence.acquisition import FileEntry, FileTime, Image

Kind = Literal["device", "image", "file", "other"]


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that was used: its name and version."""

    name: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """What an item of the log is. ``id`` is its name in the log; sizes are in bytes, times are aware.

    ``exhibit`` is its exhibit number (its ``id`` if left out). For an image, ``size`` is that of the image
    file, ``media_size`` and ``digests`` are those of the medium in it, and ``headers`` are what the file
    says about itself; nobody has signed them. For a file that an examination produced and the log does not
    list, ``source`` names the item it was found in and ``made_by`` the number of the entry. ``tool`` is the
    program that produced it.
    """

    id: str
    kind: Kind
    name: str = ""
    description: str = ""
    exhibit: str = ""
    size: int | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    image_type: str = ""
    media_size: int | None = None
    allocated: bool | None = None
    modified: datetime | None = None
    created: datetime | None = None
    accessed: datetime | None = None
    device_type: str = ""
    model: str = ""
    serial_number: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    tool: Tool | None = None
    source: str = ""
    made_by: int | None = None


def image_item(id: str, image: Image, *, digests: Mapping[str, str] | None = None, **more: Any) -> Item:
    """The item of an open image: its name, type, sizes, and what its headers say.

    ``digests`` are of the medium (``image.media_digest(...)``); without them those in the log are used.
    ``more`` are further fields of :class:`Item`.
    """
    first = Path(image.segments[0])
    fields = {
        "name": first.name,
        "size": sum(Path(segment).stat().st_size for segment in image.segments),
        "image_type": "EWF" if image.kind == "E01" else "raw",
        "media_size": image.media_size,
        "headers": image.headers,
        "digests": dict(digests or {}),
    }
    return Item(id, "image", **{**fields, **more})


def file_item(id: str, entry: FileEntry, *, digests: Mapping[str, str] | None = None, **more: Any) -> Item:
    """The item of a file in an image, with the times as they read in the zone that was given for the image."""
    fields = {
        "name": entry.name,
        "path": entry.path,
        "size": entry.size,
        "allocated": entry.allocated,
        "modified": _instant(entry.modified),
        "created": _instant(entry.created),
        "accessed": None if entry.accessed is None or entry.accessed.date_only else entry.accessed.instant,
        "digests": dict(digests or {}),
    }
    return Item(id, "file", **{**fields, **more})


def _instant(time: FileTime | None) -> datetime | None:
    return time.instant if time is not None else None
