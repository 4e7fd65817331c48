"""Marking written answers: offline, with the shortcuts and the rubric, and without anybody's name."""

from __future__ import annotations

import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanoikit.classroom import gather
from hanoikit.classroom.formgrader import Running, names, open_formgrader
from hanoikit.classroom.klass import Class

PEOPLE = [
    "Amal",
    "Öz",
    "Nguyễn",
    "Thị An",
    "小龙",
    "=1+1",
    "police.example",
    '"t01"',
    '"t02"',
    '"t03"',
    "/t0",
]
"""Every way in which a page could say who it is about."""


# what names are taken out of


def test_a_name_is_taken_out_wherever_it_stands_as_a_word():
    ways = names.ways_to_write(id="t07", first="Amal", last="Öz", email="amal@police.example")
    text = "Amal Öz, ÖZ Amal (T07, amal@police.example): Amalgam and t071 stay."
    assert names.without_names(text, ways) == (
        "[name hidden], [name hidden] ([name hidden], [name hidden]): Amalgam and t071 stay."
    )


@given(st.text(max_size=60), st.lists(st.text(max_size=8), max_size=4))
def test_taking_names_out_ends_for_every_text_and_leaves_texts_without_names(text, people):
    names.without_names(text, people)
    assert names.without_names(text, ["\u2603\u2603"]) == text or "\u2603\u2603" in text


def test_an_answer_of_nbgraders_loses_every_field_about_a_person():
    row = {"id": "ab12", "index": 3, "student": "t01", "first_name": "Amal", "last_name": None, "score": 2.0}
    found = json.loads(names.scrubbed_json(json.dumps([row])))
    assert found == [
        {
            "id": "ab12",
            "index": 3,
            "student": "Submission #4",
            "first_name": None,
            "last_name": None,
            "score": 2.0,
        }
    ]


def test_the_rubric_and_the_authors_answer_come_from_the_source(marked_class):
    from hanoikit.classroom.formgrader.handlers import rubrics

    assert rubrics(marked_class.course.source("c01")) == {
        "c01-q7": {
            "rubric": "Two points for the reason, two for the example.",
            "model": "Nobody may change the original, because its hash is what the court compares with.",
        }
    }


# the server


@pytest.fixture(scope="module")
def klass(marked_class: Class, tmp_path_factory: pytest.TempPathFactory) -> Class:
    folder = tmp_path_factory.mktemp("formgrader") / "class"
    shutil.copytree(marked_class.root, folder)
    return Class.open(folder)


@pytest.fixture(scope="module")
def server(klass: Class) -> Iterator[Running]:
    with open_formgrader(klass, assignment="c01", browser=False, port=18890) as running:
        yield running


def get(server: Running, path: str) -> tuple[int, str]:
    status, text, _policy = fetch(server, path)
    return status, text


def fetch(server: Running, path: str) -> tuple[int, str, str]:
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
    )
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}")
    request.add_header("Authorization", f"token {server.token}")
    try:
        with opener.open(request, timeout=300) as answer:
            return answer.status, answer.read().decode(), answer.headers["Content-Security-Policy"]
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), ""


@pytest.mark.slow
def test_no_page_and_no_answer_of_the_server_names_anybody(server):
    status, listed = get(server, "/formgrader/api/submitted_notebooks/c01/c01")
    submissions = [row["id"] for row in json.loads(listed)]
    assert status == 200 and len(submissions) == 3
    open_to_all = [
        "/formgrader",
        "/formgrader/manage_assignments",
        "/formgrader/gradebook",
        "/formgrader/gradebook/c01",
        "/formgrader/gradebook/c01/c01",
        "/formgrader/api/assignments",
        "/formgrader/api/notebooks/c01",
        "/formgrader/api/submitted_notebooks/c01/c01",
    ]
    for number in submissions:
        open_to_all += [
            f"/formgrader/submissions/{number}",
            f"/formgrader/submissions/{number}/next",
            f"/formgrader/submissions/{number}/prev_incorrect",
            f"/formgrader/api/grades?submission_id={number}",
            f"/formgrader/api/comments?submission_id={number}",
        ]
    for path in open_to_all:
        status, text = get(server, path)
        assert status == 200, path
        assert not [word for word in PEOPLE if word in text or word.upper() in text], path
    about_people = [
        "/formgrader/manage_submissions/c01",
        "/formgrader/manage_students",
        "/formgrader/manage_students/t01",
        "/formgrader/manage_students/t01/c01",
        "/formgrader/api/students",
        "/formgrader/api/student/t01",
        "/formgrader/api/submissions/c01",
        "/formgrader/api/submission/c01/t01",
        "/formgrader/api/student_submissions/t01",
        "/formgrader/api/student_notebook_submissions/t01/c01",
    ]
    for path in about_people:
        status, text = get(server, path)
        assert status == 403 and "names are hidden" in text, path
        assert not [word for word in PEOPLE if word in text], path


@pytest.mark.slow
def test_a_page_that_was_handed_in_may_run_nothing(server, klass):
    page = klass.course.autograded("t01", "c01").parent / "figure.html"
    page.write_text("<script>parent.fetch('/formgrader/api/grades')</script>")
    number = next(id for id, trainee in _trainees(klass).items() if trainee == "t01")
    status, text, policy = fetch(server, f"/formgrader/submissions/{number}/figure.html")
    assert status == 200 and "script" in text
    assert policy.startswith("sandbox; default-src 'none'")


@pytest.mark.slow
def test_without_the_secret_of_the_address_nobody_gets_in(server):
    stranger = Running(server.root, server.port, "wrong", server.process)
    status, text = get(stranger, "/formgrader/gradebook/c01/c01")
    assert "submissions" not in text and ("Token" in text or status in {401, 403})


@pytest.mark.slow
@pytest.mark.browser
def test_two_written_answers_are_marked_with_the_keyboard_without_the_internet(
    server, klass, playwright_page
):
    page, requests, errors = playwright_page
    page.goto(server.url)
    page.locator("td.name a.name-hidden").first.click()
    _until(page, "window.formgrader && formgrader.loaded && formgrader.grades.loaded && MathJax.loaded")
    order = [row["id"] for row in _listed(server)]
    marked = {}
    for number, points in enumerate(("3", "1")):
        # The field of the first written answer has the focus, so the keyboard is enough.
        _until(page, "document.activeElement.id === 'c01-q7'")
        assert f"/submissions/{order[number]}/" in page.url
        assert page.title() == f"c01, Submission #{number + 1}"
        rubric = page.locator("details.hanoikit-rubric").first
        assert "Two points for the reason, two for the example." in rubric.inner_text()
        shown = page.content()
        assert not [word for word in PEOPLE if word in shown or word in page.url]
        page.keyboard.type(points)
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "c01-q7-comment"
        page.keyboard.type(f"Comment {number}: the reason is there.")
        page.keyboard.press("Escape")
        _until(page, "formgrader.comments.every((comment) => !comment.hasChanged())")
        page.keyboard.press("Enter")
        _until(page, "document.activeElement.id === 'c01-q7-comment'")
        page.wait_for_timeout(300)
        marked[order[number]] = float(points)
        before = page.url
        page.keyboard.press("Control+Period")
        _until(page, f"!location.href.startsWith({json.dumps(before.partition('?')[0])})")
        _until(page, "window.formgrader && formgrader.loaded && formgrader.grades.loaded && MathJax.loaded")
    entries = {entry.trainee: entry for entry in gather.entries(klass)}
    given_points = {
        trainee: next(mark for mark in entry.marked.questions if mark.question == "c01-q7")
        for trainee, entry in entries.items()
    }
    whose = _trainees(klass)
    for number, (submission, points) in enumerate(marked.items()):
        mark = given_points[whose[submission]]
        assert mark.points == points and f"Comment {number}: the reason is there." in mark.reason
    assert sum(mark.state == "pending" for mark in given_points.values()) == 1
    # What a trainee wrote as a program did not run, and nothing was asked of any other machine.
    assert page.evaluate("window.written") is None
    outside = [
        url for url in requests if not url.startswith((f"http://127.0.0.1:{server.port}/", "data:", "about:"))
    ]
    assert set(outside) <= {"http://192.0.2.7/x.png"}
    refused = [text for text in errors if "Content Security Policy" in text]
    assert not [text for text in errors if text not in refused and "ERR_BLOCKED_BY_CSP" not in text]


@pytest.fixture
def playwright_page():
    from playwright.sync_api import sync_playwright

    requests: list[str] = []
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium",
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(300_000)
        page.on("requestfinished", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        yield page, requests, errors
        browser.close()


def _until(page, expression: str) -> None:
    """Wait for a condition; the page's policy forbids Playwright's own way, which compiles text."""
    for _attempt in range(3000):
        try:
            if page.evaluate(expression):
                return
        except Exception as error:
            if "context was destroyed" not in str(error) and "not defined" not in str(error):
                raise
        page.wait_for_timeout(100)
    raise AssertionError(expression)


def _listed(server: Running) -> list[dict[str, object]]:
    rows = json.loads(get(server, "/formgrader/api/submitted_notebooks/c01/c01")[1])
    return sorted(rows, key=lambda row: row["index"])


def _trainees(klass: Class) -> dict[str, str]:
    from sqlalchemy import text

    from hanoikit.grading.trusted.database import connect

    engine = connect(klass.course.gradebook)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "select n.id, a.student_id from submitted_notebook n join submitted_assignment a "
                "on n.assignment_id = a.id"
            )
        ).all()
    engine.dispose()
    return {row[0]: row[1] for row in rows}
