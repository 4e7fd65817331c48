"""Other people's programs, asked about a package that was made on the bench.

>>> for name, ask in judges(Path("work/package"), tsa_root, records).items():
...     print(name, asked(name, ask).accepted)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanoikit.errors import EvidenceError, HanoiKitError
from hanoikit.i18n import _

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from hanoikit.evidence.validators import Verdict

IMAGE = "usb.E01"


def judges(
    package: Path, tsa_root: Certificate, records: Mapping[str, Mapping[str, Any]]
) -> dict[str, Callable[[], Verdict]]:
    """The programs that judge a package made on the bench, by name.

    ``records`` says for each recovered file the inode at which the Sleuth Kit must find the same bytes in the image
    inside the package. Only whole recoveries can be confirmed by a hash; of a file whose blocks were taken by another,
    every tool keeps other bytes. Without the image in the package there is nothing to confirm them with. Raises
    ``EvidenceError`` when there is no package.
    """
    from hanoikit.evidence import hashing, validators
    from hanoikit.evidence.certificates import pem

    if not package.is_dir():
        raise EvidenceError(_("There is no package yet."), next_step=_("Make the package first (step 7)."))
    root = pem(tsa_root)
    signed = package / "tagmanifest-sha256.txt"
    found: dict[str, Callable[[], Verdict]] = {
        "bagit": lambda: validators.bagit(package),
        "openssl": lambda: validators.openssl_timestamp(
            package / "signature" / "tagmanifest-sha256.txt.tsr", signed, root
        ),
        "case_validate": lambda: validators.case_validate(package / "custody" / "case.jsonld"),
        "case_prov_check": lambda: validators.case_prov_check(package / "custody" / "case.jsonld"),
    }
    image = package / "data" / IMAGE
    for name, record in records.items():
        packed = package / "data" / "recovered" / name
        if not (image.is_file() and packed.is_file() and record.get("complete")):
            continue
        sha256, inode = hashing.digest(packed)["sha256"], record["inode"]
        found[f"sleuthkit: {name}"] = lambda inode=inode, sha256=sha256: validators.sleuthkit(  # type: ignore[misc]
            image, inode, sha256
        )
    return found


def asked(name: str, ask: Callable[[], Verdict]) -> Verdict:
    """The program's verdict; where it could not run, one that does not accept, has no version and says why.

    So one program that is missing here does not keep the others from being asked.
    """
    from hanoikit.evidence.validators import Verdict

    try:
        return ask()
    except HanoiKitError as error:
        return Verdict(False, name, "", "", str(error), 0.0)
