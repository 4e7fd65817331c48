"""The texts of the room's pages, in the language in which it runs.

>>> with_texts("room.html", source)      # every {{name}} filled, safe in HTML

The browser half knows a text by its name only (``w("release_hint")``); ``{braces}`` hold what the page fills in.
"""

from __future__ import annotations

import json
import re
from html import escape

from hanoikit.i18n import _, direction, language

_PLACE = re.compile(r"\{\{(\w+)\}\}")


def with_texts(name: str, source: str) -> str:
    """A part of a page with its texts. Other parts come back as they are."""
    if name == "words.js":
        locale = "en-GB" if language() == "en" else language()
        texts = json.dumps({"locale": locale, **words()}, ensure_ascii=False, indent=1)
        # U+2028 and U+2029 are line ends to old readers of JavaScript.
        texts = texts.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        return source.replace("const WORDS = {};", f"const WORDS = {texts};")
    if name.endswith(".html"):
        given = {**words(), "language": language(), "direction": direction()}
        return _PLACE.sub(lambda found: escape(given[found[1]]), source)
    return source


def words() -> dict[str, str]:
    """Every text of the pages by its name."""
    return {
        # joining
        "join_1": _("Open your course in JupyterLab, and there the page “Workshop room”."),
        "join_2": _(
            "Type this line into the field “Join line”, choose your name, and press “Join the room”."
        ),
        "join_3": _("In the folder that your class gave out, the first two groups of the code are enough."),
        "join_4": _(
            "Joining is your own choice. You see all the time that the room is on, and leave with one press."
        ),
        # the instructor's page
        "room_page": _("Room of the workshop"),
        "token_title": _("The instructor's page"),
        "token_link": _("Link or token that “hanoikit class room” printed"),
        "token_open": _("Open"),
        "http": _("The service answers with an error (HTTP {status})."),
        "connecting": _("Connecting …"),
        "connected": _("Live"),
        "not_connected": _("Not connected: trying again. What you see is old."),
        "in_room": _("in the room"),
        "need": _("need you"),
        "handed": _("hand-ins"),
        "wall": _("Show without names (for the projector)"),
        "desk": _("Show the names again"),
        "needs_title": _("Who needs you"),
        "needs_none": _("Nobody is stuck, and nobody asks for help."),
        "needs_wall": _("Help is on its way to {count}."),
        "why_help": _("asks for help"),
        "why_wrong": _("{count} wrong tries in a self-check"),
        "why_long": _("{minutes} min at this question; the room usually {usual} min"),
        "why_long_alone": _("{minutes} min at this question"),
        "at_question": _("at {question}"),
        "in_general": _("not about one question"),
        "come": _("I am there"),
        "come_to": _("I am there: {name}"),
        "progress_title": _("How far the room is"),
        "choose_assignment": _("Assignment"),
        "question": _("Question"),
        "answered": _("Answered"),
        "answered_of": _("{done} of {of}"),
        "here_now": _("At it now"),
        "here_stuck": _("{here} ({stuck} stuck)"),
        "usual": _("Usual time"),
        "release": _("Release to all"),
        "hint_next": _("Hint {level}"),
        "hint_read": _("Read hint {level} first"),
        "hint_of": _("Release hint {level} of {of} for: {question}"),
        "hints_out": _("all {count} hints are out"),
        "solution": _("Solution"),
        "solution_of": _("Release the solution of: {question}"),
        "solution_out": _("solution is out"),
        "sure": _("Press again: all will see it"),
        "released_hint": _("Hint {level} is released: {question}"),
        "released_solution": _("The solution is released: {question}"),
        "released_all": _("Solutions released: {count}"),
        "working_out": _(
            "The answers of “{title}” are being worked out from the files of the case, for {seconds} seconds now. It "
            "takes up to a minute, once; the room goes on."
        ),
        "without": _("It is without the answer itself: {reason}"),
        "reading": _("The questions are being read …"),
        "no_questions": _("The questions of this assignment cannot be read: {reason}"),
        "people_title": _("Everybody in the room"),
        "nobody": _("Nobody has joined yet."),
        "name": _("Name"),
        "where": _("Where"),
        "how_long": _("Time there"),
        "done": _("Answered there"),
        "state": _("State"),
        "state_help": _("asks for help"),
        "state_wrong": _("stuck: wrong tries"),
        "state_long": _("stuck: long"),
        "state_done": _("answered"),
        "state_works": _("working"),
        "state_start": _("has joined"),
        "state_quiet": _("not heard for {minutes} min"),
        "state_quiet_now": _("not heard just now"),
        "minutes": _("{minutes} min"),
        "under_minute": _("under 1 min"),
        "remove_who": _("Take out of the room: {name}"),
        "remove_sure": _("Press again: {name} must join anew"),
        "assignments_title": _("Assignments"),
        "assignment": _("Assignment"),
        "planned": _("planned"),
        "open": _("open"),
        "closed": _("closed"),
        "do_open": _("Open"),
        "do_close": _("Close"),
        "open_it": _("Open the assignment: {title}"),
        "close_it": _("Close the assignment: {title}"),
        "is_open": _("Open, and everybody is told: {title}"),
        "is_closed": _("Closed, and everybody is told: {title}"),
        "due": _("due {when}"),
        "all_solutions": _("Release all solutions"),
        "all_solutions_of": _("Release all solutions of: {title}"),
        "all_out": _("all solutions are out"),
        "bundles_title": _("Hand-ins through the room"),
        "no_bundles": _("None so far."),
        "bundle": _("{at}: {assignment}, receipt {code}"),
        "bundle_of": _("{at}: {name}, {assignment}, receipt {code}"),
        "bundle_late": _("late"),
        "bundle_duplicate": _("the same bundle again"),
        "bundle_set-aside": _("damaged: kept apart, ask for it again"),
        "collect_hint": _("Mark them: hanoikit class collect, then hanoikit class autograde."),
        "join_title": _("Join with this line"),
        "qr_says": _("QR code of this line"),
        "privacy_title": _("What is told here"),
        "privacy": _(
            "Only people who joined by their own act are here. The room is told their chosen name, the assignment "
            "and question they are at, answered or not, the time, wrong tries in ungraded self-checks, and a call for "
            "help: never an answer, never a mark. All of it is in memory only and ends with the session; no log is "
            "written."
        ),
    }
