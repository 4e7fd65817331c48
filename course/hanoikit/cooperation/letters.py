"""A request as the official letter of the State that sends it: PDF and Word, signed and timestamped.

>>> one = letter(request)                             # a request of this room, or its JSON
>>> one.title, one.parts[0].heading
('Request for legal assistance', '1. Legal basis')
>>> seal = pdf_seal(head_of_unit, authority)                                    # a key that PDF viewers know
>>> pdf = letter_pdf(one, signer=seal, timestamps=tsa, at=moment)               # PAdES inside the file
>>> word = letter_docx(one)                                                     # signature and timestamp beside it
>>> write_word(word, Path("letter.docx"), signer=head_of_unit, timestamps=tsa, at=moment)

What a letter says is made once (:func:`letter`); PDF, Word file and the preview in a notebook show the same parts. The
same letter, keys and moment give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanoikit.cooperation import tables
from hanoikit.cooperation.letters_form import LetterForm, form
from hanoikit.cooperation.letters_parts import (
    Block,
    Points,
    Terms,
    Text,
    blocks,
    choice_words,
    day,
    label,
    missing,
    provisions,
    state_name,
)
from hanoikit.cooperation.requests import Request, to_json
from hanoikit.errors import UsageError
from hanoikit.i18n import _

if TYPE_CHECKING:
    from hanoikit.cooperation.letters_seal import Seal
    from hanoikit.evidence.timestamp import LocalTimestampAuthority
    from hanoikit.trust.identity import Identity

__all__ = ["Letter", "Part", "letter", "letter_docx", "letter_pdf", "write_pdf", "write_word"]

#: Elements that stand under one heading.
_TOGETHER: Mapping[str, str] = {"scope": "instrument", "articles": "instrument", "instrument": "instrument"}
#: Kinds that ask for nothing.
_NO_REQUEST = ("spontaneous", "joint-investigation")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a letter: its elements' names, its heading with number, the provisions behind it, its blocks."""

    elements: tuple[str, ...]
    heading: str
    provisions: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def basis(self) -> str:
        """The provisions in words: ``art. 40(15)(c)``."""
        return provisions(self.provisions)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, ready to be set in any form. ``head`` are the lines of the letterhead, ``facts`` the labelled lines
    under it (reference, date, recipient ...). ``draft`` letters say so on every page and are not signed.
    """

    kind: str
    form: LetterForm
    title: str
    reference: str
    facts: tuple[tuple[str, str], ...]
    recipient: str
    opening: str
    parts: tuple[Part, ...]
    closing: str
    draft: bool = False

    @property
    def state(self) -> str:
        """The code of the State that sends it."""
        return self.form.state


def letter(request: Request | Mapping[str, Any], *, draft: bool = False) -> Letter:
    """The letter of a request of any kind, in the form of its ``requesting`` State.

    Takes incomplete JSON too, for a preview: what must be there is then shown as a gap. Raises ``UsageError`` for a
    kind or a State that the kit does not know.
    """
    value: Mapping[str, Any] = request if isinstance(request, Mapping) else to_json(request)
    kind = tables.kind(str(value.get("kind", "assistance")))
    sender = form(str(value.get("requesting", "")))
    requested = str(value.get("requested") or "")
    recipient = str(value.get("central_authority_to") or missing())
    words = {"sender": sender.sender, "country": sender.country, "recipient": recipient}
    opening = sender.opening
    if kind.id in _NO_REQUEST:
        opening = _("The {sender} of {country} sends the {recipient} what follows.")
    return Letter(
        kind=kind.id,
        form=sender,
        title=_(kind.name),
        reference=str(value.get("reference") or missing()),
        facts=_facts(value, sender, requested, recipient),
        recipient=recipient,
        opening=opening.format(**words),
        parts=_parts(kind, value, sender),
        closing=sender.closing.format(**words),
        draft=draft,
    )


def _facts(
    value: Mapping[str, Any], sender: LetterForm, requested: str, recipient: str
) -> tuple[tuple[str, str], ...]:
    channel, language = value.get("channel"), value.get("language")
    found = [
        (sender.reference, str(value.get("reference") or missing())),
        (_("Place and date"), f"{sender.place}, {day(value.get('date') or missing(), sender)}"),
        (_("To"), f"{recipient}, {state_name(requested)}" if requested else recipient),
    ]
    if channel:
        found.append((_("Sent"), choice_words(str(channel))))
    note = sender.language
    if language:
        note = _("{note} Language of the request or of its translation: {code}.").format(
            note=note, code=language
        )
    found.append((_("Language"), note))
    return tuple(found)


def _parts(kind: tables.Kind, value: Mapping[str, Any], sender: LetterForm) -> tuple[Part, ...]:
    groups: dict[str, list[tables.Element]] = {}
    for element in kind.elements:
        groups.setdefault(_TOGETHER.get(element.name, element.name), []).append(element)
    found: list[Part] = []
    # Sorting keeps the order of the table where a State's form names no place.
    for name in sorted(groups, key=sender.rank):
        shown = [(one, blocks(one, value.get(one.name), sender)) for one in groups[name]]
        shown = [(one, made) for one, made in shown if made]
        if not shown:
            continue
        heading = _("Legal basis") if name == "instrument" else label(shown[0][0])
        number = sender.number(len(found) + 1)
        found.append(
            Part(
                elements=tuple(one.name for one, _made in shown),
                heading=f"{number} {heading}".strip(),
                provisions=tuple(dict.fromkeys(one.provision for one, _made in shown)),
                blocks=tuple(block for one, made in shown for block in _labelled(one, made, name)),
            )
        )
    return tuple(found)


def _labelled(element: tables.Element, made: list[Block], group: str) -> list[Block]:
    """Where several elements share a heading, each says what it is."""
    if group != "instrument":
        return made
    texts = [
        block.text if isinstance(block, Text) else ", ".join(block.points)
        for block in made
        if isinstance(block, Text | Points)
    ]
    return [Terms("", ((label(element), " ".join(texts)),))]


def letter_pdf(
    one: Letter,
    *,
    signer: Identity | Seal | None = None,
    timestamps: LocalTimestampAuthority | None = None,
    at: datetime,
) -> bytes:
    """The letter as tagged PDF (PDF/UA-1), signed inside the file (PAdES baseline T) when a ``signer`` is given.

    ``at`` (aware) is the time of the signature and of its timestamp. A draft is never signed. Raises ``UsageError`` for
    a draft with a signer and for a signer of another State, ``EvidenceError`` when no font has a character.
    """
    from hanoikit.cooperation.letters_pdf import sign, typeset_letter

    pdf = typeset_letter(one, at)
    if signer is None:
        return pdf
    _may_sign(one, signer)
    return sign(pdf, one, signer=signer, timestamps=timestamps, at=at)


def letter_docx(one: Letter, *, at: datetime | None = None) -> bytes:
    """The letter as a Word file (Office Open XML) with real headings. ``at`` is its date of creation."""
    from hanoikit.cooperation.letters_docx import word

    return word(one, at)


def write_pdf(
    one: Letter,
    path: Path,
    *,
    signer: Identity | Seal | None = None,
    timestamps: LocalTimestampAuthority | None = None,
    at: datetime,
) -> Path:
    """Write :func:`letter_pdf` to ``path``."""
    path.write_bytes(letter_pdf(one, signer=signer, timestamps=timestamps, at=at))
    return path


def write_word(
    one: Letter,
    path: Path,
    *,
    signer: Identity | None = None,
    timestamps: LocalTimestampAuthority | None = None,
    at: datetime,
) -> tuple[Path, ...]:
    """Write :func:`letter_docx` to ``path``; with a ``signer`` also ``path.sig.json`` and, with ``timestamps``,
    ``path.tsr`` beside it.

    The signature is Ed25519 over the bytes of the file (:mod:`hanoikit.evidence.detached`), the timestamp is for the
    signature's file, so that it shows when the signature existed. Raises as :func:`letter_pdf`.
    """
    from hanoikit.evidence import detached

    data = letter_docx(one, at=at)
    path.write_bytes(data)
    if signer is None:
        return (path,)
    _may_sign(one, signer)
    envelope = detached.sign(data, file=path.name, identity=signer)
    beside = path.with_name(f"{path.name}.sig.json")
    beside.write_bytes(envelope)
    if timestamps is None:
        return path, beside
    token = path.with_name(f"{path.name}.tsr")
    timestamps.stamp(envelope, at=at).save(token)
    return path, beside, token


def _may_sign(one: Letter, signer: Identity | Seal) -> None:
    if one.draft:
        raise UsageError(
            _("A draft is not signed."), next_step=_("Write what is missing first, then sign the letter.")
        )
    if signer.state != one.state:
        raise UsageError(
            _("{name} cannot sign a letter of {state}.").format(name=signer.name, state=one.form.country),
            next_step=_("Take somebody from the central authority of that State."),
        )
