"""The errors of the kit: each says what happened, where, and what to do next.

>>> raise UnknownProvision("There is no article 69.", next_step="The Convention has articles 1 to 68.")
Traceback (most recent call last):
...
hanoikit.errors.UnknownProvision: There is no article 69. The Convention has articles 1 to 68.

Failure is an exception, never ``False``. Whatever validates (a chain, a package, an answer) collects all its
findings first and raises once, with the list in reading order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a validation found.

    ``code`` is stable and short (``"hash-mismatch"``), ``message`` a sentence for a person, ``where`` the place in
    the thing that was read (``"entry 4"``, ``"data/notes.txt"``), ``provisions`` the provisions or standards that it
    rests on (``"40(13)"``, ``"RFC 3161 2.4.2"``).
    """

    code: str
    message: str
    where: str = ""
    provisions: tuple[str, ...] = ()
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class HanoiKitError(Exception):
    """Base of every error that the kit raises on purpose.

    ``what`` is one sentence; ``where`` names the file, entry or command; ``next_step`` is one sentence that a person
    without programming knowledge can follow; ``findings`` lists every detail at once.
    """

    exit_code = 1

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        next_step: str | None = None,
        findings: Sequence[Finding] = (),
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.next_step = next_step
        self.findings = tuple(findings)

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        advice = f" {self.next_step}" if self.next_step else ""
        return f"{self.what}{place}{advice}"

    def explain(self) -> str:
        """The whole error for a person: the sentence, then one line for each finding."""
        return "\n".join([str(self), *(f"  - {finding}" for finding in self.findings)])

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows instead of a stack trace (an IPython hook): the words for a person."""
        return self.explain().splitlines()


class UsageError(HanoiKitError):
    """The call itself is wrong: an unknown name, an option out of range."""

    exit_code = 2


# convention


class UnknownProvision(UsageError):
    """A citation names a provision that the Convention does not have."""


class TextRefused(HanoiKitError):
    """An imported file is not a usable copy of the Convention's text."""


class StatusFileRefused(HanoiKitError):
    """A file is not a usable status file of the UN Treaty Collection for this Convention."""


class DataInvalid(HanoiKitError):
    """A data file of the kit does not fit its schema."""


class OrderRefused(HanoiKitError):
    """An order under articles 25 to 31 that the facts, the clock or the State's law do not allow."""


# evidence and casework


class EvidenceError(HanoiKitError):
    """Base of what can go wrong with evidence."""


class ImageDamaged(EvidenceError):
    """A disk image is truncated, altered or no disk image at all."""


class ArtefactUnreadable(EvidenceError):
    """A mail, capture, photo or log cannot be read as what it claims to be."""


class IdentityRejected(EvidenceError):
    """A certificate or key is not one that the verifier trusts for this use."""


class ChainBroken(EvidenceError):
    """A custody log does not verify; ``findings`` starts with the first broken link."""


class ProofRejected(EvidenceError):
    """An inclusion or consistency proof does not lead to the root that was given (RFC 9162)."""


class TokenRejected(EvidenceError):
    """A timestamp token is malformed, of another authority, or of other data (RFC 3161)."""


class PackageInvalid(EvidenceError):
    """A package for transfer is incomplete, altered, or not signed by whom it should be."""


class ToolMissing(HanoiKitError):
    """A program that this step needs is not installed; the message says which package has it."""


# records and the 24/7 network


class LogUnwritable(HanoiKitError):
    """A record could not be put on the disk; nothing was written."""


class NetworkError(HanoiKitError):
    """Base of what can go wrong between the desks of the 24/7 network."""


class MessageUnreadable(NetworkError):
    """Bytes that are no message of the network: not strict JSON, too large, too deep, or of another form."""


class MessageIncomplete(NetworkError):
    """A message lacks what the Convention asks for; ``findings`` lists every gap in reading order."""


class EnvelopeRejected(NetworkError):
    """A signed message must not be acted on: forged, altered, replayed, for another desk, out of its time.

    ``cause`` is the code of the gravest finding.
    """

    @property
    def cause(self) -> str:
        return self.findings[0].code if self.findings else ""


class ActRefused(NetworkError):
    """A desk may not do this in this case, or not any more; the findings name the provision."""


class ScenarioInvalid(NetworkError):
    """A scenario, a desk's script or a State's rules cannot be used as they are written."""


class ServiceRefused(NetworkError):
    """The desk service does not do what was asked; ``status`` is the HTTP status, ``code`` names the problem."""

    def __init__(
        self,
        what: str,
        *,
        code: str,
        status: int,
        where: str | None = None,
        next_step: str | None = None,
        findings: Sequence[Finding] = (),
    ) -> None:
        super().__init__(what, where=where, next_step=next_step, findings=findings)
        self.code = code
        self.status = status


class ServiceUnreachable(NetworkError):
    """The desk service does not answer, or not as a desk service does."""


# cooperation between States


class RequestUnreadable(HanoiKitError):
    """A request between States is not of the form that requests have; ``findings`` lists every place."""


# recovery of property


class RequestIncomplete(HanoiKitError):
    """A request about property lacks what articles 40(15) and 50 ask for; ``findings`` lists every gap."""


# exercise


class SheetError(HanoiKitError):
    """Base of what can go wrong with an answer sheet."""


class SheetUnwritable(SheetError):
    """An answer could not be put on the disk (full, read-only, locked); nothing was lost."""


class SheetForeign(SheetError):
    """The sheet belongs to another assignment."""


class AnswerMalformed(UsageError):
    """A value is not a possible answer to this kind of question."""


class QuestionInvalid(UsageError):
    """A question in a text source is not well formed (for course authors)."""


# course building, workspace, marking, classroom


class BuildError(HanoiKitError):
    """A text source cannot be turned into a notebook."""


class StaleDerivative(BuildError):
    """A derived file does not match its source any more."""


class WorkspaceError(HanoiKitError):
    """The trainee's folder cannot be made or refreshed."""


class GradingError(HanoiKitError):
    """A hand-in could not be marked."""


class HandInError(HanoiKitError):
    """Work could not be sealed, or not be laid where it was to go; nothing was overwritten or lost."""


class HandInUnreadable(HandInError):
    """A file is no hand-in bundle, or was altered since it was sealed; ``findings`` says where."""


class ReceiptRejected(HandInError):
    """A receipt, its code or its signature is not what a receipt of the course is."""


class ClassroomError(HanoiKitError):
    """A step of a cohort's run failed."""
