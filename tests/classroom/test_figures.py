from __future__ import annotations

import csv
import random
from dataclasses import replace

import pytest

from hanoikit.classroom import analysis, report, statistics
from hanoikit.classroom.analysis import Entry
from hanoikit.classroom.export import write_marks
from hanoikit.grading import MarkedAssignment, QuestionMark


def hand_in(source, shares: dict[str, float], trainee: str = "t", group: str = "person") -> Entry:
    """A marked hand-in in which each question earned this share of its points."""
    marks = tuple(
        QuestionMark(
            question=question.id,
            title=question.title,
            points=None if question.written else shares.get(question.id, 0.0) * question.out_of,
            out_of=question.out_of,
            state="pending" if question.written else "partial",
            objective=question.objective,
            extra=question.extra,
            by_hand=question.written,
        )
        for question in source.questions
    )
    marked = MarkedAssignment(assignment=source.name, title=source.title, trainee=trainee, questions=marks)
    return Entry(trainee, source.name, marked, answers={"m99-q1": "a"}, group=group)


def test_difficulty_is_the_mean_share():
    assert statistics.difficulty([1.0, 0.5, 0.0]) == 0.5
    assert statistics.difficulty([]) is None


def test_discrimination_is_refused_below_thirty_hand_ins_and_given_from_thirty():
    item, total = [0.0, 1.0] * 15, [1.0, 3.0] * 15
    assert statistics.item_rest(item[:29], total[:29]) is None
    assert statistics.item_rest(item, total) == pytest.approx(1.0)


def test_the_item_is_taken_out_of_the_total_before_it_is_correlated():
    rng = random.Random(5)
    item = [float(rng.random() < 0.5) for _n in range(200)]
    rest = [rng.gauss(10, 2) for _n in range(200)]
    total = [one + other for one, other in zip(item, rest, strict=True)]
    corrected = statistics.item_rest(item, total)
    numpy = pytest.importorskip("numpy")
    assert corrected == pytest.approx(numpy.corrcoef(item, rest)[0, 1])
    assert corrected < numpy.corrcoef(item, total)[0, 1]


def test_an_item_without_spread_has_no_discrimination():
    assert statistics.item_rest([1.0] * 40, [float(n) for n in range(40)]) is None


def test_a_negative_discrimination_points_at_the_key():
    item, total = [0.0, 1.0] * 20, [5.0, 3.0] * 20
    assert statistics.quality(statistics.item_rest(item, total)) == "negative: check the key"


def test_alpha_agrees_with_the_formula_by_numpy():
    numpy = pytest.importorskip("numpy")
    rng = random.Random(2)
    skill = [rng.gauss(0, 1) for _n in range(60)]
    rows = [[float(s + rng.gauss(0, 1) > 0) for _item in range(8)] for s in skill]
    array = numpy.array(rows)
    expected = 8 / 7 * (1 - array.var(axis=0, ddof=1).sum() / array.sum(axis=1).var(ddof=1))
    assert statistics.alpha(rows) == pytest.approx(expected)
    assert statistics.alpha(rows[:29]) is None


def test_the_interval_holds_the_mean_and_is_not_given_for_four_people():
    shares = [0.0, 0.5, 1.0, 1.0, 0.5, 0.0, 1.0]
    low, high = statistics.interval(shares)
    assert low < statistics.difficulty(shares) < high
    assert statistics.interval(shares[:4]) is None


def test_only_people_count_in_the_figures_of_questions_and_objectives(source):
    entries = [
        hand_in(source, {"m99-q1": 1.0, "m99-q3": 1.0}),
        hand_in(source, {"m99-q1": 0.0}),
        hand_in(source, {"m99-q1": 1.0}, group="bot"),
    ]
    figures = {item.question.id: item for item in analysis.by_question(source, entries)}
    assert figures["m99-q1"].difficulty == 0.5 and figures["m99-q1"].n == 2
    assert figures["m99-q4"].difficulty is None and figures["m99-q4"].pending == 2
    objectives = {item.id: item for item in analysis.by_objective(source, list(figures.values()))}
    # Objective 1 has questions of 2, 4 and 3 points; only half of the 2 was earned.
    assert objectives["m99-o1"].out_of == 9.0
    assert objectives["m99-o1"].share == pytest.approx(1.0 / 9.0)


def test_the_distractor_table_counts_every_option_and_no_answer(source, studied):
    entries = [
        replace(hand_in(source, {}), answers={"m99-q2": ["a", "c"]}),
        replace(hand_in(source, {}), answers={}),
        replace(hand_in(source, {}, group="bot"), answers={"m99-q2": ["c"]}),
    ]
    rows = {row.letter: row for row in analysis.options(studied["m99-q2"], entries)}
    assert (rows["c"].people, rows["c"].others, rows["c"].is_key) == (1, 1, False)
    assert (rows["a"].people, rows["a"].is_key) == (1, True)
    assert rows[""].people == 1
    assert analysis.options(studied["m99-q3"], entries) == []


def test_a_small_class_reads_too_few_to_say_and_a_large_one_a_number(source, studied):
    rng = random.Random(3)
    few = [hand_in(source, {"m99-q1": 1.0}, f"t{n}") for n in range(5)]
    page = report.page(few, [source], {source.name: studied})
    assert "too few to say" in page and "SIMULATED" not in page
    many = []
    for number in range(40):
        skill = rng.random()
        shares = {question.id: float(rng.random() < skill) for question in source.questions}
        many.append(hand_in(source, shares, f"t{number}"))
    figures = {item.question.id: item for item in analysis.by_question(source, many)}
    assert figures["m99-q1"].discrimination is not None
    assert "too few to say" not in report.page(many, [source], {source.name: studied}).split("How to read")[0]


def test_a_hand_in_that_was_not_marked_is_in_the_report_with_its_reason(source, studied):
    from hanoikit.errors import GradingError

    lost = Entry("lost", source.name, None, error=GradingError("There is no notebook in the hand-in."))
    assert "There is no notebook in the hand-in." in report.page([lost], [source], {source.name: studied})


def test_a_simulated_report_says_so_at_the_top_and_in_each_caption(source, studied):
    from bs4 import BeautifulSoup

    text = report.page([hand_in(source, {})], [source], {source.name: studied}, simulated="Seed 1.")
    page = BeautifulSoup(text, "html.parser")
    assert "SIMULATED DATA" in page.find(role="note").get_text()
    captions = [caption.get_text() for caption in page.find_all(["caption", "figcaption"])]
    assert captions and all("simulated data" in caption for caption in captions)


def test_every_figure_has_a_text_alternative_and_a_table_behind_it(source, studied):
    from bs4 import BeautifulSoup

    page = BeautifulSoup(report.page([hand_in(source, {})], [source], {source.name: studied}), "html.parser")
    figures = page.find_all("figure")
    assert len(figures) == 3
    for figure in figures:
        image = figure.find("svg")
        assert image["role"] == "img"
        assert all(page.find(id=name) for name in image["aria-labelledby"].split())
        assert figure.find_next("table") is not None
    assert page.find_all(["link", "img"]) == [] and all(not one.attrs for one in page.find_all("script"))


def test_the_csv_quotes_commas_and_defuses_formulas(source, tmp_path):
    entry = hand_in(source, {"m99-q1": 1.0})
    assert entry.marked is not None
    title = '=HYPERLINK("x"), or so'
    entry = replace(
        entry, marked=replace(entry.marked, questions=(replace(entry.marked.questions[0], title=title),))
    )
    totals, questions = write_marks([entry], tmp_path)
    assert questions.read_bytes()[:3] == b"\xef\xbb\xbf"
    with questions.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["title"] == "'" + title and rows[0]["points"] == "2.0"
    with totals.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["percent"] == "100.0"
