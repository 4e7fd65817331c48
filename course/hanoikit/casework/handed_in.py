"""What the marking of module 4 asks of a trainee's package: independent programs first, then the case's own facts.

>>> checks = PackageCheck(Path("work/package"), truth("m04", seed), image=case.path("usb.E01"))
>>> checks.bag().accepted
True

Each check gives one ``Verdict``. It accepts only when the independent program accepts **and** the package holds
what the case asks for: a valid bag of something else earns nothing. Trust comes from the case (its
authorities follow from the seed), never from a certificate inside the package. Only hidden tests import this module.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from hanoikit.casework.drawing import evidence_case
from hanoikit.casework.people import course_authority, timestamp_authority
from hanoikit.casework.truth import Truth
from hanoikit.errors import EvidenceError, HanoiKitError, PackageInvalid
from hanoikit.evidence import package, validators
from hanoikit.evidence.acquisition import open_image
from hanoikit.evidence.certificates import pem
from hanoikit.evidence.validators import Verdict
from hanoikit.i18n import _

__all__ = ["PackageCheck"]

IMAGE = "usb.E01"


class PackageCheck:
    """The checks of one package. ``image`` is the image that was given out, not the one in the package."""

    def __init__(self, folder: Path, truth: Truth, *, image: Path) -> None:
        self.folder = Path(folder)
        self.truth = truth
        self.image = Path(image)

    @cached_property
    def _authorities(self) -> tuple[bytes, bytes]:
        plan = evidence_case(self.truth.seed)
        return pem(course_authority(plan).certificate), pem(timestamp_authority(plan).root)

    @property
    def _recovered(self) -> Path:
        return self.folder / "data" / "recovered" / self.truth.deleted.listed_as

    def bag(self) -> Verdict:
        """bagit-python accepts the bag; the specialist's signature holds; image and recovered ledger are in it."""
        verdict = self._ask(lambda: validators.bagit(self.folder))
        return _with(verdict, [*self._signature_problems(), *self._missing()] if verdict.accepted else [])

    def timestamp(self) -> Verdict:
        """openssl accepts the token over the package's list, from the timestamp authority of this case."""
        signed = self.folder / package.SIGNED
        token = self.folder / package.TOKEN
        return self._ask(lambda: validators.openssl_timestamp(token, signed, self._authorities[1]))

    def description(self) -> Verdict:
        """case_validate and case_prov_check accept the CASE/UCO graph, and it describes image and recovered ledger."""
        graph = self.folder / "custody" / "case.jsonld"
        verdict = self._ask(lambda: validators.case_validate(graph))
        if not verdict.accepted:
            return verdict
        provenance = self._ask(lambda: validators.case_prov_check(graph))
        both = replace(
            verdict,
            accepted=provenance.accepted,
            program=f"{verdict.program}, {provenance.program}",
            output=f"{verdict.output}\n{provenance.output}".strip(),
        )
        digests = _strings(graph)
        wanted = {IMAGE: self.truth.sha256[IMAGE], self.truth.deleted.listed_as: self.truth.deleted.sha256}
        missing = [name for name, digest in wanted.items() if digest not in digests]
        return _with(
            both,
            [
                _("The description does not speak of {name} with its SHA-256.").format(name=name)
                for name in missing
            ],
        )

    def recovered(self) -> Verdict:
        """The Sleuth Kit finds, in the image that was given out, the very bytes that the package holds."""
        if not self._recovered.is_file():
            return _none("The Sleuth Kit", _("There is no {name} in the package.").format(name=self._name()))
        content = self._recovered.read_bytes()
        with open_image(self.image) as image:
            entry = next(one for one in image.files() if one.name == self.truth.deleted.listed_as)
        digest = hashlib.sha256(content).hexdigest()
        verdict = self._ask(lambda: validators.sleuthkit(self.image, entry.inode, digest))
        wrong = [] if digest == self.truth.deleted.sha256 else [_("It is not the deleted file of this case.")]
        return _with(verdict, wrong)

    def _name(self) -> str:
        return f"recovered/{self.truth.deleted.listed_as}"

    def _missing(self) -> list[str]:
        wanted = {IMAGE: self.truth.sha256[IMAGE], self._name(): self.truth.deleted.sha256}
        problems = []
        for name, digest in wanted.items():
            path = self.folder / "data" / name
            if not path.is_file():
                problems.append(_("{name} is not in the package.").format(name=name))
            elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                problems.append(_("{name} in the package is not the one of this case.").format(name=name))
        return problems

    def _signature_problems(self) -> list[str]:
        from hanoikit.evidence.certificates import load_certificate

        people, stamps = (load_certificate(each) for each in self._authorities)
        try:
            report = package.verify(self.folder, [people], tsa_roots=[stamps])
        except PackageInvalid as error:
            return [str(finding) for finding in error.findings if finding.severity == "error"] or [error.what]
        specialist = self.truth.people["specialist"]
        if report.signer is None or report.signer.name != specialist:
            return [_("The package is not signed by {name}, the specialist.").format(name=specialist)]
        return []

    def _ask(self, program: Callable[[], Verdict]) -> Verdict:
        if not self.folder.is_dir():
            return _none("–", _("There is no package. Make it on the bench (step 7)."))
        try:
            return program()
        except EvidenceError as error:
            return _none("–", str(error))


def _none(program: str, output: str) -> Verdict:
    return Verdict(False, program, "", "", output, 0.0)


def _with(verdict: Verdict, problems: Sequence[str]) -> Verdict:
    if not problems:
        return verdict
    return replace(verdict, accepted=False, output="\n".join([*problems, verdict.output]).strip())


def _strings(path: Path) -> set[str]:
    """Every text in a JSON file, lower case."""
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)
        elif isinstance(value, str):
            found.add(value.lower())

    try:
        walk(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError) as error:
        raise HanoiKitError(_("The description cannot be read."), where=path.name) from error
    return found
