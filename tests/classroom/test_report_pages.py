"""The instructor's page and the trainees': who needs help, what is still to do, and nothing about anybody else."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from tests.classroom.small_class import DAY, NAME, SmallClass

from hanoikit.classroom import analysis, report, report_help, report_making, statistics, trainee_page
from hanoikit.classroom.analysis import Entry
from hanoikit.classroom.ledger import Ledger
from hanoikit.classroom.report_class import About, Person
from hanoikit.cli import run as command
from hanoikit.errors import Finding, UsageError
from hanoikit.grading import MarkedAssignment, QuestionMark


def entry(source, shares: dict[str, float], trainee: str) -> Entry:
    """A marked hand-in; questions that are not in ``shares`` were not answered."""
    marks = tuple(
        QuestionMark(
            question.id,
            question.title,
            None if question.written else shares.get(question.id, 0.0) * question.out_of,
            question.out_of,
            "pending" if question.written else "partial" if question.id in shares else "unanswered",
            objective=question.objective,
            extra=question.extra,
            by_hand=question.written,
        )
        for question in source.questions
    )
    return Entry(
        trainee,
        source.name,
        MarkedAssignment(source.name, source.title, trainee, marks),
        name=f"Name {trainee}",
    )


def figures(source, entries):
    return {source.name: analysis.by_objective(source, analysis.by_question(source, entries), entries)}


# who needs help


def test_a_person_stands_under_an_objective_only_with_two_marked_questions(source):
    counts = {}
    for question in source.questions:
        if not question.extra and not question.written:
            counts[question.objective] = counts.get(question.objective, 0) + 1
    entries = [entry(source, {}, f"t{n}") for n in range(3)]
    found = {need.objective: need for need in report_help.needs([source], entries, figures(source, entries))}
    assert found and all(counts[name] >= 2 for name, need in found.items() if need.people)
    assert set(found) == {name for name, count in counts.items() if count >= 2}


def test_needs_are_ordered_by_the_number_of_people_and_people_by_what_they_reached(source):
    first = next(q.objective for q in source.questions)
    good = {question.id: 1.0 for question in source.questions}
    half = {question.id: 0.5 for question in source.questions if question.objective == first}
    entries = [entry(source, good, "t1"), entry(source, {**good, **half}, "t2"), entry(source, {}, "t3")]
    found = report_help.needs([source], entries, figures(source, entries))
    assert found[0].objective == first
    assert [one.trainee for one, _reached in found[0].people] == ["t3", "t2"]
    assert [len(need.people) for need in found] == sorted((len(need.people) for need in found), reverse=True)


def test_the_whole_class_is_named_only_when_the_interval_lies_below_the_pass_mark(source):
    few = [entry(source, {}, f"t{n}") for n in range(4)]
    many = [entry(source, {}, f"t{n}") for n in range(12)]
    assert not any(need.whole_class for need in report_help.needs([source], few, figures(source, few)))
    assert any(need.whole_class for need in report_help.needs([source], many, figures(source, many)))


# figures


def test_an_interval_still_says_how_far_a_class_can_tell_when_everybody_is_right():
    low, high = statistics.interval([1.0] * 30)
    assert high == 1.0 and low == pytest.approx(0.8865, abs=1e-3)  # Wilson (1927): n / (n + z^2)


def test_the_interval_of_a_correlation_is_fishers():
    low, high = statistics.correlation_interval(0.5, 30)
    assert (round(low, 3), round(high, 3)) == (0.170, 0.729)
    assert statistics.judged(0.5, (low, high)) == "interval too wide to judge"
    assert statistics.judged(0.6, (0.3, 0.8)) == "tells people apart"
    assert statistics.judged(-0.5, (-0.7, -0.1)) == "negative: check the key"
    assert statistics.judged(None, None) == "too few to say"


def test_the_interval_of_alpha_holds_alpha_and_is_the_same_for_the_same_seed():
    rng = random.Random(2)
    skill = [rng.gauss(0, 1) for _n in range(40)]
    rows = [[float(s + rng.gauss(0, 1) > 0) for _item in range(8)] for s in skill]
    low, high = statistics.alpha_interval(rows, seed=1)
    assert low < statistics.alpha(rows) < high and (low, high) == statistics.alpha_interval(rows, seed=1)
    assert statistics.alpha_interval(rows[:29]) is None and statistics.error_of_measurement(rows) < 2


def test_a_distractor_outnumbers_the_key_only_beyond_chance():
    assert not statistics.outnumbers(4, 2) and not statistics.outnumbers(2, 9) and statistics.outnumbers(9, 1)


def test_a_question_has_no_difficulty_while_answers_still_wait_for_a_reader(source):
    entries = [entry(source, {}, "t1"), entry(source, {}, "t2")]
    written = next(q.id for q in source.questions if q.written)
    assert entries[0].marked is not None
    marks = [
        replace(m, points=0.0, state="unanswered") if m.by_hand else m for m in entries[0].marked.questions
    ]
    entries[0] = replace(entries[0], marked=replace(entries[0].marked, questions=tuple(marks)))
    found = {one.question.id: one for one in analysis.by_question(source, entries)}
    assert found[written].difficulty is None and found[written].pending == 1


def test_answers_of_any_shape_do_not_break_the_table_of_what_was_chosen(source, studied):
    odd = [{"m99-q1": value, "m99-q2": value} for value in (None, 7, {"a": ["b"]}, [["a"], {}], "a" * 9999)]
    entries = [replace(entry(source, {}, "t"), answers=answers) for answers in odd]
    assert analysis.options(studied["m99-q2"], entries) and analysis.options(studied["m99-q1"], entries)


# the instructor's page


def test_the_page_says_what_is_to_do_first_and_why_a_small_class_has_no_discrimination(
    small: SmallClass, tmp_path
):
    made = report_making.make(small.klass, folder=tmp_path)
    page = BeautifulSoup(made.page.read_text(encoding="utf-8"), "html.parser")
    text = page.get_text(" ", strip=True)
    assert "1 written answer to read: m01-q13 of m01-convention" in text
    assert "1 has not handed in m01-convention: Nguyễn Ánh" in text
    assert "Autumn <2026>" in text and "too few to say" in text
    late = page.find(string="Late hand-ins").find_next("table").get_text(" ")
    assert "O'Brien, Jr." in late and "2026-03-02 19:00 +07" in late
    assert page.find("a", href="trainees/t01.html").get_text() == "محمد علي"
    assert made.looking == 0 and len(made.trainees) == 4
    identities = [tag["id"] for tag in page.find_all(id=True)]
    assert len(identities) == len(set(identities))


def test_a_page_without_names_has_ids_and_no_name_of_anybody(small: SmallClass, tmp_path):
    made = report_making.make(small.klass, folder=tmp_path, without_names=True)
    text = made.page.read_text(encoding="utf-8")
    assert made.page.name == "report-anonymous.html" and made.trainees == []
    assert not [name for name in ("محمد", "علي", "Seán", "O'Brien", "O&#x27;Brien", "Nguyễn") if name in text]
    assert "t02" in text and "trainees/" not in text


def test_a_broken_ledger_and_files_set_aside_stand_at_the_top(source):
    from hanoikit.classroom.gather_ledger import Aside

    aside = Aside("ab" * 32, DAY, "", "", (Finding("damaged", "The bundle is cut off."),))
    text = report.page([], [source], {}, about=About(aside=(aside,), broken="Line 3 was altered."))
    assert "Line 3 was altered." in text and "The bundle is cut off." in text and "nobody yet" in text


def test_names_and_findings_cannot_become_markup(source):
    evil = replace(entry(source, {}, "t1"), name="<script>alert(1)</script>")
    about = About(people=(Person("t1", evil.name),), links=True, due={source.name: None})
    for text in (
        report.page([evil], [source], {}, about=about),
        trainee_page.page(Person("t1", evil.name), [evil], [source]),
    ):
        assert "<script>alert" not in text


# the trainee's page


def test_a_trainees_page_explains_marks_and_says_nothing_about_anybody_else(small: SmallClass, tmp_path):
    made = report_making.make(small.klass, folder=tmp_path)
    text = (tmp_path / "trainees" / "t02.html").read_text(encoding="utf-8")
    others = ("محمد", "Ánh", "t01", "t03", "t04")
    assert "Seán O&#x27;Brien, Jr." in text and not [word for word in others if word in text]
    page = BeautifulSoup(text, "html.parser")
    again = page.find(string="What to read again").find_next("table")
    lost = [float(row.find_all("td")[0].get_text()) for row in again.tbody.find_all("tr")]
    assert lost == sorted(lost, reverse=True) and "m01: Part" in again.get_text()
    assert "your instructor will read it" in text or "0 of 4 points" in text
    assert {f"m01-q{n}" for n in range(1, 13)} <= {tag["id"] for tag in page.find_all("section", id=True)}
    assert "A gap of more than 10 minutes is a pause" in text
    first = BeautifulSoup((made.folder / "trainees" / "t01.html").read_text(encoding="utf-8"), "html.parser")
    assert "Comment: Clear. Name the article, too." in first.get_text()
    nobody = (tmp_path / "trainees" / "t03.html").read_text(encoding="utf-8")
    assert "You have handed in nothing yet." in nobody


def test_findings_that_name_other_people_stay_with_the_instructor(source):
    one = entry(source, {}, "t1")
    shared = Finding("sheet-shared", "The same answer sheet was handed in by t2.", "answers.jsonl")
    assert one.marked is not None
    one = replace(one, marked=replace(one.marked, findings=(shared,)))
    assert "handed in by t2" in report.page([one], [source], {})
    assert "t2" not in trainee_page.page(Person("t1"), [one, entry(source, {}, "t2")], [source])


def test_the_history_on_the_page_is_the_trainees_own_lines_with_how_to_check_them(
    small: SmallClass, tmp_path
):
    klass = small.copied(tmp_path)
    with Ledger.open(klass) as ledger:
        for trainee in ("t01", "t02"):
            ledger.hand_in(
                at=DAY, trainee=trainee, assignment=NAME, file=trainee * 32, code="K7QF-2M9X-PT3A", made="",
                received=DAY.isoformat(), late=trainee == "t02", state="accepted", findings=[],
            )  # fmt: skip
        ledger.sync(at=DAY)
        own = {line.hash for line in ledger.lines("t01")}
        others = {line.hash for line in ledger.lines("t02")}
    (klass.reports / "history").mkdir(parents=True)
    (klass.reports / "history" / "t01.json").write_text("{}")
    report_making.make(klass, trainee="t01")
    text = (klass.reports / "trainees" / "t01.html").read_text(encoding="utf-8")
    assert own and all(one in text for one in own) and not any(one in text for one in others)
    assert "hanoikit receipt t01.json --class-certificate class-certificate.pem" in text
    assert "Receipt: K7QF-2M9X-PT3A" in text and "was marked" in text


# the command


def test_the_command_writes_all_pages_and_the_second_time_nothing(small: SmallClass, tmp_path, capsys):
    klass = small.copied(tmp_path)
    assert command(["class", "report", "--class", str(klass.root)]) == 0
    assert "4 pages for trainees" in capsys.readouterr().out
    before = {path: path.stat().st_mtime_ns for path in klass.reports.rglob("*.html")}
    assert len(before) == 5
    assert command(["class", "report", "--class", str(klass.root)]) == 0
    assert "Nothing has changed" in capsys.readouterr().out
    assert before == {path: path.stat().st_mtime_ns for path in klass.reports.rglob("*.html")}


def test_a_wrong_call_ends_with_a_sentence_and_two(small: SmallClass, tmp_path, capsys):
    root = str(small.copied(tmp_path).root)
    assert command(["class", "report", "--class", root, "--trainee", "t99"]) == 2
    assert "hanoikit class roster" in capsys.readouterr().err
    assert command(["class", "report", "--class", root, "--anonymous", "--completion"]) == 2
    assert command(["class", "report", "--class", str(tmp_path / "none")]) == 1
    with pytest.raises(UsageError):
        report_making.make(small.klass, trainee="t99", folder=tmp_path)
