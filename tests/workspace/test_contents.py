"""What the installed course puts into a trainee's folder."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from hanoikit import build, resources
from hanoikit.workspace import contents, default_folder
from hanoikit.workspace.pages import START_PAGE, start_page


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return contents()


def test_every_lesson_and_exercise_of_the_course_is_delivered(files):
    lessons = {f"lessons/{path.stem}.ipynb" for path in resources.lessons().glob("m[0-9][0-9]-*.md")}
    exercises = {
        f"exercises/{path.parent.name}/{path.name}" for path in resources.exercises().glob("*/*.ipynb")
    }
    assert lessons | exercises | {START_PAGE, "reference/convention.md"} <= files.keys()


def test_the_page_to_hand_in_on_lies_beside_the_start_page_and_is_linked_from_it(files):
    page = build.loads(files["Hand in.ipynb"].decode())
    assert any("labs.hand_in()" in cell["source"] for cell in page["cells"])
    assert "(Hand%20in.ipynb)" in files[START_PAGE].decode()


def test_no_key_and_no_answer_is_delivered(files):
    for name, data in files.items():
        assert not name.endswith("answers.jsonl")
        if name.startswith("exercises/"):
            assert b"HIDDEN TESTS" not in data and not re.search(rb"\bmark\.\w+\(", data)


def test_every_link_of_the_start_page_leads_to_a_file(files):
    page = files[START_PAGE].decode()
    targets = re.findall(r"\]\(([^)]+)\)", page)
    assert targets and {unquote(target) for target in targets} <= files.keys()


def test_every_link_of_a_lesson_into_the_folder_leads_to_a_file(files):
    for name, data in files.items():
        if not name.endswith(".ipynb"):
            continue
        for cell in build.loads(data.decode())["cells"]:
            if cell["cell_type"] != "markdown":
                continue
            for target in re.findall(r"\]\(([^)#\s]+\.(?:md|ipynb|png|svg))", cell["source"]):
                parts: list[str] = list(Path(name).parent.parts)
                for part in Path(unquote(target)).parts:
                    parts.pop() if part == ".." else parts.append(part)
                assert "/".join(parts) in files, (name, target)


def test_titles_with_odd_characters_make_working_links():
    page = start_page([("lessons/m 4 (a).ipynb", "Evidence")], [])
    assert "[Evidence](lessons/m%204%20%28a%29.ipynb)" in page


def test_modules_have_the_number_that_an_instructor_says(files):
    page = files[START_PAGE].decode()
    assert "[Module 4: The digital evidence chain](lessons/m04-evidence-chain.ipynb)" in page
    assert "(exercises/m11-capstone/m11-capstone.ipynb)" in page and "[Module 11: " in page


def test_every_exercise_ends_with_what_is_open_and_the_way_to_hand_in(files):
    # Text that stands in the cell of a written answer is replaced there, and nobody receives it.
    for name, data in files.items():
        if name.startswith("exercises/") and name.endswith(".ipynb"):
            text, code = build.loads(data.decode())["cells"][-2:]
            assert text["source"].startswith("## Before you hand in"), name
            assert "(../../Hand%20in.ipynb)" in text["source"] and code["source"] == "check()", name


def test_inside_the_checkout_the_folder_is_workspace(tmp_path):
    checkout = resources.checkout()
    assert checkout is not None
    assert default_folder(checkout / "course") == checkout / "workspace"
    assert default_folder(tmp_path) == Path.home() / "hanoi-kit"
