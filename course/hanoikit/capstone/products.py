"""Documents that travel in the whole case: what earlier modules made, as data with a hash that the receiver checks.

>>> made = prepared("freeze-2")
>>> made.kind, made.to, len(made.digest)
('freeze-request', 'XD', 64)
>>> [finding.code for finding in check(made.kind, made.content)]
[]
>>> [finding.code for finding in check("freeze-request", prepared("freeze-1").content)]
['channel-network', ...]

| kind | its content (canonical JSON) | checked by |
|---|---|---|
| ``evidence-package`` | signed root of a seal, one file, its proof (module 4) | ``evidence.seal`` |
| ``assistance-request`` | a request for legal assistance (module 6) | ``cooperation.validate`` |
| ``freeze-request``, ``return-request`` | a request about property (module 8), a plan | ``recovery.check_request`` |
| ``removal-request`` | the page, hashes of the images, what was preserved (module 9) | here |

Each kind comes prepared twice, one sound and one with faults that people make; whose own product is in the workspace
uses that. A seal's key is the exercise's, from a seed, so that everybody has the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from hanoikit import resources
from hanoikit.errors import Finding, HanoiKitError
from hanoikit.i18n import _
from hanoikit.network.messages import Document
from hanoikit.trust.canonical import canonical

PACKAGE = "hanoikit.capstone-package/1"
REMOVAL = "hanoikit.capstone-removal/1"
CASE = "XA-2026-9811"
SEALED = datetime(2026, 12, 24, 13, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Product:
    """A document that can be sent. ``content`` is canonical JSON, ``digest`` its SHA-256, ``source`` whose it is."""

    id: str
    kind: str
    title: str
    to: str
    about: str
    content: str
    source: str = "prepared"
    part: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content.encode()).hexdigest()

    def body(self, *, authority: str = "", facts: str = "") -> Document:
        """The message's body that carries it."""
        entry = _entries().get(self.id, {})
        return Document(
            authority=authority or entry.get("authority", ""),
            document=self.kind,
            title=self.title,
            route_to=entry.get("route_to", ""),
            facts=facts or entry.get("facts", ""),
            digest=self.digest,
            content=self.content,
        )


@cache
def prepared(name: str) -> Product:
    """A prepared product by its id. Raises ``KeyError`` when there is none."""
    entry = _entries()[name]
    return Product(
        name,
        entry["kind"],
        _(entry["title"]),
        entry["to"],
        _(entry["about"]),
        _content(entry),
        part=entry["part"],
    )


def all_prepared() -> tuple[Product, ...]:
    """Every prepared product, in the order in which the story needs them."""
    return tuple(prepared(name) for name, entry in _entries().items() if not entry.get("hidden"))


def prepared_content(name: str) -> dict[str, Any]:
    """The content of a prepared product as plain data, to be changed freely."""
    found: dict[str, Any] = json.loads(prepared(name).content)
    return found


def source_of(document: Document) -> str:
    """Whose a document that travelled is: the id of the prepared product, or "own"."""
    digest = hashlib.sha256(document.content.encode()).hexdigest()
    return _by_digest().get(digest, "own")


@cache
def _by_digest() -> Mapping[str, str]:
    return {prepared(name).digest: name for name in _entries()}


def body_of(name: str) -> Document:
    """The body of a message that carries a prepared product, spoilt on its way where the plan says so."""
    entry = _entries()[name]
    made = prepared(name).body()
    if entry.get("spoil"):
        before, after = entry["spoil"]
        text = json.loads(made.content)
        data = base64.b64decode(text["file"]["base64"]).replace(before.encode(), after.encode(), 1)
        text["file"]["base64"] = base64.b64encode(data).decode()
        # The hash is that of the sound document: what a change on the way looks like.
        return Document(
            **{
                **{
                    name: getattr(made, name)
                    for name in ("authority", "document", "title", "route_to", "facts", "digest")
                },
                "content": canonical(text).decode(),
            }
        )
    return made


# checking


def check(kind: str, content: str, *, digest: str = "") -> tuple[Finding, ...]:
    """Everything wrong with a document that a receiver can find. Empty: it holds, and is complete."""
    if digest and digest != hashlib.sha256(content.encode()).hexdigest():
        text = _("The content is not the one that this SHA-256 was made for.")
        first = [Finding("digest-differs", text, "digest", ("40(13)", "40(14)"))]
    else:
        first = []
    try:
        value = json.loads(content)
        if not isinstance(value, dict):
            raise ValueError(_("it is no object with named members"))
        found = _CHECKS[kind](value)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        text = _("The document cannot be read ({detail}).").format(detail=error)
        found = [Finding("unreadable", text, "content", ("40(13)",))]
    except HanoiKitError as error:
        found = list(error.findings) or [Finding("rejected", str(error), "content")]
    return (*first, *found)


def errors(kind: str, content: str, *, digest: str = "") -> tuple[Finding, ...]:
    """Those findings that keep a document from being relied on or carried out."""
    return tuple(one for one in check(kind, content, digest=digest) if one.severity == "error")


def look(kind: str, content: str, digest: str) -> tuple[Finding, ...]:
    """The check in the form that ``hanoikit.network.documents`` registers."""
    return check(kind, content, digest=digest)


def _check_package(value: dict[str, Any]) -> list[Finding]:
    from hanoikit.evidence.seal import SignedRoot
    from hanoikit.evidence.seal_proof import InclusionProof, verify_inclusion

    if value.get("type") != PACKAGE:
        raise ValueError(_("it is no evidence package of this exercise"))
    signed = SignedRoot.from_json(value["root"])
    _known_laboratory(signed)
    data = base64.b64decode(value["file"]["base64"], validate=True)
    verify_inclusion(
        InclusionProof.from_json(json.dumps(value["proof"])), root=signed.root, size=signed.size, data=data
    )
    if value["proof"]["leaf"]["name"] != value["file"]["name"]:
        return [
            Finding("other-name", _("The file has another name than the sealed one."), "file", ("40(13)",))
        ]
    return []


def _known_laboratory(signed: Any) -> None:
    """Raises ``IdentityRejected`` unless a laboratory of this case or of module 4 signed the root."""
    from hanoikit.errors import IdentityRejected

    try:
        signed.verify([_authority().certificate])
    except IdentityRejected:
        signed.verify([*_laboratories_of_module_4()])


@cache
def _laboratories_of_module_4() -> tuple[Any, ...]:
    from hanoikit.casework import SHIPPED_SEEDS, evidence_case
    from hanoikit.casework.people import course_authority

    return tuple(course_authority(evidence_case(seed)).certificate for seed in SHIPPED_SEEDS)


def _check_assistance(value: dict[str, Any]) -> list[Finding]:
    from hanoikit.cooperation import from_json, validate

    return list(validate(from_json(value)))


def _check_property(value: dict[str, Any]) -> list[Finding]:
    from hanoikit.recovery import Known, check_request

    known = Known(traced=STOLEN, limit=STOLEN, worth_cents=STOLEN, unit="XTS-cent")
    found = list(check_request(value["request"], known=known))
    if value["request"].get("to") != "XD":
        text = _("The money lies in Deltara. This request is made out to another State.")
        found.append(Finding("other-state", text, "to", ("49(2)", "50(2)")))
    if value["request"].get("channel") == "bank":
        text = _("A bank abroad freezes nothing on a letter of yours. Its State's authority does.")
        found.append(Finding("channel-bank", text, "channel", ("5(2)", "40(12)")))
    return found


def _check_removal(value: dict[str, Any]) -> list[Finding]:
    if value.get("type") != REMOVAL:
        raise ValueError(_("it is no request for removal of this exercise"))
    needed = {
        "page": _("Which page?"),
        "hashes": _("Hashes of the images, so that nobody needs to look."),
        "preserved": _("Say that the page was preserved, and by which message."),
        "route": _("Say which offence or law it rests on."),
        "victim_agrees": _("Does the person want this?"),
    }
    found = [
        Finding(f"{name}-missing", text, name, ("34(6)",))
        for name, text in needed.items()
        if not value.get(name)
    ]
    if value.get("images"):
        text = _("The images themselves do not belong into a request. Hashes are enough.")
        found.append(Finding("images-sent", text, "images", ("34(4)", "36(1)")))
    if value.get("private"):
        text = _("It tells more of her than anybody there needs: her name in the open, or her private life.")
        found.append(Finding("private-sent", text, "private", ("34(4)", "36(2)")))
    return found


_CHECKS: Mapping[str, Callable[[dict[str, Any]], list[Finding]]] = {
    "evidence-package": _check_package,
    "assistance-request": _check_assistance,
    "freeze-request": _check_property,
    "return-request": _check_property,
    "removal-request": _check_removal,
    "report": lambda value: [],
}

STOLEN = 12_000_000
"""What was stolen of the money in San Ruel, in XTS cents."""


# making


@cache
def _entries() -> dict[str, dict[str, Any]]:
    path = resources.assets() / "capstone" / "products.json"
    found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _content(entry: Mapping[str, Any]) -> str:
    if entry["kind"] == "evidence-package":
        return canonical(_package(entry["package"])).decode()
    if entry["kind"] == "removal-request":
        return canonical(_removal(entry["content"])).decode()
    return canonical(entry["content"]).decode()


@cache
def _authority() -> Any:
    from hanoikit.trust.identity import CourseAuthority

    return CourseAuthority.create(seed="capstone laboratories")


def _package(given: Mapping[str, Any]) -> dict[str, Any]:
    """A sealed set of real files, one of them handed over with its proof."""
    from hanoikit.evidence.seal import Seal
    from hanoikit.trust.identity import Role

    laboratory = _authority().issue(
        name=given["laboratory"], role=Role.CUSTODIAN, organisation=given["laboratory"], state=given["state"]
    )
    source = resources.assets() / "capstone" / "evidence" / given["folder"]
    files = {
        path.relative_to(source).as_posix(): path.read_bytes()
        for path in sorted(source.rglob("*"))
        if path.is_file()
    }
    draws = iter(range(len(files)))

    def salt(size: int) -> bytes:
        name = f"capstone {given['folder']} {next(draws)}".encode()
        return hashlib.sha256(name).digest()[:size]

    seal = Seal.of(files, random_bytes=salt).sign(laboratory, case=given["case"], at=SEALED)
    assert seal.signed is not None
    proof = json.loads(seal.inclusion_proof(given["file"]).to_json())
    data = files[given["file"]]
    if given.get("extend"):
        # The file was opened in an editor after it was sealed.
        data += given["extend"].encode()
    return {
        "file": {"base64": base64.b64encode(data).decode(), "name": given["file"]},
        "proof": proof,
        "root": seal.signed.to_json(),
        "type": PACKAGE,
    }


def _removal(given: Mapping[str, Any]) -> dict[str, Any]:
    """The request with the perceptual hashes of abstract stand-ins; no image of a person is made or needed."""
    from hanoikit.victims import drawing, perceptual_hash

    hashes = [perceptual_hash(drawing(seed)).bits for seed in given.get("drawings", ())]
    rest = {name: value for name, value in given.items() if name != "drawings"}
    return {**rest, "hashes": hashes, "type": REMOVAL}
