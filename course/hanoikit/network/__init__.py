"""The 24/7 network of points of contact (articles 41 to 43): messages, signatures, deadlines, desks.

>>> from hanoikit.network import Desk, Message, PreservationRequest, course_directory, open_envelope, validate
>>> directory, identities = course_directory(CourseAuthority.create(seed="exercise"))
>>> aldermark = Desk("XA", directory=directory)
>>> corvessa = Desk("XC", directory=directory)
>>> request = Message(sender="XA", recipient="XC", sent=now, body=PreservationRequest(authority="..."))
>>> [remark.element for remark in validate(request, directory=directory)]     # everything that is missing
['reference', 'scope', 'offence', 'facts', ...]
>>> envelope = aldermark.send(request, signer=identities["XA"], at=now, insist=True)
>>> receipt = corvessa.receive(
...     open_envelope(envelope.to_bytes(), directory=directory, desk="XC", at=now, seen=corvessa.seen))

| module | what it is about |
|---|---|
| ``messages`` | one typed object for each kind of message; the id is the hash of the content |
| ``tables``   | kinds and their elements, grounds of refusal, States' rules: the data of ``assets/network/`` |
| ``checking`` | ``validate``: every finding at once, with its provision and the element that it is about |
| ``boundaries`` | what the network may not do, as a typed refusal with its ground |
| ``envelope``, ``directory`` | Ed25519 envelopes, and the register of desks and their certificates |
| ``deadlines`` | 60 days, 90 days, extensions, office days: pure functions |
| ``desk``, ``case`` | a desk as a pure state machine of events; its case files, clocks and possible acts |
| ``documents`` | who looks at documents that travel |
| ``clock``, ``scenario``, ``script``, ``exercise`` | a story on a clock, desks that answer by a script |
| ``marking``  | a composed preservation request judged element by element |
| ``schema``   | the JSON Schema of a message, and checking against it |
| ``strict``, ``form`` | reading what a stranger sent |

Logs are :class:`hanoikit.trust.chain.LogFile`: a desk's events are its records. Nothing here reads a clock or opens a
connection. Names are loaded when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hanoikit.network.boundaries import Limit, limits, refusal
    from hanoikit.network.case import Case, Clock, Entry, Note, Status, status_label
    from hanoikit.network.checking import Remark, check, validate
    from hanoikit.network.clock import ExerciseClock
    from hanoikit.network.desk import Act, Desk, Receipt
    from hanoikit.network.directory import Directory, course_directory
    from hanoikit.network.envelope import (
        Cause,
        Envelope,
        Opened,
        Tolerance,
        examine,
        open_envelope,
        seal,
    )
    from hanoikit.network.messages import (
        BODIES,
        Acknowledgement,
        AssetAlert,
        AssistanceNotice,
        AssistanceStatus,
        Body,
        CollectEvidence,
        Confirmed,
        DataSpecification,
        DecisionOnWarning,
        Document,
        EmergencyData,
        Extension,
        LegalInformation,
        LocateSuspect,
        Message,
        MoreInformation,
        Partly,
        PathDisclosure,
        PreservationRequest,
        PreservationWarning,
        Refused,
        Supplement,
        TechnicalAdvice,
        WhereIsTheData,
    )
    from hanoikit.network.tables import Element, Ground, Kind, Rules, all_rules, ground, kind, kinds, rules

_HOMES = {
    "case": ("Case", "Clock", "Entry", "Note", "Status", "status_label"),
    "checking": ("Remark", "check", "validate"),
    "clock": ("ExerciseClock",),
    "desk": ("Act", "Desk", "Receipt"),
    "directory": ("Directory", "course_directory"),
    "envelope": ("Cause", "Envelope", "Opened", "Tolerance", "examine", "open_envelope", "seal"),
    "boundaries": ("Limit", "limits", "refusal"),
    "messages": (
        "BODIES",
        "Acknowledgement",
        "AssetAlert",
        "AssistanceNotice",
        "AssistanceStatus",
        "Body",
        "CollectEvidence",
        "Confirmed",
        "DataSpecification",
        "DecisionOnWarning",
        "Document",
        "EmergencyData",
        "Extension",
        "LegalInformation",
        "LocateSuspect",
        "Message",
        "MoreInformation",
        "Partly",
        "PathDisclosure",
        "PreservationRequest",
        "PreservationWarning",
        "Refused",
        "Supplement",
        "TechnicalAdvice",
        "WhereIsTheData",
    ),
    "tables": ("Element", "Ground", "Kind", "Rules", "all_rules", "ground", "kind", "kinds", "rules"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "BODIES",
    "Acknowledgement",
    "Act",
    "AssetAlert",
    "AssistanceNotice",
    "AssistanceStatus",
    "Body",
    "Case",
    "Cause",
    "Clock",
    "CollectEvidence",
    "Confirmed",
    "DataSpecification",
    "DecisionOnWarning",
    "Desk",
    "Directory",
    "Document",
    "Element",
    "EmergencyData",
    "Entry",
    "Envelope",
    "ExerciseClock",
    "Extension",
    "Ground",
    "Kind",
    "LegalInformation",
    "Limit",
    "LocateSuspect",
    "Message",
    "MoreInformation",
    "Note",
    "Opened",
    "Partly",
    "PathDisclosure",
    "PreservationRequest",
    "PreservationWarning",
    "Receipt",
    "Refused",
    "Remark",
    "Rules",
    "Status",
    "Supplement",
    "TechnicalAdvice",
    "Tolerance",
    "WhereIsTheData",
    "all_rules",
    "check",
    "course_directory",
    "examine",
    "ground",
    "kind",
    "kinds",
    "limits",
    "open_envelope",
    "refusal",
    "rules",
    "seal",
    "status_label",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
