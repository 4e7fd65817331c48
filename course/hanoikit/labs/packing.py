"""From a bench to a package for transfer: what is checked before, what travels along, what is said in CASE.

>>> made = pack(bench, bench.available(), receiver="the prosecutor")
>>> made.folder.name, sorted(made.files)[-1]
('package', 'xc-web.log')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanoikit.errors import EvidenceError, UsageError
from hanoikit.i18n import _
from hanoikit.labs.bench_folder import holds, lay_aside, writing
from hanoikit.labs.judging import IMAGE
from hanoikit.labs.workbench import LABORATORY, STAMP

if TYPE_CHECKING:
    from hanoikit.evidence.custody import CustodyLog
    from hanoikit.evidence.package import Package
    from hanoikit.labs.workbench import Workbench


def pack(bench: Workbench, payload: Mapping[str, Path], *, receiver: str = "") -> Package:
    """Make the package for transfer from the chosen files.

    Custody log, seal, timestamp, CASE/UCO description and printable form travel in ``custody/``. An older package
    is laid aside once the new one is whole. Raises ``EvidenceError`` when there is no seal or no timestamp of it
    yet, or when an exhibit has changed, ``UsageError`` for no files.
    """
    from hanoikit.evidence import case_export, package
    from hanoikit.evidence.form import custody_form

    if not payload:
        raise UsageError(_("The package would be empty."), next_step=_("Choose at least one file."))
    seal = bench.current_seal()
    token, statement = (bench.folder / name for name in STAMP)
    if not token.exists() or seal.signed is None or not holds(statement, seal.signed.statement):
        raise EvidenceError(
            _("There is no timestamp yet."), next_step=_("Have the seal timestamped (step 6).")
        )
    bench.refuse_changed(*payload)
    log = bench.log()
    if receiver:
        log.append(
            action="disclosed",
            item=bench.exhibit,
            actor=bench.specialist,
            place=LABORATORY,
            at=bench.now_after(log),
            note=f"package of {len(payload)} files for {receiver}",
        )
    described = items(bench, log)
    title = f"{bench.plan.operation}, {bench.plan.case_number}"
    graph = case_export.export(log, described, title=title)
    target, fresh = bench.folder / "package", bench.folder / "package.new"
    with writing(bench.folder):
        lay_aside(fresh)  # left over by a crash
        custody_form(log, bench.folder / "custody-form.pdf", names={item.id: item.name for item in described})
        made = package.create(
            fresh,
            dict(payload),
            identity=bench.specialist,
            authority=bench.timestamps,
            custody=log,
            seal=seal,
            info={
                "Source-Organization": bench.specialist.organisation,
                "External-Identifier": bench.plan.case_number,
                "Internal-Sender-Description": "digital evidence with its custody log, seal and description",
                **({"Contact-Name": receiver} if receiver else {}),
            },
            tag_files={
                "custody/case.jsonld": case_export.to_bytes(graph),
                "custody/custody-form.pdf": bench.folder / "custody-form.pdf",
                "custody/seal.tsr": token,
            },
            also_certificates=[bench.authority.certificate, bench.timestamps.root],
            at=bench.clock(),
        )
        lay_aside(target)
        fresh.rename(target)
        log.save(bench.log_path)
    return replace(made, folder=target)


def items(bench: Workbench, log: CustodyLog) -> list[Any]:
    """What the CASE/UCO description speaks of: the image, and each recovered file that the log has."""
    from hanoikit.evidence.acquisition import open_image
    from hanoikit.evidence.case_export import Item, Tool

    with open_image(bench.image_path) as image:
        headers = {key: value for key, value in image.headers.items() if value}
    found = [
        Item(
            bench.exhibit,
            "image",
            IMAGE,
            exhibit=bench.exhibit,
            size=bench.image_path.stat().st_size,
            image_type="E01",
            headers=headers,
        )
    ]
    for name, record in bench.records().items():
        item = f"{bench.exhibit}-{name}"
        if any(entry.item == item for entry in log.entries):
            found.append(
                Item(
                    item,
                    "file",
                    name,
                    exhibit=item,
                    size=record["size"],
                    digests={"sha256": record["sha256"]},
                    allocated=False,
                    tool=Tool("The Sleuth Kit"),
                )
            )
    return found
