"""What the marking of module 4 asks of a trainee's package: independent programs first, then the case's own facts.

>>> checks = PackageCheck(Path("work/package"), truth("m04", seed), image=case.path("usb.E01"))
>>> checks.bag().accepted
True

Each check gives one ``Verdict``. It accepts only when the independent program accepts **and** the package holds
what the case asks for: a valid bag of something else earns nothing. Where it does not accept, its output begins with
what is wrong and what the trainee does next; what the program printed comes after. Trust comes from the case (its
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
from hanoikit.errors import EvidenceError, HanoiKitError
from hanoikit.evidence import package, validators
from hanoikit.evidence.acquisition import open_image
from hanoikit.evidence.certificates import pem
from hanoikit.evidence.validators import Verdict
from hanoikit.i18n import _

__all__ = ["PackageCheck"]

IMAGE = "usb.E01"
MANIFEST = "manifest-sha256.txt"


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
        if not verdict.accepted and self.folder.is_dir():
            # bagit stops at the first thing that does not add up; our own check names the files.
            changed = _(
                "The files of the package do not fit its lists: something was changed after it was made."
            )
            return _with(verdict, [changed, *self._signature_problems()[:3], _again()])
        if not verdict.accepted:
            return verdict
        if missing := self._missing():
            return _with(verdict, [*missing, _("Recover it (step 3), choose it in step 7, and pack again.")])
        if unsigned := self._signature_problems():
            return _with(verdict, [*unsigned, _again()])
        return verdict

    def timestamp(self) -> Verdict:
        """openssl accepts the token over the package's list, from this case's timestamp authority.

        The list must name a file of this case: a time for something else is not what is asked.
        """
        signed = self.folder / package.SIGNED
        token = self.folder / package.TOKEN
        verdict = self._ask(
            lambda: validators.openssl_timestamp(token, signed, self._authorities[1]),
            _("There is no timestamp of this case's authority that fits the list of the package."),
            _again(),
        )
        if verdict.accepted and not self._lists_this_case():
            return _with(
                verdict, [_("The timestamp is over a package without the files of this case."), _again()]
            )
        return verdict

    def description(self) -> Verdict:
        """case_validate and case_prov_check accept the CASE/UCO graph, and it describes image and recovered ledger."""
        graph = self.folder / "custody" / "case.jsonld"
        broken = _("The description custody/case.jsonld cannot be used as it is.")
        verdict = self._ask(lambda: validators.case_validate(graph), broken, _again())
        if not verdict.accepted:
            return verdict
        provenance = self._ask(lambda: validators.case_prov_check(graph), broken, _again())
        both = replace(
            verdict,
            accepted=provenance.accepted,
            program=f"{verdict.program}, {provenance.program}",
            output="\n".join(
                said.output for said in sorted((verdict, provenance), key=lambda said: said.accepted)
            ).strip(),
        )
        digests = _strings(graph)
        problems = [
            _("The description does not speak of {name} with its SHA-256.").format(name=name)
            for name, digest in self._wanted.items()
            if digest not in digests
        ]
        if not both.accepted or not problems:
            return both
        return _with(
            both, [*problems, _("Check the image (step 1), recover the file (step 3), and pack again.")]
        )

    def recovered(self) -> Verdict:
        """The Sleuth Kit finds, in the image that was given out, the very bytes that the package holds."""
        if not self._recovered.is_file():
            return self._ask(
                lambda: _none(_("The Sleuth Kit"), ""),
                _("There is no {name} in the package.").format(name=self._name),
                _("Recover it (step 3), choose it in step 7, and pack again."),
            )
        content = self._recovered.read_bytes()
        with open_image(self.image) as image:
            entry = next(one for one in image.files() if one.name == self.truth.deleted.listed_as)
        digest = hashlib.sha256(content).hexdigest()
        other = _("{name} in the package is not the deleted file of this case.").format(name=self._name)
        then = _("Recover it again on your bench (step 3), and pack again.")
        verdict = self._ask(lambda: validators.sleuthkit(self.image, entry.inode, digest), other, then)
        if verdict.accepted and digest != self.truth.deleted.sha256:
            return _with(verdict, [other, then])
        return verdict

    @property
    def _name(self) -> str:
        return f"recovered/{self.truth.deleted.listed_as}"

    @property
    def _wanted(self) -> dict[str, str]:
        """What the package must hold at least: name under ``data/`` to SHA-256."""
        return {IMAGE: self.truth.sha256[IMAGE], self._name: self.truth.deleted.sha256}

    def _lists_this_case(self) -> bool:
        """Whether the list under the timestamp leads, by its hashes, to a file that the case asks for."""
        try:
            manifest = (self.folder / MANIFEST).read_bytes()
            signed = (self.folder / package.SIGNED).read_text(encoding="utf-8").split("\n")
        except (OSError, ValueError):
            return False
        if hashlib.sha256(manifest).hexdigest() not in {line.partition(" ")[0].lower() for line in signed}:
            return False
        listed = {line.partition(" ")[0].lower() for line in manifest.decode("utf-8", "replace").split("\n")}
        return bool(listed & set(self._wanted.values()))

    def _missing(self) -> list[str]:
        problems = []
        for name, digest in self._wanted.items():
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
        except HanoiKitError as error:
            return [str(finding) for finding in error.findings if finding.severity == "error"] or [error.what]
        specialist = self.truth.people["specialist"]
        if report.signer is None or report.signer.name != specialist:
            return [_("The package is not signed by {name}, the specialist.").format(name=specialist)]
        return []

    def _ask(self, program: Callable[[], Verdict], *advice: str) -> Verdict:
        """The program's verdict; ``advice`` comes first where it does not accept or finds nothing to examine."""
        if not self.folder.is_dir():
            return _none(_("The receiver"), _("There is no package. Make it on the bench (steps 5 to 7)."))
        try:
            verdict = program()
        except EvidenceError as error:
            verdict = _none(_("The receiver"), error.what)
        return verdict if verdict.accepted else _with(verdict, advice)


def _again() -> str:
    return _("Make the package again on your bench (step 7), and change nothing in it afterwards.")


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
    except (OSError, ValueError, RecursionError):
        return set()  # what cannot be read speaks of nothing
    return found
