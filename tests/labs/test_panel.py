"""The shape that every lab has: steps, fields, buttons; results that are small, plain data and safe HTML."""

from __future__ import annotations

import json

import pytest

from hanoikit.errors import EvidenceError, Finding, UsageError
from hanoikit.labs.html import Markup, bullets, code, join, sentence, strong, table
from hanoikit.labs.panel import Button, Field, Picture, Result, Step, panel

SCRIPT = "<script>alert(1)</script>"


def one_step(run, **named):
    fields = [
        Field("name", "text", "Your name", value="Tuvala"),
        Field("many", "checks", "Which", value=["a"]),
    ]
    return panel("Greeting", [Step("greet", "Say hello", fields=fields, run=run, **named)])


def greet(values):
    return Result(sentence("Hello", values["name"]), say=f"Hello {values['name']}, {values['many']}")


def click(shown, **content) -> dict:
    """What the page sends when a button is pressed; returns what it is told when that is over."""
    sent = []
    shown.send = sent.append
    shown._receive(shown, content, [])
    (message,) = sent
    assert message["settled"] is True
    return message


def test_a_press_fills_in_what_the_fields_show():
    shown = one_step(greet)
    assert shown.press("greet").say == "Hello Tuvala, ['a']"
    assert shown.press("greet", name="Eskil").say == "Hello Eskil, ['a']"
    assert shown.results["greet"] == {"html": "<p>Hello Eskil</p>", "ok": True}
    assert shown.said == "Hello Eskil, ['a']"


def test_fields_that_depend_on_earlier_steps_are_asked_anew_each_time():
    names = ["first"]

    def refresh():
        return [Field("file", "select", "File", tuple((name, name) for name in names), names[-1])]

    step = Step(
        "show", "Show", refresh=refresh, run=lambda values: Result(sentence(values["file"]), values["file"])
    )
    shown = panel("Files", [step])
    assert shown.press("show").say == "first"
    names.append("second")
    assert shown.press("show").say == "second"
    assert [option["value"] for option in shown.spec[0]["fields"][0]["options"]] == names


def test_a_refusal_becomes_a_result_with_every_finding_and_the_next_step():
    def refuse(_values):
        raise EvidenceError(
            "The log does not hold.",
            next_step="Ask the witness.",
            findings=[
                Finding("bad-signature", f"Altered {SCRIPT}.", "entry 4"),
                Finding("fork", "Two.", "entry 5"),
            ],
        )

    shown = one_step(refuse)
    result = shown.press("greet")
    assert (result.ok, result.say) == (False, "The log does not hold.")
    for part in ("Ask the witness.", "entry 4: Altered &lt;script&gt;", "entry 5: Two."):
        assert part in result.html
    assert SCRIPT not in result.html
    assert shown.results["greet"]["ok"] is False


def test_an_unexpected_failure_is_announced_and_replaces_the_older_result():
    outcomes = iter([Result(sentence("fine"), "fine"), ZeroDivisionError(SCRIPT)])

    def run(_values):
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    shown = one_step(run)
    assert click(shown, step="greet", action="go", values={})["said"] == "fine"
    said = click(shown, step="greet", action="go", values={})["said"]
    assert said.startswith("This step failed: ZeroDivisionError")
    assert "Your work is kept" in said and "instructor" in said
    # "fine" must not stand there as if it were the result of the second press.
    assert shown.results["greet"]["ok"] is False
    assert "fine" not in shown.results["greet"]["html"]
    assert SCRIPT not in shown.results["greet"]["html"]
    assert shown.said == said


@pytest.mark.parametrize(
    "content", [{"step": "gone"}, {}, {"step": 5, "values": {}}, {"step": "greet", "values": 7}]
)
def test_a_message_that_makes_no_sense_is_answered_and_does_no_harm(content):
    shown = one_step(greet)
    shown.press("greet")
    assert click(shown, **content)["said"].startswith("This step failed")
    assert shown.press("greet").ok


def test_what_runs_after_a_step_cannot_take_its_result_away():
    def draw(_step):
        raise RuntimeError("no picture")

    shown = panel(
        "Greeting", [Step("greet", "Say hello", run=lambda v: Result(sentence("done"), "done"))], after=draw
    )
    click(shown, step="greet")
    assert "no picture" in shown.said
    with pytest.raises(RuntimeError):
        shown.press("greet")
    assert shown.results["greet"] == {"html": "<p>done</p>", "ok": True}


def test_a_step_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(UsageError, match=r"no step stamp.*steps are: greet"):
        one_step(greet).press("stamp")


def test_what_travels_to_the_page_is_plain_data():
    step = Step(
        "greet",
        "Say hello",
        text=sentence("Read", strong("this")),
        fields=[Field("zone", "select", "Zone", (("UTC", "UTC"),), "UTC", hint="Where?")],
        buttons=[Button("go", "Greet")],
        run=greet,
    )
    shown = panel(f"Title {SCRIPT}", [step])
    assert json.loads(json.dumps(shown.spec)) == [
        {
            "id": "greet",
            "title": "Say hello",
            "text": '<p>Read <span class="hk-mark">this</span></p>',
            "fields": [
                {
                    "name": "zone",
                    "kind": "select",
                    "label": "Zone",
                    "options": [{"value": "UTC", "label": "UTC"}],
                    "value": "UTC",
                    "hint": "Where?",
                }
            ],
            "buttons": [{"id": "go", "label": "Greet"}],
            "live": False,
        }
    ]
    assert shown.dir == "ltr"


def test_a_live_step_shows_its_result_at_once_and_at_each_change():
    def double(values):
        number = int(values["n"])
        return Result(sentence(number * 2), f"{values['action']}: {number * 2}")

    slider = Field("n", "range", "Number", value=4, limits=(0, 10, 2), unit="days")
    shown = panel("Double", [Step("double", "Double", fields=[slider], run=double, live=True)])
    assert shown.results["double"] == {"html": "<p>8</p>", "ok": True}
    assert shown.spec[0]["live"] is True
    assert shown.spec[0]["fields"][0]["limits"] == [0, 10, 2]
    assert click(shown, step="double", action="change", values={"n": "6"})["said"] == "change: 12"


def test_a_live_step_that_refuses_what_its_fields_show_says_so_from_the_start():
    def refuse(_values):
        raise UsageError("There is nothing to count.")

    shown = panel("Count", [Step("count", "Count", run=refuse, live=True)])
    assert shown.results["count"]["ok"] is False
    assert "nothing to count" in shown.results["count"]["html"]


def test_a_figure_travels_as_plain_data_that_plotly_accepts_with_its_sentence():
    import plotly.graph_objects as go

    picture = Picture(
        [{"type": "bar", "x": ["signed", "ratified"], "y": [72, 2]}],
        layout={"yaxis": {"title": {"text": "States"}}},
        alt="72 signed, 2 ratified.",
        height=200,
    )
    shown = panel(
        "Bars",
        [Step("bars", "Bars", run=lambda v: Result(sentence("x"), "x", pictures=(picture,)), live=True)],
    )
    (sent,) = json.loads(json.dumps(shown.results["bars"]["pictures"]))
    assert sent["alt"] == "72 signed, 2 ratified."
    figure = go.Figure(data=sent["data"], layout=sent["layout"])
    assert figure.layout.height == 200
    assert figure.layout.yaxis.title.text == "States"
    assert figure.layout.yaxis.automargin is True
    assert figure.data[0].y == (72, 2)


@pytest.mark.parametrize("kind", ["choropleth", "scattergeo", "scattermap"])
def test_a_figure_that_would_fetch_a_map_is_refused(kind):
    with pytest.raises(ValueError, match=r"would fetch a map"):
        Picture([{"type": kind}], alt="A map.")


def test_a_figure_without_its_sentence_is_refused():
    with pytest.raises(ValueError, match="sentence"):
        Picture([{"type": "bar"}], alt="  ")


def test_the_page_gets_plotly_from_this_machine_when_it_asks_for_it():
    shown = one_step(greet)
    sent = []
    shown.send = lambda content, buffers=(): sent.append((content, buffers))
    shown._receive(shown, {"want": "plotly"}, [])
    ((content, (program,)),) = sent
    assert content == {"plotly": True}
    assert b"plotly.js v" in program[:400] and len(program) > 1_000_000


@pytest.mark.parametrize(
    "made",
    [
        sentence(SCRIPT),
        bullets([SCRIPT]),
        code(SCRIPT),
        strong(SCRIPT),
        table(SCRIPT, [SCRIPT], [[SCRIPT, SCRIPT]]),
        join(SCRIPT, sentence(SCRIPT)),
        sentence(f'" onclick="{SCRIPT}'),
    ],
    ids=["sentence", "bullets", "code", "strong", "table", "join", "attribute"],
)
def test_every_text_is_escaped(made):
    assert isinstance(made, Markup)
    assert "<script" not in made
    assert "&lt;script&gt;" in made


def test_markup_is_not_escaped_twice():
    assert sentence(strong("2 < 3")) == '<p><span class="hk-mark">2 &lt; 3</span></p>'
