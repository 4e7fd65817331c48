"""What crosses between the process that writes marks and the workers of a cluster: text and bytes, and a schema.

>>> head, blob = task_text("amal", parcel)
>>> answer = read_answer(text)            # refused unless it fits SCHEMA
>>> paper = paper_of(answer["papers"]["ps1"], student="amal", name="ps1", parcel=parcel)
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from hanoikit.errors import Finding, GradingError, HanoiKitError
from hanoikit.grading.marks import MarkedAssignment
from hanoikit.grading.source import Question
from hanoikit.grading.trusted.engine import Paper, TrustedEngine
from hanoikit.grading.trusted.kit import contents_of_kit
from hanoikit.grading.trusted.limits import Limits
from hanoikit.grading.trusted.notebook_source import NotebookSource
from hanoikit.grading.trusted.parcel import Parcel
from hanoikit.grading.trusted.session import Record
from hanoikit.i18n import _

MAXIMUM_ANSWER = 128 * 2**20
"""Characters of one answer."""
_VERDICT = {
    "type": "object",
    "properties": {
        "question": {"type": "string"},
        "points": {"type": "number"},
        "problem": {"type": "string"},
        "reason": {"type": "string"},
    },
    "required": ["question"],
}
_FINDING = {
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "where": {"type": "string"},
        "provisions": {"type": "array", "items": {"type": "string"}},
        "severity": {"enum": ["note", "warning", "error"]},
    },
    "required": ["code", "message", "where", "provisions", "severity"],
    "additionalProperties": False,
}
_QUESTION = {
    "type": "object",
    "properties": {
        "question": {"type": "string"},
        "title": {"type": "string"},
        "points": {"type": ["number", "null"]},
        "out_of": {"type": "number"},
        "state": {
            "enum": ["full", "partial", "none", "unanswered", "malformed", "pending", "no-verdict"],
        },
        "given": True,
        "reason": {"type": "string"},
        "provisions": {"type": "array", "items": {"type": "string"}},
        "read_again": {"type": "string"},
        "details": {"type": "array"},
        "objective": {"type": "string"},
        "extra": {"type": "boolean"},
        "by_hand": {"type": "boolean"},
        "needs_human": {"type": "boolean"},
    },
    "required": ["question", "title", "points", "out_of", "state"],
    "additionalProperties": False,
}
_CELL = {
    "type": "object",
    "properties": {
        "cell_type": {"enum": ["code", "markdown", "raw"]},
        "metadata": {"type": "object"},
        "source": {"type": ["string", "array"]},
        "outputs": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "output_type": {"enum": ["stream", "display_data", "execute_result", "error"]}
                },
                "required": ["output_type"],
            },
        },
        "execution_count": {"type": ["integer", "null"]},
    },
    "required": ["cell_type", "metadata", "source"],
}
_PAPER = {
    "type": "object",
    "properties": {
        "marked": {
            "type": "object",
            "properties": {
                "assignment": {"type": "string"},
                "title": {"type": "string"},
                "trainee": {"type": "string"},
                "questions": {"type": "array", "items": _QUESTION},
                "findings": {"type": "array", "items": _FINDING},
                "pass_mark": {"type": "number"},
                "notebook": {"type": "null"},
            },
            "required": ["assignment", "title", "trainee", "questions", "findings", "pass_mark", "notebook"],
            "additionalProperties": False,
        },
        "notebook": {
            "type": "object",
            "properties": {
                "cells": {"type": "array", "items": _CELL},
                "metadata": {"type": "object"},
                "nbformat": {"const": 4},
                "nbformat_minor": {"type": "integer"},
            },
            "required": ["cells", "metadata", "nbformat", "nbformat_minor"],
        },
        "verdicts": {"type": "object", "additionalProperties": _VERDICT},
        "busy": {"type": "boolean"},
    },
    "required": ["marked", "notebook", "verdicts", "busy"],
    "additionalProperties": False,
}
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "papers": {"type": "object", "additionalProperties": _PAPER},
        "error": {
            "type": "object",
            "properties": {
                "what": {"type": "string"},
                "where": {"type": "string"},
                "next_step": {"type": "string"},
                "everywhere": {"type": "boolean"},
            },
            "required": ["what", "where", "next_step", "everywhere"],
            "additionalProperties": False,
        },
    },
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}
"""One answer of a worker's: marked notebooks, or why there are none."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How every worker marks."""

    limits: Limits
    tests_inside: bool
    isolated: bool
    kit: str
    """The contents of the kit; a worker with another version marks nothing."""

    @classmethod
    def of(cls, engine: TrustedEngine) -> Settings:
        """Those of an engine."""
        return cls(engine.limits, engine.tests_inside, engine.wall.isolated, contents_of_kit())

    def text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def read(cls, text: str) -> Settings:
        """Back from :meth:`text`."""
        data = json.loads(text)
        return cls(Limits(**data.pop("limits")), **data)


def source_text(sources: Mapping[str, NotebookSource]) -> str:
    """The author's notebooks as JSON."""
    return json.dumps(
        [
            {
                "name": one.name,
                "title": one.title,
                "notebook": one.notebook,
                "release": one.release,
                "questions": [asdict(question) for question in one.questions],
                "files": {name: base64.b64encode(data).decode() for name, data in one.files.items()},
                "pass_mark": one.pass_mark,
            }
            for one in sources.values()
        ]
    )


def read_sources(text: str) -> dict[str, NotebookSource]:
    """Back from :func:`source_text`."""
    return {
        one["name"]: NotebookSource(
            name=one["name"],
            title=one["title"],
            notebook=one["notebook"],
            release=one["release"],
            questions=tuple(
                Question(**{**each, "provisions": tuple(each["provisions"])}) for each in one["questions"]
            ),
            files={name: base64.b64decode(data) for name, data in one["files"].items()},
            pass_mark=one["pass_mark"],
        )
        for one in json.loads(text)
    }


def task_text(student: str, parcel: Parcel) -> tuple[str, bytes]:
    """A hand-in: a line of JSON about it, and the bytes of its files one after the other."""
    head = {
        "student": student,
        "files": [[name, len(content)] for name, content in parcel.files.items()],
        "findings": [asdict(finding) for finding in parcel.findings],
    }
    return json.dumps(head), b"".join(parcel.files.values())


def read_task(head: str, blob: bytes) -> tuple[str, Parcel]:
    """Back from :func:`task_text`."""
    data = json.loads(head)
    files: dict[str, bytes] = {}
    start = 0
    for name, size in data["files"]:
        files[name] = blob[start : start + size]
        start += size
    findings = (Finding(**{**one, "provisions": tuple(one["provisions"])}) for one in data["findings"])
    return data["student"], Parcel(files, tuple(findings))


def answer_text(papers: Mapping[str, Paper]) -> str:
    """Marked notebooks as JSON, in ASCII: what a trainee printed may be no proper text."""
    return json.dumps(
        {
            "papers": {
                name: {
                    "marked": paper.marked.to_json(),
                    "notebook": paper.notebook,
                    "verdicts": paper.record.verdicts,
                    "busy": paper.record.busy,
                }
                for name, paper in papers.items()
            }
        }
    )


def error_text(error: HanoiKitError, *, everywhere: bool) -> str:
    """Why there are no marks; ``everywhere`` when it is not for this hand-in's sake."""
    about = {"what": error.what, "where": str(error.where or ""), "next_step": error.next_step or ""}
    return json.dumps({"error": {**about, "everywhere": everywhere}})


def read_answer(text: Any) -> dict[str, Any]:
    """An answer that fits :data:`SCHEMA`; raises :class:`GradingError` for anything else."""
    if type(text) is not str or len(text) > MAXIMUM_ANSWER:
        raise strange()
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise strange() from error
    try:
        fits = _validator().is_valid(answer)
    except RecursionError as error:
        raise strange() from error
    if not fits:
        raise strange()
    return dict(answer)


def paper_of(given: Mapping[str, Any], *, student: str, name: str, parcel: Parcel) -> Paper:
    """A marked notebook; raises :class:`GradingError` when it is another's."""
    marked = MarkedAssignment.from_json(given["marked"])
    if marked.trainee != student or marked.assignment != name:
        raise strange()
    record = Record(verdicts=dict(given["verdicts"]), busy=given["busy"])
    return Paper(marked, dict(given["notebook"]), record, parcel)


def strange() -> GradingError:
    """For an answer that is none."""
    return GradingError(
        _("A worker's answer is not what a marked hand-in looks like."),
        next_step=_("See whether all workers have this version of the kit, then run this again."),
    )


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(SCHEMA)
