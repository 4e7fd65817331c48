"""People who work on the whole case alone, good and bad: what the tests compare."""

from datetime import timedelta

from hanoikit.capstone import open_run

DECISIONS = {
    "wide": ("part", ("3", "6"), ("24(1)",), {"parts": ("a", "b")}),
    "mayor": ("grant", ("2", "4"), ("40(1)",), {}),
    "emergency": ("grant", ("danger", "imminent"), ("41(3)(e)",), {}),
    "reporter": (
        "refuse",
        ("5", "6"),
        ("40(22)",),
        {"ground": "40(22)", "instead": "Name a victim and a loss."},
    ),
    "nurse": ("ncii", ("1", "2"), ("16(1)",), {}),
    "altered-package": ("ask", ("digest", "proof"), ("40(16)",), {"instead": "Please send the log again."}),
    "good-package": ("grant", ("digest", "proof"), ("40(14)",), {}),
}
REASON = "Decided on the facts that are named, after reading the whole file."


def act(
    folder,
    *,
    short=True,
    decide=None,
    send=("freeze-2", "assistance-2", "package-1", "return-2"),
    late=False,
    removal="removal-1",
    preserve=("log", "images"),
    decisions=True,
):
    """Work through the whole case; what is given says how well. ``decide`` maps a matter to another decision."""
    run = open_run(folder, short=short, sync=False)
    todo = {**DECISIONS, **(decide or {})}
    sent: set[str] = set()
    while not run.over:
        told = {one.id for one in run.tasks()}
        if "task-log" in told and "log" in preserve and "log" not in sent and not late:
            _send(run, "log", sent)
        for name in send:
            ready = {
                "freeze": "task-money",
                "assistance": "task-request",
                "package": "task-request",
                "return": "task-return",
            }
            due = ready[name.partition("-")[0]] in told
            if name.startswith("freeze") and late:
                due = run.part.id == "holiday"
            if due and name not in sent:
                sent.add(name)
                run.send_product(name)
        if "nurse" in {one.id for one in run.matters()}:
            if "images" in preserve and "images" not in sent:
                _send(run, "images", sent)
            kept = "images" in preserve and any(
                one.message.kind == "confirmed" and one.message.sender == "XB" for one in run.desk.inbox
            )
            if removal and removal not in sent and (kept or "images" not in preserve):
                sent.add(removal)
                run.send_product(removal)
        if decisions:
            for matter in run.matters():
                chosen = todo.get(matter.id)
                if chosen is not None and not matter.answered and matter.decided is None:
                    outcome, facts, provisions, more = chosen
                    run.decide(matter.id, outcome, facts=facts, provisions=provisions, reason=REASON, **more)
        _on(run)
    return run


def _send(run, name, sent):
    sent.add(name)
    draft = next((one for one in run.drafts() if one.id == name), None)
    if draft is not None:
        run.send(draft.message(run))


def _on(run):
    before = run.now
    try:
        run.advance_to_event()
    except Exception:
        run.next_part()
    if run.now == before:
        run.advance(minutes=20)


def idle(folder, *, short=True):
    """Somebody who opens the desk and goes home."""
    run = open_run(folder, short=short, sync=False)
    for _part in run.parts:
        run.next_part()
    run.advance(hours=1)
    return run


WAIT = timedelta(minutes=10)
