"""The signatures of a mail: DKIM (RFC 6376) and ARC (RFC 8617), checked by dkimpy against recorded DNS answers.

>>> signatures(raw, records("dns.json"), from_domain="shop.example")          # doctest: +SKIP
[Signature(domain='shop.example', selector='s1', result='pass', reason='valid', ...)]

Each verdict has a reason that a person can act on: a changed body is not a changed header, and a key that
was not recorded says nothing about the mail.
"""

from __future__ import annotations

import binascii
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from hanoikit.errors import DataInvalid
from hanoikit.i18n import _

Result = Literal["pass", "fail", "none", "permerror"]
"""The words of RFC 8601: ``permerror`` means that it can never be checked with these DNS answers."""
Reason = Literal[
    "valid", "body-changed", "header-changed", "key-missing", "key-unusable", "malformed", "expired",
    "not-signed", "seal-broken", "reported-failure",
]  # fmt: skip
Dns = Mapping[str, str | list[str]]


def one_line(text: str) -> str:
    """The text with every stretch of white space as one blank."""
    return re.sub(r"\s+", " ", text).strip()


@dataclass(frozen=True, slots=True)
class Signature:
    """The verdict on one DKIM signature.

    ``aligned`` tells whether the signing domain is that of the ``From`` address or one above or below it.
    ``signed_at`` is the signer's own statement (``t=``). ``partial_body`` warns of a length limit (``l=``):
    bytes behind it can be added without breaking the signature.
    """

    domain: str
    selector: str
    result: Result
    reason: Reason
    explanation: str
    signed_headers: tuple[str, ...] = ()
    signed_at: datetime | None = None
    aligned: bool = False
    partial_body: bool = False


@dataclass(frozen=True, slots=True)
class ArcSet:
    """One forwarder's set of ARC headers: what it says it saw, and whether seal and signature hold."""

    instance: int
    domain: str
    seal_valid: bool
    message_valid: bool
    chain_before: str
    authentication_results: str


@dataclass(frozen=True, slots=True)
class Arc:
    """The verdict on the whole ARC chain, and its sets from the first forwarder to the last."""

    result: Result
    reason: Reason
    explanation: str
    sets: tuple[ArcSet, ...] = ()


class _Answers:
    """The recorded DNS answers, as dkimpy asks for them; remembers which names had none."""

    def __init__(self, records: Mapping[str, str]) -> None:
        self.records = records
        self.unanswered: list[str] = []

    def __call__(self, name: bytes | str, timeout: int = 5) -> bytes | None:
        asked = (name.decode("idna") if isinstance(name, bytes) else name).rstrip(".").lower()
        answer = self.records.get(asked)
        if answer is None:
            self.unanswered.append(asked)
        return answer.encode("ascii", "replace") if answer is not None else None


def records(dns: str | PathLike[str] | Dns) -> dict[str, str]:
    """The recorded DNS answers by lower-case name, from a mapping or from a JSON file.

    :raises DataInvalid: that is no mapping of names to TXT records.
    """
    if isinstance(dns, Mapping):
        data: Any = dns
        where = None
    else:
        where = str(dns)
        try:
            data = json.loads(Path(dns).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DataInvalid(
                _("The recorded DNS answers cannot be read: {reason}.").format(reason=error), where=where
            ) from error
    answers: dict[str, str] = {}
    for name, value in data.items() if isinstance(data, Mapping) else ():
        # One TXT record can come in several strings; they join without a space (RFC 6376 3.6.2.2).
        text = "".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value
        if isinstance(name, str) and isinstance(text, str):
            answers[name.rstrip(".").lower()] = text
    if not isinstance(data, Mapping) or len(answers) != len(data):
        raise DataInvalid(
            _("The recorded DNS answers must be a list of names, each with its TXT record."), where=where
        )
    return answers


def _silent() -> logging.Logger:
    logger = logging.getLogger("hanoikit.evidence.mail.dkim")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger


def signatures(raw: bytes, answers_by_name: Mapping[str, str], from_domain: str) -> list[Signature]:
    """The verdict on each DKIM signature, in the order of the headers (the newest first)."""
    import dkim

    try:
        verifier = dkim.DKIM(raw, logger=_silent())
        count = sum(name.lower() == b"dkim-signature" for name, _value in verifier.headers)
    except dkim.DKIMException as error:
        text = _("The mail's headers are malformed: {reason}.").format(reason=error)
        return [Signature("", "", "permerror", "malformed", text)]
    verdicts = []
    for index in range(count):
        verifier = dkim.DKIM(raw, logger=_silent())
        answers = _Answers(answers_by_name)
        problem: Exception | None = None
        try:
            valid = bool(verifier.verify(idx=index, dnsfunc=answers))
        except (dkim.DKIMException, binascii.Error, ValueError, KeyError, IndexError) as error:
            valid, problem = False, error
        verdicts.append(_signature(verifier, index, valid, problem, answers, from_domain))
    return verdicts


def _signature(
    verifier: Any, index: int, valid: bool, problem: Exception | None, answers: _Answers, from_domain: str
) -> Signature:
    fields = _fields(verifier, index)
    domain, selector = fields.get("d", ""), fields.get("s", "")
    words = str(problem or "")
    result: Result = "pass" if valid else "fail"
    reason: Reason
    if valid:
        reason, text = (
            "valid",
            _("The domain {domain} signed these headers and this body; they are unchanged."),
        )
    elif "body hash mismatch" in words:
        reason, text = "body-changed", _("The body is not the one that {domain} signed.")
    elif "x= value is past" in words:
        reason, text = (
            "expired",
            _("The signature of {domain} has expired; that does not mean it was false then."),
        )
    elif answers.unanswered:
        result, reason = "permerror", "key-missing"
        text = _("The recorded DNS answers hold no key {selector} of {domain}.")
    elif problem is not None and "Key" in type(problem).__name__:
        result, reason, text = (
            "permerror",
            "key-unusable",
            _("The key {selector} of {domain} cannot be used."),
        )
    elif problem is not None:
        result, reason = "permerror", "malformed"
        text = _("The signature cannot be read: {reason}.").replace("{reason}", words.replace("{", "(")[:120])
    elif not getattr(verifier, "pk", None):
        result, reason, text = (
            "permerror",
            "key-unusable",
            _("The key {selector} of {domain} cannot be used."),
        )
    else:
        reason = "header-changed"
        text = _("A signed header, or the signature of {domain} itself, has changed; the body has not.")
    moment = fields.get("t", "")
    return Signature(
        domain=domain,
        selector=selector,
        result=result,
        reason=reason,
        explanation=text.format(domain=domain, selector=selector),
        signed_headers=tuple(re.split(r"\s*:\s*", fields["h"].strip())) if fields.get("h") else (),
        signed_at=datetime.fromtimestamp(int(moment), UTC) if re.fullmatch(r"\d{1,11}", moment) else None,
        aligned=aligned(domain, from_domain),
        partial_body="l" in fields,
    )


def _fields(verifier: Any, index: int) -> dict[str, str]:
    values = [value for name, value in verifier.headers if name.lower() == b"dkim-signature"]
    fields = {}
    for piece in values[index].decode("utf-8", "replace").split(";"):
        key, separator, value = piece.partition("=")
        if separator:
            fields[key.strip()] = re.sub(r"\s+", "", value)
    return fields


def aligned(domain: str, from_domain: str) -> bool:
    """Whether one domain is the other, or lies above or below it (RFC 7489, relaxed)."""
    first, second = domain.lower(), from_domain.lower()
    return bool(first and second) and (
        first == second or first.endswith("." + second) or second.endswith("." + first)
    )


def arc_chain(raw: bytes, answers_by_name: Mapping[str, str]) -> Arc:
    """The verdict on the ARC chain."""
    import dkim

    answers = _Answers(answers_by_name)
    try:
        verdict, details, words = dkim.ARC(raw, logger=_silent()).verify(dnsfunc=answers)
    except (dkim.DKIMException, binascii.Error, ValueError, KeyError, IndexError) as error:
        return Arc(
            "permerror", "malformed", _("The ARC headers cannot be read: {reason}.").format(reason=error)
        )
    sets = tuple(
        ArcSet(
            instance=each["instance"],
            domain=each.get("as-domain", b"").decode("utf-8", "replace"),
            seal_valid=bool(each.get("as-valid")),
            message_valid=bool(each.get("ams-valid")),
            chain_before=each.get("cv", b"").decode("ascii", "replace"),
            authentication_results=one_line(each.get("aar-value", b"").decode("utf-8", "replace")),
        )
        for each in sorted(details, key=lambda each: int(each["instance"]))
    )
    if verdict == dkim.CV_Pass:
        return Arc("pass", "valid", _("Every forwarder's seal holds, back to the first one."), sets)
    if verdict == dkim.CV_None:
        return Arc("none", "not-signed", _("No forwarder has sealed this mail."))
    if answers.unanswered:
        name = answers.unanswered[0]
        text = _("The recorded DNS answers hold no key {name}.").format(name=name)
        return Arc("permerror", "key-missing", text, sets)
    if verdict is None:
        text = _("A forwarder itself reports that the chain was broken when it arrived.")
        return Arc("fail", "reported-failure", text, sets)
    if "Message-Signature" in words:
        text = _("The mail has changed since the last forwarder sealed it.")
        return Arc("fail", "body-changed" if _body_changed(raw, answers) else "header-changed", text, sets)
    if "did not validate" in words or "invalid status" in words:
        text = _("A forwarder's seal, or something below it, has changed.")
        return Arc("fail", "seal-broken", text, sets)
    text = _("The ARC headers cannot be read: {reason}.").format(reason=words)
    return Arc("permerror", "malformed", text, sets)


def _body_changed(raw: bytes, answers: _Answers) -> bool:
    import dkim

    heard: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    # dkimpy tells the reason of a failed ARC message signature to its log only.
    logger = logging.Logger("hanoikit.evidence.mail.arc")
    logger.addHandler(Listener())
    dkim.ARC(raw, logger=logger).verify(dnsfunc=answers)
    return any("body hash mismatch" in line for line in heard)
