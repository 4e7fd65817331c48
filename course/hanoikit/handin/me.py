"""Who a trainee is: a name, the id in the class, and a key of one's own; asked once, kept in the course folder.

>>> me = Me.of(Path("hanoi-kit"))
>>> me.who
Who(id='', name='')
>>> me.set(name="Lan Anh Tran", id="t07").who
Who(id='t07', name='Lan Anh Tran')
>>> me.key                                # made at first use, readable by its owner only, never handed in
<Ed25519PrivateKey ...>

The class is known from what its instructor handed out: ``class.json`` and ``class-certificate.pem``, in the course
folder or beside it. The roster is not among it: a trainee knows the own name and id, nobody else's.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hanoikit.errors import HandInError, HanoiKitError, UsageError
from hanoikit.i18n import _
from hanoikit.trust.certificates import fingerprint, load_certificate
from hanoikit.trust.keys import write_private

PRIVATE = ".hanoikit"
"""Folder inside the trainee's folder for the kit's own records; it is never handed in."""
FILE = "me.json"
KEY = "me.key.pem"
CLASS_FILE = "class.json"
CERTIFICATE = "class-certificate.pem"
CLASS_FORM = "hanoikit.class/1"

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Who:
    """A trainee as a hand-in names them. ``id`` is the id of the roster, empty when it is not known; ``name`` in any
    script.
    """

    id: str = ""
    name: str = ""

    def __bool__(self) -> bool:
        return bool(self.id or self.name)

    @classmethod
    def of(cls, *, name: str = "", id: str = "") -> Who:
        """The two as they are kept: spaces at the ends and capitals of the id do not matter.

        Raises ``UsageError`` for what can be no name or no id.
        """
        name = unicodedata.normalize("NFC", " ".join(name.split()))
        id = id.strip().lower()
        if id and not _ID.fullmatch(id):
            raise UsageError(
                _("“{id}” is no id of a class.").format(id=id[:60]),
                next_step=_(
                    "An id has small letters, digits, dots and hyphens, for example t07. Leave it empty if "
                    "you do not know it."
                ),
            )
        # Marks of direction and joiners belong to names in many scripts; controls and halves of characters do not.
        if any(unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"} for character in name):
            raise UsageError(
                _("This name holds a character that cannot be written."), next_step=_("Type the name again.")
            )
        if len(name) > _LONGEST:
            raise UsageError(_("This name is too long."), next_step=_("Use the name that your papers show."))
        return cls(id, name)


@dataclass(frozen=True, slots=True)
class HandOut:
    """What a class tells its trainees. ``due`` has the aware times of the assignments that have one; ``who`` is the
    trainee when the hand-out was made for one person.
    """

    id: str
    title: str
    certificate: x509.Certificate | None = None
    states: Mapping[str, str] = field(default_factory=dict)
    due: Mapping[str, datetime] = field(default_factory=dict)
    who: Who = Who()

    @property
    def code(self) -> str:
        """The short form of the certificate's fingerprint, which the instructor reads out; empty without one."""
        if self.certificate is None:
            return ""
        from hanoikit.handin.codes import code_of

        return code_of(self.certificate.public_bytes(serialization.Encoding.DER))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the class's certificate in hexadecimal, to compare with the one that the instructor shows."""
        return fingerprint(self.certificate) if self.certificate is not None else ""

    @classmethod
    def of(cls, workspace: Path) -> HandOut | None:
        """What lies in the course folder or beside it; None when there is no (readable) hand-out of a class.

        Raises :class:`HandInError` when the certificate beside ``class.json`` is not the one that it names.
        """
        for folder in (workspace, workspace.parent):
            if (found := _hand_out(folder)) is not None:
                return found
        return None


@dataclass(frozen=True)
class Me:
    """The trainee of a course folder."""

    workspace: Path
    who: Who = Who()

    @property
    def id(self) -> str:
        return self.who.id

    @property
    def name(self) -> str:
        return self.who.name

    @classmethod
    def of(cls, workspace: Path) -> Me:
        """Read who works in this folder, else for whom the hand-out was made; empty when neither is known. Nothing is
        written.
        """
        workspace = Path(workspace)
        try:
            found = json.loads((workspace / PRIVATE / FILE).read_text(encoding="utf-8"))
            who = Who.of(name=str(found["name"]), id=str(found["id"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError, UsageError):
            handed_out = HandOut.of(workspace)
            return cls(workspace, handed_out.who if handed_out is not None else Who())
        return cls(workspace, who)

    def set(self, *, name: str | None = None, id: str | None = None) -> Me:
        """Keep name and id (each stays as it is when not given); the key stays. Raises ``UsageError`` and
        :class:`HandInError`.
        """
        who = Who.of(name=self.name if name is None else name, id=self.id if id is None else id)
        if who == self.who and (self.workspace / PRIVATE / FILE).is_file():
            return self
        with _refusing(self.workspace):
            folder = self._private()
            draft = folder / f".{FILE}.{os.getpid()}"
            draft.write_text(
                json.dumps({"id": who.id, "name": who.name}, ensure_ascii=False, indent=1) + "\n",
                encoding="utf-8",
            )
            draft.replace(folder / FILE)
        return Me(self.workspace, who)

    @cached_property
    def key(self) -> Ed25519PrivateKey:
        """The trainee's own key; made and kept at first use.

        A key file that cannot be read is laid aside, never overwritten, and a new key is made: earlier receipts stay
        good, for each carries its own public key. Raises :class:`HandInError` when it cannot be kept.
        """
        path = self.workspace / PRIVATE / KEY
        with _refusing(self.workspace):
            if path.is_file():
                with contextlib.suppress(ValueError, TypeError):
                    key = serialization.load_pem_private_key(path.read_bytes(), None)
                    if isinstance(key, Ed25519PrivateKey):
                        return key
                path.replace(_free(path))
            self._private()
            made = Ed25519PrivateKey.generate()
            write_private(
                path,
                made.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                ),
            )
        return made

    def _private(self) -> Path:
        folder = self.workspace / PRIVATE
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _hand_out(folder: Path) -> HandOut | None:
    try:
        found = json.loads((folder / CLASS_FILE).read_text(encoding="utf-8-sig"))
        if found["format"] != CLASS_FORM:
            return None
        assignments: dict[str, Any] = dict(found.get("assignments") or {})
        states = {name: str(row.get("state") or "") for name, row in assignments.items()}
        due = {
            name: datetime.fromisoformat(row["due"]) for name, row in assignments.items() if row.get("due")
        }
        person = found.get("trainee") or {}
        who = Who.of(name=str(person.get("name") or ""), id=str(person.get("id") or ""))
        made = HandOut(str(found["id"]), str(found.get("title") or ""), None, states, due, who)
        named = str(found.get("certificate") or "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, UsageError):
        return None
    path = folder / CERTIFICATE
    if not path.is_file():
        return made
    try:
        certificate = load_certificate(path)
    except HanoiKitError:
        return made
    if named and fingerprint(certificate) != named:
        raise HandInError(
            _("The certificate of the class is not the one that class.json names."),
            where=str(path),
            next_step=_("Copy both files again from what your instructor handed out."),
        )
    return replace(made, certificate=certificate)


def _free(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.unreadable{number or ''}") for number in range(10_000))
    return next(name for name in names if not name.exists())


@contextlib.contextmanager
def _refusing(workspace: Path) -> Any:
    try:
        yield
    except OSError as error:
        raise HandInError(
            _("Who you are cannot be kept: {why}.").format(why=error.strerror or error),
            where=str(workspace / PRIVATE),
            next_step=_("Free some room, or copy the whole course folder to a place where you may write."),
        ) from error
