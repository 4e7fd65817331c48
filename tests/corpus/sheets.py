"""Answer sheets that were edited, taken over, torn or made to break the reader.

A sheet is the trainee's own data: what it says is what the trainee says, so its answers are marked as given, right or
wrong. The chain of its lines shows careless edits and accidents. It is not signed, so whoever rebuilds it soundly
leaves no trace: no point is lost or won by that, because an answer is not secret to the one who gives it. What a
forger still needs is the right answer.
"""

from __future__ import annotations

from tests.corpus.case import Family, full
from tests.corpus.workbench import ANSWERS, Work

FAMILY = Family("sheets")
case = FAMILY.case

NO_ANSWERS = full("c01", q1=0, q2=0, q3=0, q4=0, q7=0)
AS_GIVEN = "A sheet is the trainee's own data: answers are marked as given."


@case(
    "c01",
    "There is no answer sheet.",
    just=NO_ANSWERS,
    why="An answer that was not handed in earns nothing; the functions count. The loss is reported.",
    findings=["sheet-missing"],
)
def missing(work: Work) -> None:
    work.sheet.unlink()


@case(
    "c01",
    "An answer was changed to the right one in a text editor; the chain is broken.",
    just=full("c01"),
    why=f"{AS_GIVEN} The broken chain is shown to a person.",
    human=True,
    findings=["chain-broken"],
)
def edited(work: Work) -> None:
    work.answer({**ANSWERS, "c01-q1": "a"})
    text = work.sheet.read_text(encoding="utf-8")
    work.sheet.write_text(text.replace('"value": "a"', '"value": "b"'), encoding="utf-8")


@case(
    "c01",
    "A line was taken out of the middle.",
    just=full("c01", q2=0),
    why=f"{AS_GIVEN} The gap is shown to a person.",
    human=True,
    findings=["chain-broken"],
)
def line_removed(work: Work) -> None:
    lines = work.sheet.read_bytes().splitlines(keepends=True)
    work.sheet.write_bytes(b"".join(line for line in lines if b"c01-q2" not in line))


@case(
    "c01",
    "The whole sheet was written anew by a program, with a sound chain and right answers.",
    just=full("c01"),
    why=f"{AS_GIVEN} Nothing tells this sheet from one that the course wrote, and nothing has to.",
    human=False,
)
def forged_soundly(work: Work) -> None:
    work.answer(ANSWERS, sheet="11111111-1111-4111-8111-111111111111")


@case(
    "c01",
    "The sheet of another trainee, byte for byte, lies in the folder.",
    just=full("c01"),
    why=f"{AS_GIVEN} One hand-in alone does not show it; a class does, by the sheet's own id, and a person decides.",
)
def replayed(work: Work) -> None:
    other = work.scene.submitted(work.scene.other, "c01") / "answers.jsonl"
    work.sheet.write_bytes(other.read_bytes())


@case(
    "c01",
    "The last line was cut off in the middle.",
    just=full("c01", q7=0),
    why="The torn answer is lost, and only that one.",
    findings=["torn-line"],
)
def torn(work: Work) -> None:
    work.sheet.write_bytes(work.sheet.read_bytes()[:-40])


@case(
    "c01",
    "Only the first three lines arrived.",
    just=full("c01", q3=0, q4=0, q7=0),
    why="What arrived counts.",
)
def truncated_sheet(work: Work) -> None:
    work.sheet.write_bytes(b"".join(work.sheet.read_bytes().splitlines(keepends=True)[:3]))


@case(
    "c01",
    "The first line is torn, so nothing says whose sheet it is.",
    just=NO_ANSWERS,
    why="Without its first line it is no sheet; a person is told.",
    human=True,
)
def headless(work: Work) -> None:
    work.sheet.write_bytes(work.sheet.read_bytes()[25:])


@case(
    "c01",
    "The sheet has fifty thousand answers; the last ones are right.",
    just=full("c01"),
    why="The last answer to a question is the answer.",
    human=False,
)
def long_history(work: Work) -> None:
    tries = [("c01-q2", str(number)) for number in range(50_000)]
    import json

    work.lines([*tries, *((question, json.dumps(value)) for question, value in ANSWERS.items())])


@case(
    "c01",
    "The sheet is forty megabytes large.",
    just=NO_ANSWERS,
    why="No sheet of this size comes from the course; a person is told.",
    human=True,
)
def huge(work: Work) -> None:
    with work.sheet.open("ab") as file:
        for _turn in range(40):
            file.write(b" " * (1 << 20))


@case(
    "c01",
    "One line is larger than any answer may be.",
    just=full("c01", q7=0),
    why="That answer cannot be read; all others count.",
    human=True,
    findings=["line-unreadable"],
)
def one_huge_line(work: Work) -> None:
    import json

    rest = [(name, json.dumps(value)) for name, value in ANSWERS.items() if name != "c01-q7"]
    work.lines([("c01-q7", json.dumps("x" * (2 << 20))), *rest])


@case(
    "c01",
    "Numbers are NaN, infinite, of four hundred and of ten thousand digits.",
    just=full("c01", q1=0, q2=0, q3=0, q4=0),
    why="None of them is an answer to its question; nothing stops.",
)
def odd_numbers(work: Work) -> None:
    work.lines(
        [
            ("c01-q1", "NaN"),
            ("c01-q3", f"[{'9' * 10_000}]"),
            ("c01-q4", "-Infinity"),
            (
                "c01-q7",
                '"The hash of the original is what the court compares with, so nobody may change it."',
            ),
            ("c01-q2", "1" + "0" * 400),
        ]
    )


@case(
    "c01",
    "Question 2 is answered with not-a-number, which no comparison finds wrong.",
    just=full("c01", q2=0),
    why="Not a number is not 90.",
)
def not_a_number(work: Work) -> None:
    import json

    work.lines([(name, "NaN" if name == "c01-q2" else json.dumps(value)) for name, value in ANSWERS.items()])


@case(
    "c01",
    "Values are nested deeper than a reader can follow.",
    just=full("c01", q3=0, q4=0),
    why="Those two are no answers; the others count.",
)
def nested(work: Work) -> None:
    import json

    rest = [(name, json.dumps(value)) for name, value in ANSWERS.items() if name not in ("c01-q3", "c01-q4")]
    deep = [("c01-q3", "[" * 100_000 + "]" * 100_000), ("c01-q4", '{"at":' * 900 + "1" + "}" * 900)]
    work.lines([*rest, *deep])


@case(
    "c01",
    "Values are of other types than the questions ask for.",
    just=full("c01", q1=0, q2=0, q3=0, q4=0),
    why="They are no answers to these questions, and each is told why.",
)
def wrong_types(work: Work) -> None:
    given = {
        "c01-q1": ["b"],
        "c01-q2": {"value": 90},
        "c01-q3": "bcda",
        "c01-q4": [2026, 3, 1],
        "c01-q7": ANSWERS["c01-q7"],
    }
    work.answer(given)


@case(
    "c01",
    "Options that do not exist, one item four times, a moment without a day.",
    just=full("c01", q1=0, q2=0, q3=0, q4=0),
    why="They are no answers to these questions, and each is told why.",
)
def impossible_values(work: Work) -> None:
    moment = {
        "date": "2026-02-30",
        "time": "05:05:00",
        "zone": "Mars/Olympus",
        "at": "2026-03-01T05:05:00+00:00",
    }
    given = {"c01-q1": "B\u0000", "c01-q2": "ninety", "c01-q3": ["b", "b", "b", "b"], "c01-q4": moment}
    work.answer({**given, "c01-q7": ANSWERS["c01-q7"]})


@case(
    "c01",
    "The sheet is that of another assignment.",
    just=NO_ANSWERS,
    why="Answers to other questions are no answers here; a person is told.",
    human=True,
    findings=["sheet-foreign|sheet-unreadable"],
)
def other_assignment(work: Work) -> None:
    work.answer(ANSWERS, assignment="c99-elsewhere")


@case(
    "c01",
    "Random bytes stand in the place of the sheet.",
    just=NO_ANSWERS,
    why="It is no sheet; a person is told.",
    human=True,
    findings=["sheet-unreadable"],
)
def random_bytes(work: Work) -> None:
    work.sheet.write_bytes(bytes(number * 7919 % 256 for number in range(5000)))


@case(
    "c01",
    "An editor gave the file line ends of another system.",
    just=full("c01"),
    why=f"{AS_GIVEN} Every link is broken, which a person sees at a glance.",
    human=True,
    findings=["chain-broken"],
)
def other_line_ends(work: Work) -> None:
    work.sheet.write_bytes(work.sheet.read_bytes().replace(b"\n", b"\r\n"))


@case(
    "c01",
    "A folder has the name of the sheet.",
    just=NO_ANSWERS,
    why="There is no sheet; the loss is reported.",
    findings=["sheet-missing|sheet-unreadable"],
)
def sheet_is_a_folder(work: Work) -> None:
    work.sheet.unlink()
    work.sheet.mkdir()


@case(
    "c01",
    "A question was answered, then the answer was cleared.",
    just=full("c01", q1=0),
    why="The last word counts, and it was nothing.",
    human=False,
)
def cleared(work: Work) -> None:
    import json

    work.lines([*((name, json.dumps(value)) for name, value in ANSWERS.items()), ("c01-q1", "null")])


@case(
    "c01",
    "There is no answer sheet; the answers stand in code cells, as answer(...).",
    just=NO_ANSWERS,
    why="Marking only reads the sheet, so code that runs while marking cannot answer. The loss is reported.",
    findings=["sheet-missing"],
)
def answers_in_code_only(work: Work) -> None:
    work.sheet.unlink()
    for question, value in ANSWERS.items():
        work.insert(f"answer({question!r}, {value!r})", before=f"{question}-ask")


@case(
    "c01",
    "Answers hold a script for the browser of whoever reads the marks.",
    just=full("c01", q1=0, q2=0, q3=0, q4=0),
    why="They are no answers to these questions; what is shown of them is text.",
)
def script_in_answers(work: Work) -> None:
    script = "<script>corpus()</script><img src=x onerror=corpus()>"
    given = dict.fromkeys(ANSWERS, script) | {
        "c01-q3": [script] * 4,
        "c01-q4": {"date": script, "at": script},
    }
    work.answer(given)
