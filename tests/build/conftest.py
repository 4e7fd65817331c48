"""A small course of one lesson and one assignment, with every kind of cell, as an author would write it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hanoikit import build
from hanoikit.build.source import ROLE
from hanoikit.errors import UnknownProvision

FRONT = """---
kernelspec: {name: python3, display_name: Python 3, language: python}
hanoikit:
  kind: KIND
  module: m04
  title: The digital evidence chain
  minutes: {teaching: 60, practice: 45}
  prerequisites: [Module 3]
  objectives:
    - {id: m04-o1, text: say what a hash proves}
    - {id: m04-o2, text: find the first broken link}
  provisions: ["25(2)", "40(14)"]
  instructor_notes: Ask for a show of hands before the lab.
PASS---
"""

LESSON = (
    FRONT.replace("KIND", "lesson").replace("PASS", "")
    + """
# The digital evidence chain

A laptop is on the table. Data that is not kept can be lost: {art}`25(2)`.

![A laptop in an evidence bag](laptop.png)

```{code-cell} python
:tags: [setup]
from hanoikit.labs import evidence_bench
```

## Operate it

```{code-cell} python
:tags: [lab]
evidence_bench()
```

+++

Now look at the hash.

```{code-cell} python
:tags: [selfcheck]
selfcheck.choice("m04-c1", {"a": "the content", "b": "the name"}, key="a", why={"b": "A name can change."})
```
"""
)

MARK = """```{code-cell} python
---
nbgrader: {grade: true, grade_id: %s, locked: true, points: %s, schema_version: 3, solution: false}
---
# Marked when you hand in.
### BEGIN HIDDEN TESTS
from hanoikit.exercise import mark
%s
### END HIDDEN TESTS
```
"""

ASSIGNMENT = (
    FRONT.replace("KIND", "assignment").replace("PASS", "  pass_mark: 70\n")
    + """
# Assignment: the digital evidence chain

```{code-cell} python
:tags: [setup]
from hanoikit.exercise import answer, ask
```

+++ {"hanoikit": {"question": "m04-q1", "objective": "m04-o1", "provisions": ["25(2)"], "extra": false}}

## Question 1

What does the **same** SHA-256 value prove? See {art}`25(2), 40(14)`.

a. The content is the same.
b. The file name is the same.

```{code-cell} python
:tags: [ask]
ask.choice("m04-q1", a="The content is the same.", b="The file name is the same.")
```

```{code-cell} python
:tags: [model]
answer("m04-q1", "a")
```

"""
    + MARK
    % (
        "m04-q1",
        2,
        'mark.choice("m04-q1", key="a", points=2, why={"b": "Names are not hashed."}, cite="25(2)")',
    )
    + """
+++ {"hanoikit": {"question": "m04-q2", "objective": "m04-o2", "provisions": [], "extra": true}}

## Question 2

Write `first_broken(log)`.

```{code-cell} python
---
nbgrader: {grade: false, grade_id: m04-q2-solution, locked: false, schema_version: 3, solution: true}
---
def first_broken(log):
    ### BEGIN SOLUTION
    for number, entry in enumerate(log):
        if not entry:
            return number
    return None
    ### END SOLUTION
```

"""
    + MARK % ("m04-q2", 3, 'mark.function("m04-q2", "first_broken", cases=[(([1, 0],), 1)], points=3)')
    + """
+++ {"hanoikit": {"question": "m04-q3", "objective": "m04-o2", "provisions": ["40(14)"], "extra": false}}

## Question 3

Explain in four sentences why the chain is broken.

```{code-cell} python
:tags: [ask]
ask.written("m04-q3", words=120)
```

+++ {"nbgrader": {"grade": true, "grade_id": "m04-q3", "locked": false, "points": 4, "schema_version": 3, \
"solution": true, "task": false}}

=== BEGIN MARK SCHEME ===
Two points for the entry, two for the reason.
=== END MARK SCHEME ===
"""
)


class FixedCitations:
    """Stands in for the Convention's data: two provisions are known, and a role becomes a link."""

    known = {"25(2)": 25, "40(14)": 40}

    def expand(self, text: str, *, base: str) -> str:
        return ROLE.sub(lambda match: f"[art. {match[1]}]({base}#{re.sub(r'[^0-9]+', '-', match[1])})", text)

    def article_of(self, reference: str) -> int:
        if reference not in self.known:
            raise UnknownProvision(f"There is no provision {reference}.")
        return self.known[reference]

    def articles(self) -> dict[int, str]:
        return {25: "Expedited preservation", 40: "Mutual legal assistance", 41: "24/7 network"}


@pytest.fixture
def citations() -> FixedCitations:
    return FixedCitations()


@pytest.fixture
def course(tmp_path: Path) -> build.Course:
    made = build.Course.of_checkout(tmp_path)
    made.lessons.mkdir(parents=True)
    (made.lessons / "m04-evidence-chain.md").write_text(LESSON, encoding="utf-8")
    folder = made.solutions / "m04-evidence-chain"
    folder.mkdir(parents=True)
    (folder / "m04-evidence-chain.md").write_text(ASSIGNMENT, encoding="utf-8")
    made.exercises.mkdir()
    return made


@pytest.fixture
def assignment_text() -> str:
    return ASSIGNMENT


@pytest.fixture
def lesson_text() -> str:
    return LESSON
