"""Refusals as programs and people read them: problem details (RFC 9457) with every finding.

>>> problem_of(error)
(422, {'type': 'https://hanoikit.example/problems/forged', 'title': ..., 'status': 422, 'findings': [...]})
"""

from __future__ import annotations

from typing import Any

from hanoikit.desk_service.facts import PROBLEMS
from hanoikit.errors import (
    ActRefused,
    EnvelopeRejected,
    Finding,
    HanoiKitError,
    LogUnwritable,
    MessageIncomplete,
    MessageUnreadable,
    ServiceRefused,
    UsageError,
)

MEDIA_TYPE = "application/problem+json"


def problem_of(error: HanoiKitError) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the problem of an error."""
    code, status = _kind(error)
    return status, {
        "type": f"{PROBLEMS}{code}",
        "title": error.what,
        "status": status,
        "detail": " ".join(part for part in (error.what, error.next_step) if part),
        "next_step": error.next_step or "",
        "findings": [finding_json(finding) for finding in error.findings],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as plain data; ``element`` is the member of the message that it is about."""
    return {
        "code": str(finding.code),
        "message": finding.message,
        "where": finding.where,
        "provisions": list(finding.provisions),
        "severity": finding.severity,
        "element": getattr(finding, "element", ""),
    }


def _kind(error: HanoiKitError) -> tuple[str, int]:
    first = str(error.findings[0].code) if error.findings else ""
    if isinstance(error, ServiceRefused):
        return error.code, error.status
    if isinstance(error, MessageUnreadable):
        return (first, 413) if first == "too-large" else ("malformed", 400)
    if isinstance(error, EnvelopeRejected):
        return first or "not-accepted", 400 if first == "malformed" else 422
    if isinstance(error, MessageIncomplete):
        return "incomplete", 422
    if isinstance(error, ActRefused):
        return first or "act-refused", 409
    if isinstance(error, LogUnwritable):
        return "not-written", 503
    if isinstance(error, UsageError):
        return "bad-request", 400
    return "refused", 422
