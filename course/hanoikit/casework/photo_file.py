"""The picture on the stick: an abstract drawing with the EXIF data that a camera writes.

>>> make_photo(evidence_case(seed=7))[:2].hex()
'ffd8'

The picture shows nothing real. Its position lies in the open ocean (``world.OCEAN``). ``DateTimeOriginal`` is
the camera's wall clock; ``OffsetTimeOriginal`` tells its zone only in some cases; the GPS time is always UTC,
so that the zone can be found either way.
"""

from __future__ import annotations

import io
import random
from datetime import datetime, timedelta, timezone

from hanoikit.casework.plan import Plan

__all__ = ["make_photo"]

_SIZE = (480, 320)


def make_photo(plan: Plan) -> bytes:
    """The JPEG file as bytes."""
    from PIL import ExifTags, Image, ImageDraw
    from PIL.TiffImagePlugin import IFDRational

    photo = plan.photo
    rng = random.Random(photo.drawing_seed)
    picture = Image.new("RGB", _SIZE, tuple(rng.randrange(200, 256) for _ in range(3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(14):
        colour = tuple(rng.randrange(30, 230) for _ in range(3))
        points = [(rng.randrange(_SIZE[0]), rng.randrange(_SIZE[1])) for _ in range(rng.randrange(3, 6))]
        draw.polygon(points, fill=colour)

    def degrees(seconds: int) -> tuple[IFDRational, IFDRational, IFDRational]:
        seconds = abs(seconds)
        return (
            IFDRational(seconds // 3600, 1),
            IFDRational(seconds // 60 % 60, 1),
            IFDRational(seconds % 60, 1),
        )

    taken = plan.moments.photo_taken
    wall: datetime = taken.astimezone(timezone(timedelta(minutes=photo.offset_minutes)))
    stamp = f"{wall:%Y:%m:%d %H:%M:%S}"
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = photo.make
    exif[ExifTags.Base.Model] = photo.model
    exif[ExifTags.Base.DateTime] = stamp
    detail = exif.get_ifd(ExifTags.IFD.Exif)
    detail[ExifTags.Base.DateTimeOriginal] = stamp
    if photo.has_offset:
        offset = f"{wall:%z}"
        detail[ExifTags.Base.OffsetTimeOriginal] = f"{offset[:3]}:{offset[3:]}"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef] = "N" if photo.latitude_seconds >= 0 else "S"
    gps[ExifTags.GPS.GPSLatitude] = degrees(photo.latitude_seconds)
    gps[ExifTags.GPS.GPSLongitudeRef] = "E" if photo.longitude_seconds >= 0 else "W"
    gps[ExifTags.GPS.GPSLongitude] = degrees(photo.longitude_seconds)
    gps[ExifTags.GPS.GPSDateStamp] = f"{taken:%Y:%m:%d}"
    gps[ExifTags.GPS.GPSTimeStamp] = (
        IFDRational(taken.hour, 1),
        IFDRational(taken.minute, 1),
        IFDRational(taken.second, 1),
    )
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70, subsampling=2, exif=exif)
    return out.getvalue()
