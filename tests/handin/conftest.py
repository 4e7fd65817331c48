"""A small course folder with two exercises, a class, and a ledger of its grades as a class keeps it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hanoikit.evidence.merkle import Tree, leaf_hash
from hanoikit.evidence.seal import SignedRoot
from hanoikit.exercise.sheet import Sheet
from hanoikit.handin.me import Me
from hanoikit.handin.receipt import Receipt
from hanoikit.trust.canonical import canonical
from hanoikit.trust.chain import Chain, SignedHead
from hanoikit.trust.identity import CourseAuthority, Identity, fingerprint, pem

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
NAME = "m04-evidence-chain"
CLASS = "3f9a01c2d4e5"


def notebook(name: str) -> bytes:
    """A notebook with two questions that have a control and one that has none."""
    module = name.partition("-")[0]
    cells = [
        {
            "cell_type": "code",
            "metadata": {"nbgrader": {"grade_id": grade, "grade": graded}},
            "source": "pass",
        }
        for grade, graded in (
            (f"{module}-q1-ask", False),
            (f"{module}-q1", True),
            (f"{module}-q2-ask", False),
            (f"{module}-q2", True),
            (f"{module}-q8", True),
        )
    ]
    metadata = {"hanoikit": {"title": f"Exercise {name}"}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


def fill(folder: Path, name: str = NAME) -> Path:
    """An exercise with one answer and one made file."""
    folder.mkdir(parents=True)
    (folder / f"{name}.ipynb").write_bytes(notebook(name))
    module = name.partition("-")[0]
    Sheet.in_folder(folder, assignment=name, clock=lambda: AT, session="one").append(f"{module}-q1", "b")
    (folder / "work").mkdir()
    (folder / "work" / "custody.jsonl").write_bytes(b'{"line": 1}\r\n')
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A course folder as ``hanoikit start`` leaves it, worked in."""
    folder = tmp_path / "hanoi-kit"
    (folder / ".hanoikit").mkdir(parents=True)
    fill(folder / "exercises" / NAME)
    fill(folder / "exercises" / "m05-network", "m05-network")
    Me.of(folder).set(name="Lan Anh Tran", id="t07")
    return folder


@pytest.fixture
def exercise(workspace: Path) -> Path:
    return workspace / "exercises" / NAME


@pytest.fixture
def me(workspace: Path) -> Me:
    return Me.of(workspace)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def authority() -> CourseAuthority:
    return CourseAuthority.create(name="Autumn class", seed="a class of the tests")


@pytest.fixture(scope="session")
def registrar(authority: CourseAuthority) -> Identity:
    return authority.issue(name="Registrar", role="custodian", organisation="Autumn class", state="XA")


@pytest.fixture
def with_class(workspace: Path, authority: CourseAuthority) -> Path:
    """The course folder with what the class handed out."""
    (workspace / "class-certificate.pem").write_bytes(pem(authority.certificate))
    settings = {
        "format": "hanoikit.class/1",
        "id": CLASS,
        "title": "Autumn class",
        "certificate": fingerprint(authority.certificate),
        "assignments": {NAME: {"state": "open", "due": "2026-11-02T12:00:00+02:00"}},
    }
    (workspace / "class.json").write_text(json.dumps(settings), encoding="utf-8")
    return workspace


class Book:
    """A grade ledger in memory, as the class keeps it: every record with a random salt."""

    def __init__(self, registrar: Identity) -> None:
        self.registrar = registrar
        self.chain = Chain(kind="hanoikit-grades", owner=CLASS)

    def add(self, entry: str, **facts: object) -> None:
        at = AT + timedelta(hours=1, minutes=len(self.chain.lines))
        self.chain.append({"entry": entry, "salt": secrets.token_hex(16), **facts}, at=at)

    def hand_in(self, receipt: Receipt, file: str = "11" * 32, **facts: object) -> None:
        self.add(
            "hand-in",
            trainee=receipt.trainee,
            assignment=receipt.assignment,
            file=file,
            code=receipt.code,
            made=receipt.at.isoformat(),
            received=AT.isoformat(),
            late=False,
            state="accepted",
            findings=[],
            **facts,
        )

    def marked(self, file: str = "11" * 32, trainee: str = "t07", **facts: object) -> None:
        questions = {"m04-q1": "4", "m04-q2": "2.5", "m04-q8": None}
        said = {"points": "6.5", "maximum": "12", "questions": questions, "engine": "trusted/1"} | facts
        self.add("marked", trainee=trainee, assignment=NAME, hand_in=file, **said)

    def changed(self, **facts: object) -> None:
        said = {
            "question": "m04-q2",
            "before": "2.5",
            "after": "3",
            "by": "by-hand",
            "reason": "misread",
        } | facts
        self.add("changed", trainee="t07", assignment=NAME, **said)

    def head(self, signer: Identity | None = None) -> SignedRoot:
        signer = signer or self.registrar
        at = (AT + timedelta(days=1)).isoformat()
        root = Tree([leaf_hash(line.raw) for line in self.chain.lines]).root().hex()
        size = len(self.chain.lines)
        bare = SignedRoot(root, size, CLASS, at, signer.certificate, b"")
        assert canonical(json.loads(bare.statement)) == bare.statement
        return SignedRoot(root, size, CLASS, at, signer.certificate, signer.sign(bare.statement))

    def chain_head(self) -> SignedHead:
        return SignedHead.of(self.chain.head, signer=self.registrar, at=AT + timedelta(days=1))


@pytest.fixture
def book(registrar: Identity) -> Book:
    return Book(registrar)


@pytest.fixture
def receipt(me: Me) -> Receipt:
    return make_receipt(me)


def make_receipt(me: Me, **facts: object) -> Receipt:
    said = {
        "assignment": NAME,
        "trainee": me.id,
        "name": me.name,
        "class_id": CLASS,
        "at": AT,
        "number": 1,
        "files": 3,
        "size": 500,
        "manifest": "ab" * 32,
        "key": me.key,
    } | facts
    return Receipt.sign(**said)  # type: ignore[arg-type]


@pytest.fixture
def clock() -> Callable[[], datetime]:
    return lambda: AT
