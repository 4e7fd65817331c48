"""The matrix of article by module."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanoikit.convention import coverage
from hanoikit.errors import BuildError, UnknownProvision

LESSON = """---
jupytext:
  text_representation: {{format_name: myst}}
hanoikit:
  kind: {kind}
  module: {module}
  title: A lesson
  provisions: {provisions}
---

# A lesson

{body}
"""


def lesson(
    folder: Path, name: str, *, module: str, provisions: str, body: str = "", kind: str = "lesson"
) -> None:
    text = LESSON.format(kind=kind, module=module, provisions=provisions, body=body)
    (folder / name).write_text(text, encoding="utf-8")


def test_the_matrix_tells_taught_from_cited_and_names_what_is_missing(tmp_path: Path) -> None:
    lesson(
        tmp_path, "m01-a.md", module="m01", provisions='["1-5", "57-68"]', body="See {art}`41(3)(e), 41.1`."
    )
    lesson(tmp_path, "m05-b.md", module="5", provisions='["41(3)(e)", "42"]', body="```\n{art}`99`\n```")
    lesson(tmp_path, "m09-c.md", module="m09", provisions='["14"]', kind="assignment")
    matrix = coverage(tmp_path)
    assert [m.id for m in matrix.modules] == ["m01", "m05"]
    assert matrix.cells[41, "m01"].cited == ("41(3)(e)", "41(1)") and not matrix.cells[41, "m01"].taught
    assert matrix.cells[41, "m05"].taught == ("41(3)(e)",)
    assert matrix.modules_of(41) == ("m01", "m05")
    assert matrix.missing == (*range(6, 41), *range(43, 57))
    assert matrix.as_dict()["articles"][40]["modules"]["m05"] == {"taught": ["41(3)(e)"], "cited": []}


def test_every_wrong_reference_in_the_lessons_is_named_with_its_place(tmp_path: Path) -> None:
    lesson(tmp_path, "m01-a.md", module="m01", provisions="[70]", body="{art}`41(9)`")
    with pytest.raises(UnknownProvision) as caught:
        coverage(tmp_path)
    assert [f.where for f in caught.value.findings] == ["m01-a.md", "m01-a.md, line 13"]


def test_front_matter_that_is_no_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m01.md").write_text("---\nhanoikit: [\n---\n", encoding="utf-8")
    with pytest.raises(BuildError, match="front matter"):
        coverage(tmp_path)


def test_a_folder_without_lessons_covers_nothing(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# no front matter\n", encoding="utf-8")
    assert len(coverage(tmp_path).missing) == 68
