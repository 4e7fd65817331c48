"""The texts of the pages, in the language in which the service runs.

>>> with_texts("words.js", source)       # ``const WORDS = {};`` filled with the texts
>>> with_texts("desk.html", source)      # every {{name}} filled, safe in HTML

The browser half knows a text by its name only (``w("send")``); ``{braces}`` in a text hold what the page fills in.
"""

from __future__ import annotations

import json
import re
from html import escape

from hanoikit.i18n import _, direction, language

_EMPTY = "const WORDS = {};"
_PLACE = re.compile(r"\{\{(\w+)\}\}")


def words() -> dict[str, str]:
    """Every text of the pages by its name."""
    return {**_shared(), **_desk(), **_composer(), **_room()}


def with_texts(name: str, source: str) -> str:
    """A part of a page with its texts. Other parts come back as they are."""
    if name == "words.js":
        texts = json.dumps({"locale": locale(), **words()}, ensure_ascii=False, indent=1)
        # U+2028 and U+2029 are line ends to old readers of JavaScript.
        texts = texts.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        return source.replace(_EMPTY, f"const WORDS = {texts};")
    if name.endswith(".html"):
        given = {**words(), "language": language(), "direction": direction()}
        return _PLACE.sub(lambda found: escape(given[found[1]]), source)
    return source


def locale() -> str:
    """How the browser writes dates and hours: a BCP 47 tag."""
    return "en-GB" if language() == "en" else language()


def _shared() -> dict[str, str]:
    return {
        "join_title": _("Join the exercise"),
        "join_link": _("Join link or access token"),
        "join": _("Join"),
        "http": _("The service answers with an error (HTTP {status})."),
        "connecting": _("Connecting …"),
        "connected": _("Connected"),
        "not_connected": _("Not connected: trying again. Nothing is lost."),
        "no_line": _(
            "There is no connection to the service now. What you wrote is kept here; press again later."
        ),
        "stands": _("the clock stands still"),
        "yes": _("yes"),
        "in_time": _("{time} ({place} time)"),
        "pace": _("{speed} × life"),
        "no_end": _("no end yet"),
        "days": _("{days} d {hours} h"),
        "hours": _("{hours} h {minutes} min"),
        "minutes": _("{minutes} min"),
        "ago": _("{span} ago"),
        "no_reference": _("no reference"),
        "urgent": _("urgent"),
        "emergency": _("emergency"),
        "not_read": _("not read"),
        "to": _("To"),
        "show_content": _("Show the data ({count} characters)"),
    }


def _desk() -> dict[str, str]:
    return {
        "desk_page": _("Desk of the 24/7 network"),
        "desk": _("Desk"),
        "inbox": _("Waiting for your answer"),
        "cases": _("Case files"),
        "timers": _("Clocks that run"),
        "world": _("The world"),
        "file": _("Case file"),
        "standing_late": _("late"),
        "standing_soon": _("soon"),
        "standing_running": _("running"),
        "standing_open": _("no end"),
        "new_message": _("New message from {desk}: {kind}"),
        "said": _("The facilitator says: {text}"),
        "facilitator_says": _("The story and the facilitator"),
        "stage_before": _(
            "The exercise has not begun. The facilitator starts the clock. Until then: divide the roles, and agree "
            "who decides."
        ),
        "stage_paused": _(
            "Pause: the facilitator has stopped the clock. Nothing runs out now. You may read and write; what you "
            "send carries the time at which the clock stands."
        ),
        "stage_ended": _(
            "The story has ended. Nothing more is needed here. Write down the moment that decided your case; then "
            "look at the wall."
        ),
        "means_acknowledgement": _("it has come"),
        "means_more_information": _("you ask first"),
        "means_confirmed": _("yes, done or given"),
        "means_partly": _("yes to a part"),
        "means_refused": _("no, with the ground"),
        "nothing_waits": _("Nothing waits for you."),
        "no_case": _("There is no case yet. Write a message to begin one."),
        "first": _("First: {kind}"),
        "unread": _("{count} not read"),
        "to_desk": _("to {desk} · {status}"),
        "from_desk": _("from {desk} · {status}"),
        "not_accepted": _("Not accepted"),
        "not_accepted_from": _("Not accepted: {kind} in the name of {desk}"),
        "do_not_act": _("It came at {when}. Do not act on it."),
        "choose_file": _("Choose a case file, or write a new message."),
        "you_asked": _("You asked {desk}. Status:"),
        "you_were_asked": _("You were asked by {desk}. Status:"),
        "notes": _("Notes"),
        "note": _("Write a note into the file"),
        "note_add": _("Add the note"),
        "note_order": _("The holder was ordered to preserve"),
        "note_renewed": _("The order was renewed"),
        "note_passed": _("Passed on to the authority named"),
        "entry_from": _("From {desk}: {kind}"),
        "entry_to": _("To {desk}: {kind}"),
        "checked": _("signature checked"),
        "beyond": _("Beyond the network: {why} {instead}"),
        "gaps_inside": _("Missing or wrong in it: {count}"),
        "have_read": _("I have read it"),
        "may_do": _("What you may do about this: {kind}"),
        "next": _("Next:"),
        "ran_out": _("A clock has run out in {case}: {text}"),
        "no_clock": _("No clock runs."),
        "papers": _("Prepared papers"),
        "take_paper": _("Read it, then send it"),
        "take_again": _("Read it again"),
        "paper_sent": _("Sent: {when}"),
        "own_title": _("Send a paper of your own instead"),
        "own_why": _(
            "Made in an earlier module, in your course folder. Module 4: the three files of a disclosure (the file, "
            "proof.json and root.json). Module 6: request.json of the workshop. Modules 6, 8 and 9: answers.jsonl of "
            "the assignment. You read it here before anything is sent."
        ),
        "own_choose": _("Choose the file, or all three of them"),
        "own_reading": _("Reading …"),
        "own_large": _("These files are too large for a message. Choose the three files of one disclosure."),
        "document_holds": _("Checked: the document holds and is complete."),
        "decision_title": _("Write a decision into the file"),
        "decision_outcome": _("What you decide"),
        "decision_facts": _("Facts: their numbers, such as 2, 5"),
        "decision_ticks": _("Facts that carry it: tick them"),
        "outcome_grant": _("Grant it, or rely on it"),
        "outcome_part": _("Grant a part"),
        "outcome_ask": _("Ask first, or ask again"),
        "outcome_refuse": _("Refuse it"),
        "outcome_ncii": _("Report: images shared without consent (article 16)"),
        "outcome_child": _("Report: a child (article 14)"),
        "outcome_threat": _("Report: a threat only"),
        "outcome_agreed": _("Report: it was agreed, no offence"),
        "outcome_not_private": _("Report: it was not private, no offence"),
        "fact_danger": _("The danger that is named"),
        "fact_person": _("The person who is named"),
        "fact_imminent": _("How near the danger is"),
        "fact_label": _("The mark “emergency” on it"),
        "fact_digest": _("What the check of its SHA-256 says"),
        "fact_proof": _("What the check of the signed root and the proof says"),
        "fact_sender": _("The desk that it comes from"),
        "fact_title": _("Its title"),
        "decision_provisions": _("Provisions, such as 40(22)"),
        "decision_parts": _("Parts that are given, such as a, b (if there are parts)"),
        "decision_reason": _("Reason in a sentence"),
        "decision_add": _("Write the decision"),
        "decision_incomplete": _(
            "Choose what you decide, tick a fact, and name a provision. Then press again."
        ),
        "decision_written": _("Written into the file. Now send the answer."),
    }


def _composer() -> dict[str, str]:
    return {
        "write": _("Write a message"),
        "kind": _("Kind of message"),
        "choose": _("Choose …"),
        "send": _("Send"),
        "insist": _("Send it as it is"),
        "discard": _("Discard"),
        "needed": _("(needed)"),
        "time_in": _("Time in {zone} (UTC{offset})."),
        "each_line": _("One on each line."),
        "line": _("Line {number}"),
        "line_out": _("Take line {number} out"),
        "line_add": _("Add a line of data"),
        "lines_same": _("The same lines as in the request"),
        "say_to_whom": _("Say to whom the message goes; then you see what is missing."),
        "may_not": _("The network may not do this: {why} {instead}"),
        "gaps": _("Missing or wrong: {count}"),
        "message": _("Message"),
        "complete": _("Complete: nothing that the Convention asks for is missing."),
        "complete_message": _("The message is complete. What is attached is not checked yet."),
        "check_attached": _("Check what is attached"),
        "choose_first": _("Choose the kind of message and the desk first."),
        "sending": _("Sending …"),
        "sent": _("Sent and kept: number {number} in the service's log."),
        "sent_before": _(
            "Your team had sent this already: number {number} in the service's log. Nothing went twice."
        ),
        "answered_meanwhile": _(
            "Your team has answered this meanwhile. Look into the case file; press Discard here."
        ),
        "answer_to": _("Your answer to {desk}, {reference}"),
        "paper_read": _("It goes to {desk}. Read it. Then send it, or change it first."),
        "paper_change": _("Change it"),
        "not_sent": _("Not sent. {reason}"),
    }


def _room() -> dict[str, str]:
    return {
        "room_page": _("Room of the 24/7 network"),
        "pace_1": _("as in life"),
        "pace_10": _("10 × life"),
        "pace_60": _("60 × life: an hour in a minute"),
        "pace_360": _("360 × life: an hour in 10 seconds"),
        "pace_3600": _("3600 × life: an hour in a second"),
        "mark_decision": _("Decision"),
        "mark_good": _("Well done"),
        "mark_question": _("Question"),
        "mark_mistake": _("Mistake"),
        "connected_as": _("Connected as {role}"),
        "facilitator": _("facilitator"),
        "observer": _("observer"),
        "run": _("Run the exercise"),
        "desks": _("The desks"),
        "story": _("The story"),
        "messages": _("Messages"),
        "desk_table": _("Table of desks"),
        "message_table": _("Table of messages"),
        "pause": _("Pause"),
        "paused": _("The clock of the story stands still."),
        "resume": _("Start the clock"),
        "resumed": _("The clock of the story runs."),
        "speed": _("Speed"),
        "set_speed": _("Set the speed"),
        "speed_set": _("The speed is set."),
        "speak": _("Speak to the desks"),
        "all_desks": _("All desks"),
        "say_it": _("Say it"),
        "spoken": _("Said."),
        "record": _("Signed record (zip)"),
        "record_done": _("The signed record is in your downloads. Check it with: hanoikit desk verify FILE"),
        "report": _("Report to read"),
        "report_done": _("The report is in your downloads."),
        "there": _("connected"),
        "away": _("away"),
        "scripted": _("scripted"),
        "node": _("{desk}: {state}"),
        "map": _(
            "{desks} desks, {connected} connected, {messages} messages shown. The table below says the same."
        ),
        "never": _("never"),
        "seconds_ago": _("{seconds} s ago"),
        "minutes_ago": _("{minutes} min ago"),
        "desk_state": _("State of each desk"),
        "state": _("State"),
        "last_seen": _("Last seen"),
        "received": _("Received"),
        "unread_head": _("Not read"),
        "sent_head": _("Sent"),
        "clocks": _("Clocks"),
        "late": _("{count} late"),
        "no_scenario": _("No scenario: nothing comes in by itself."),
        "injects": _("What comes in by the scenario (time in {place})"),
        "parts": _("Where the story stands"),
        "part_here": _("now; about {minutes} minutes left at this speed; still to come in: {coming}"),
        "part_over": _("over"),
        "part_next": _("Go on to the next part"),
        "part_sure": _(
            "The rest of this part is left out. What is still to come in ({coming}) comes in at once, and what runs "
            "out, runs out. Go on?"
        ),
        "part_yes": _("Yes, go on"),
        "part_no": _("No, stay"),
        "part_next_done": _("The next part has begun."),
        "story_ended": _("The story has ended, and its clock stands still. Take the signed record now."),
        "everybody": _("everybody"),
        "when": _("When"),
        "what": _("What"),
        "words_to": _("Words to {desk}: {name}"),
        "from_to": _("{sender} to {desk}: {kind}"),
        "forged": _("forged"),
        "done_at": _("done {when}"),
        "let_happen": _("Let it happen now"),
        "happened": _("It has come in."),
        "to_come": _("to come"),
        "flow": _("Messages, the latest first, time in {place}"),
        "flow_last": _("Messages, the latest first (the last {count}), time in {place}"),
        "time": _("Time"),
        "from": _("From"),
        "mark": _("Mark"),
        "mark_as": _("Mark it as"),
        "mark_note": _("Note for the discussion"),
        "marked": _("Marked."),
        "marked_as": _("{mark}: {note}"),
        "choose_message": _("Choose a message in the table."),
    }
