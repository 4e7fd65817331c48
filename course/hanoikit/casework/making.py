"""Make the files of a case from its plan, with the real tools: the same seed gives the same bytes.

>>> build_case(evidence_case(seed=7), Path("case"))   # case/files/..., and apart from them case/truth.json
>>> truth = make_files(evidence_case(seed=7), Path("files"))             # the files only; returns the truth

It needs mtools, dosfstools, ewf-tools and faketime; a machine without them opens the shipped cases.

``FILES`` is what a trainee receives. ``truth.json`` lies beside the folder ``files``, never in it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path

from hanoikit.casework.briefing import briefing
from hanoikit.casework.capture_file import make_capture
from hanoikit.casework.custody_files import make_custody
from hanoikit.casework.log_files import make_logs
from hanoikit.casework.mail_file import make_mail
from hanoikit.casework.people import certificates_pem, course_authority, timestamp_authority
from hanoikit.casework.photo_file import make_photo
from hanoikit.casework.plan import Plan
from hanoikit.casework.stick import make_image, read_media
from hanoikit.casework.truth import Truth, truth_of
from hanoikit.evidence.certificates import pem

__all__ = ["FILES", "MANIFEST", "build_case", "make_files"]

MANIFEST = "manifest-sha256.txt"
FILES = (
    "authority.pem",
    "briefing.md",
    "certificates.pem",
    "clock-check.txt",
    "custody-head.tsr",
    "custody-witness.json",
    "custody.jsonl",
    "dns-zone.json",
    "exhibits.csv",
    "gateway.pcap",
    "lure.eml",
    "photo.jpg",
    "timestamp-authority.pem",
    "usb.E01",
    "xa-auth.log",
    "xa-gateway.log",
    "xc-web.log",
)


def build_case(plan: Plan, folder: Path) -> None:
    """Write ``folder/files/`` (what the trainee receives) and ``folder/truth.json`` (what stays behind).

    Raises ``ToolMissing`` naming the packages when a program is not installed.
    """
    folder = Path(folder)
    truth = make_files(plan, folder / "files")
    text = json.dumps(truth.to_json(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    (folder / "truth.json").write_text(text, encoding="utf-8", newline="\n")


def make_files(plan: Plan, folder: Path) -> Truth:
    """Write the trainee's files of this case into ``folder`` and return the truth about them."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    photo = make_photo(plan)
    make_image(plan, photo, folder / "usb.E01")
    media = read_media(folder / "usb.E01")
    mail, zone = make_mail(plan)
    stamper = timestamp_authority(plan)
    files: dict[str, bytes] = {
        "photo.jpg": photo,
        "lure.eml": mail,
        "dns-zone.json": _json(zone),
        "gateway.pcap": make_capture(plan),
        **make_logs(plan),
        "certificates.pem": certificates_pem(plan),
        "authority.pem": pem(course_authority(plan).certificate),
        "timestamp-authority.pem": pem(stamper.root),
        "briefing.md": briefing(plan).encode("utf-8"),
    }
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    hashes["usb.E01"] = hashlib.sha256((folder / "usb.E01").read_bytes()).hexdigest()
    hashes["media"] = hashlib.sha256(media).hexdigest()
    custody = make_custody(plan, hashes)
    files["custody.jsonl"] = custody.received.to_bytes()
    files["custody-head.tsr"] = stamper.stamp(custody.last_noted.to_bytes(), at=custody.timestamped_at).der
    files["custody-witness.json"] = _json(custody.witness)
    files["exhibits.csv"] = _exhibits(plan, hashes)
    for name in ("custody.jsonl", "custody-head.tsr", "custody-witness.json", "exhibits.csv"):
        hashes[name] = hashlib.sha256(files[name]).hexdigest()
    files[MANIFEST] = "".join(f"{hashes[name]}  {name}\n" for name in FILES).encode("ascii")
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return truth_of(plan, hashes=hashes, media=media, photo=photo, custody=custody)


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode("ascii")


def _exhibits(plan: Plan, hashes: Mapping[str, str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("number", "file", "description", "source", "sha256"))
    for exhibit in plan.exhibits:
        writer.writerow(
            (exhibit.number, exhibit.file, exhibit.description, exhibit.source, hashes[exhibit.file])
        )
    return out.getvalue().encode("utf-8")
