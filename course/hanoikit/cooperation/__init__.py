"""Cooperation between States: the fitting instrument and channel, requests as data, the answer, and later use.

>>> from hanoikit.cooperation import AssistanceRequest, Measure, law, respond, validate
>>> measure = Measure(id="m1", what="stored-data")
>>> request = AssistanceRequest(requesting="XA", requested="XC", facts="...", measures=(measure,))
>>> [remark.element for remark in validate(request)]          # everything that is missing, in reading order
['reference', 'date', 'language', ...]
>>> answer = respond(request, law("XC"), Circumstances())
>>> answer.decision, [(one.measure, one.decision) for one in answer.measures]
('ask', [('m1', 'ask')])
>>> answer.would_change                                       # what would make it better
('Say which data: ...', ...)

| module | what it is about |
|---|---|
| ``instruments`` | which treaty and channel fits, with the reason (40(7), 60(1)) |
| ``requests``, ``codec`` | one frozen object for each kind of request; JSON and back |
| ``tables``      | kinds of request with their elements, measures of 40(3), assurances: data |
| ``checking``    | ``validate``: every gap at once, with its provision and what to write |
| ``schema``      | the JSON Schema of a request |
| ``flat``        | a request as the flat fields of a form, and back |
| ``state_rules``  | each State's rules for answering: data |
| ``circumstances`` | what the requested State knows about the case: data |
| ``case``, ``rules``, ``responder``, ``answer`` | named rules, and the answer with grounds, reasons, conditions |
| ``extradition`` | the answer to a request to hand over a person; prosecute instead (37(11)) |
| ``preservation`` | the answer to a request to preserve: a closed list of grounds (42(6)) |
| ``proceedings`` | whether a transfer of proceedings makes sense (39, 22(5)) |
| ``later_use``   | speciality, confidentiality and onward transfer through later uses (40(19), 40(20), 36(3)) |
| ``letters`` and its parts | a request as the official letter of its State, PDF and Word, signed and timestamped |
| ``need``, ``prose`` | what the facts carry; whether a text says something |
| ``marking``     | a drafted request judged on content and on restraint |
| ``letters``     | a request as the official letter of its State: PDF and Word, signed and timestamped |
| ``answer_marking`` | an answer judged on decision and ground |

Nothing here reads a clock or opens a connection. The States are invented. Names are loaded when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hanoikit.cooperation.answer import (
        Answer,
        Decision,
        MeasureAnswer,
        Point,
        decision_label,
    )
    from hanoikit.cooperation.answer_marking import (
        AnswerCheck,
    )
    from hanoikit.cooperation.checking import (
        validate,
    )
    from hanoikit.cooperation.circumstances import (
        Circumstances,
        Needed,
        OwnCase,
        Persecution,
        Touch,
    )
    from hanoikit.cooperation.extradition import (
        after_refusal,
        respond_extradition,
    )
    from hanoikit.cooperation.flat import (
        form_fields,
        from_form,
        to_form,
    )
    from hanoikit.cooperation.instruments import (
        Fit,
        Instrument,
        Matter,
        fitting,
    )
    from hanoikit.cooperation.later_use import (
        Material,
        Ruling,
        Use,
        follow,
        may_use,
    )
    from hanoikit.cooperation.marking import (
        RequestCheck,
        RequestTruth,
    )
    from hanoikit.cooperation.preservation import (
        respond_preservation,
    )
    from hanoikit.cooperation.proceedings import (
        Opinion,
        weigh_transfer,
    )
    from hanoikit.cooperation.requests import (
        REQUESTS,
        AssistanceRequest,
        DataSpecification,
        ExtraditionRequest,
        JointInvestigationTerms,
        Measure,
        Offence,
        Period,
        Person,
        Reasoned,
        Request,
        SpontaneousInformation,
        TransferOfProceedings,
        from_json,
        read,
        to_bytes,
        to_json,
    )
    from hanoikit.cooperation.responder import (
        respond,
    )
    from hanoikit.cooperation.rules import (
        RULES,
        Rule,
        rule_title,
    )
    from hanoikit.cooperation.schema import (
        schema_findings,
    )
    from hanoikit.cooperation.state_rules import (
        CooperationLaw,
        law,
        laws,
    )
    from hanoikit.cooperation.tables import (
        Assurance,
        Element,
        Kind,
        MeasureKind,
        assurance,
        assurances,
        kind,
        kinds,
        measure,
        measures,
    )

_HOMES = {
    "answer": (
        "Answer",
        "Decision",
        "MeasureAnswer",
        "Point",
        "decision_label",
    ),
    "answer_marking": ("AnswerCheck",),
    "checking": ("validate",),
    "circumstances": (
        "Circumstances",
        "Needed",
        "OwnCase",
        "Persecution",
        "Touch",
    ),
    "extradition": (
        "after_refusal",
        "respond_extradition",
    ),
    "flat": (
        "form_fields",
        "from_form",
        "to_form",
    ),
    "instruments": (
        "Fit",
        "Instrument",
        "Matter",
        "fitting",
    ),
    "later_use": (
        "Material",
        "Ruling",
        "Use",
        "follow",
        "may_use",
    ),
    "marking": (
        "RequestCheck",
        "RequestTruth",
    ),
    "preservation": ("respond_preservation",),
    "proceedings": (
        "Opinion",
        "weigh_transfer",
    ),
    "requests": (
        "AssistanceRequest",
        "DataSpecification",
        "ExtraditionRequest",
        "JointInvestigationTerms",
        "Measure",
        "Offence",
        "Period",
        "Person",
        "REQUESTS",
        "Reasoned",
        "Request",
        "SpontaneousInformation",
        "TransferOfProceedings",
        "from_json",
        "read",
        "to_bytes",
        "to_json",
    ),
    "responder": ("respond",),
    "rules": (
        "RULES",
        "Rule",
        "rule_title",
    ),
    "schema": ("schema_findings",),
    "state_rules": (
        "CooperationLaw",
        "law",
        "laws",
    ),
    "tables": (
        "Assurance",
        "Element",
        "Kind",
        "MeasureKind",
        "assurance",
        "assurances",
        "kind",
        "kinds",
        "measure",
        "measures",
    ),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "REQUESTS",
    "RULES",
    "Answer",
    "AnswerCheck",
    "AssistanceRequest",
    "Assurance",
    "Circumstances",
    "CooperationLaw",
    "DataSpecification",
    "Decision",
    "Element",
    "ExtraditionRequest",
    "Fit",
    "Instrument",
    "JointInvestigationTerms",
    "Kind",
    "Material",
    "Matter",
    "Measure",
    "MeasureAnswer",
    "MeasureKind",
    "Needed",
    "Offence",
    "Opinion",
    "OwnCase",
    "Period",
    "Persecution",
    "Person",
    "Point",
    "Reasoned",
    "Request",
    "RequestCheck",
    "RequestTruth",
    "Rule",
    "Ruling",
    "SpontaneousInformation",
    "Touch",
    "TransferOfProceedings",
    "Use",
    "after_refusal",
    "assurance",
    "assurances",
    "decision_label",
    "fitting",
    "follow",
    "form_fields",
    "from_form",
    "from_json",
    "kind",
    "kinds",
    "law",
    "laws",
    "may_use",
    "measure",
    "measures",
    "read",
    "respond",
    "respond_extradition",
    "respond_preservation",
    "rule_title",
    "schema_findings",
    "to_bytes",
    "to_form",
    "to_json",
    "validate",
    "weigh_transfer",
]


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
