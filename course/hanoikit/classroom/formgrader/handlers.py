"""nbgrader's marking pages with the kit's template, and with the names taken out.

Jupyter loads them before nbgrader's own, so they answer first; what is not changed here stays nbgrader's. The
page may only run the scripts of its own server (Content-Security-Policy), because it shows what trainees wrote.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader
from jupyter_server.utils import url_path_join
from nbconvert.exporters import HTMLExporter
from nbgrader.api import MissingEntry
from nbgrader.server_extensions import formgrader as theirs
from nbgrader.server_extensions.formgrader import apihandlers, handlers
from nbgrader.server_extensions.formgrader.base import BaseHandler, check_notebook_dir, check_xsrf
from tornado import web
from traitlets.config import Config

from hanoikit.classroom.formgrader import names
from hanoikit.classroom.formgrader.running import NAMES
from hanoikit.grading import cells
from hanoikit.i18n import _, language

_HERE = Path(__file__).parent
_RUBRIC = re.compile(
    r"^[^\n]*BEGIN MARK SCHEME[^\n]*\n(.*?)^[^\n]*END MARK SCHEME[^\n]*$", re.MULTILINE | re.DOTALL
)
_STEP = r"(?:next|prev)(?:_incorrect)?"
_POLICY = (
    # Scripts by their folders: this server also gives out what trainees handed in, and that may be a program.
    "default-src 'none'; script-src {root}/formgrader/static/ {root}/formgrader/hanoikit/mathjax/ 'nonce-{nonce}'; "
    "connect-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


def words() -> dict[str, str]:
    """The words of the pages, in the language of the moment."""
    return {
        "navigation": _("Hand-ins"),
        "previous": _("Previous"),
        "next": _("Next"),
        "before": _("before this one"),
        "after": _("after this one"),
        "marking": _("Marking"),
        "anonymous": _("names are hidden"),
        "rubric": _("Marking scheme"),
        "model": _("The author's own answer"),
        "help": _("Keys"),
        "key_next": _("next field"),
        "key_back": _("back"),
        "key_save": _("save"),
        "key_return": _("back into the field"),
        "key_following": _("next hand-in"),
        "key_previous": _("previous hand-in"),
        "key_flag": _("flag it"),
        "why": _("Names are hidden while you mark."),
        "hidden": _(
            "This page would show names, and names are hidden while you mark. To see them, close this and run: "
            "hanoikit class formgrader --names"
        ),
    }


class Anonymous(BaseHandler):  # type: ignore[misc]
    """What makes one of nbgrader's handlers nameless: its pages, and its answers as JSON."""

    def render(self, name: str, **values: Any) -> Any:
        template = self.settings["hanoikit_formgrader_pages"].get_template(name)
        page = str(template.render(words=words(), **values))
        # nbgrader's pages do not say which language they are in.
        return page.replace("<!doctype html>", f'<!doctype html><html lang="{language()}">', 1)

    def write(self, chunk: Any) -> None:
        if isinstance(chunk, (str, bytes)) and "/formgrader/api/" in self.request.path:
            chunk = names.scrubbed_json(chunk)
        super().write(chunk)


class ToMarking(BaseHandler):  # type: ignore[misc]
    """Formgrader's front page leads to the marking."""

    @web.authenticated
    def get(self, *_parts: str) -> None:
        self.redirect(f"{self.base_url}/formgrader/gradebook")


class Hidden(Anonymous):
    """A page or an answer that is about people."""

    @web.authenticated
    def get(self, *_parts: str) -> None:
        self._refuse()

    @web.authenticated
    def put(self, *_parts: str) -> None:
        self._refuse()

    @web.authenticated
    def post(self, *_parts: str) -> None:
        self._refuse()

    def _refuse(self) -> None:
        self.set_status(403)
        self.finish(self.render("hidden.tpl", base_url=self.base_url))


class Marking(BaseHandler):  # type: ignore[misc]
    """The page on which one hand-in is marked."""

    anonymous = False

    @web.authenticated
    @check_xsrf  # type: ignore[untyped-decorator]
    @check_notebook_dir  # type: ignore[untyped-decorator]
    def get(self, submission_id: str) -> Any:
        try:
            submission = self.gradebook.find_submission_notebook_by_id(submission_id)
        except MissingEntry:
            raise web.HTTPError(404, _("There is no such hand-in.")) from None
        if not self.request.path.endswith("/"):
            query = f"?{self.request.query}" if self.request.query else ""
            return self.redirect(f"{self.request.path}/{query}", permanent=True)
        assignment = submission.assignment.assignment.name
        notebook = submission.notebook.name
        student = submission.student
        place = Path(
            self.coursedir.format_path(self.coursedir.autograded_directory, student.id, assignment)
        ).absolute()
        places = self.api.get_notebook_submission_indices(assignment, notebook)
        index = places.get(submission.id, -1)
        if index < 0 or not (place / f"{notebook}.ipynb").is_file():
            raise web.HTTPError(404, _("This hand-in has not been marked automatically yet."))
        import nbformat

        shown: Any = nbformat.read(place / f"{notebook}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
        people = names.ways_to_write(
            id=student.id,
            first=student.first_name or "",
            last=student.last_name or "",
            email=student.email or "",
        )
        if self.get_argument("index", None) is None:
            return self.redirect(f"{self.request.path}?index={first_to_mark(shown)}")
        if self.anonymous:
            names.hide_in_notebook(shown, people)
        whole = ", ".join(filter(None, [student.last_name, student.first_name])) or student.id
        nonce = secrets.token_urlsafe(16)
        source = Path(self.coursedir.format_path(self.coursedir.source_directory, ".", assignment))
        resources = {
            "assignment_id": assignment,
            "notebook_id": notebook,
            "submission_id": submission.id,
            "index": index,
            "total": len(places),
            "base_url": self.base_url,
            "student": names.anonymous(index) if self.anonymous else whole,
            "anonymous": self.anonymous,
            "rubrics": rubrics(source / f"{notebook}.ipynb"),
            "words": words(),
            "labels": {
                "score": _("Points for {question}"),
                "extra-credit": _("Extra credit for {question}"),
                "comment": _("Comment on {question}"),
            },
            "language": language(),
            "nonce": nonce,
        }
        html, _resources = self.settings["hanoikit_formgrader_exporter"].from_notebook_node(
            shown, resources=resources
        )
        root = f"{self.request.protocol}://{self.request.host}{self.base_url}"
        self.set_header("Content-Security-Policy", _POLICY.format(nonce=nonce, root=root))
        self.set_header("Referrer-Policy", "same-origin")
        return self.write(html)


class AnonymousMarking(Anonymous, Marking):
    """The same, without saying whose it is."""

    anonymous = True


class HandedIn(handlers.SubmissionFilesHandler):  # type: ignore[misc]
    """A file beside a hand-in, shown as a thing: a page that a trainee wrote must not mark itself."""

    def set_extra_headers(self, path: str) -> None:
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'; img-src 'self' data:")
        self.set_header("X-Content-Type-Options", "nosniff")


class MathJax(web.StaticFileHandler):
    """The formulas' program, from this machine."""

    def get_content_type(self) -> str:
        return "text/javascript" if str(self.absolute_path).endswith(".js") else super().get_content_type()


def rubrics(source: Path) -> dict[str, dict[str, str]]:
    """For each answer that a person marks: the marker's rubric and the author's own text, as Markdown."""
    if not source.is_file():
        return {}
    found = {}
    for cell in cells.read_notebook(source)["cells"]:
        if cells.is_written(cell):
            text = cells.source_of(cell)
            rubric = "\n\n".join(match.strip() for match in _RUBRIC.findall(text))
            found[cells.grade_id(cell)] = {"rubric": _lines(rubric), "model": _RUBRIC.sub("", text).strip()}
    return found


def _lines(text: str) -> str:
    """Line by line as the author wrote it; Markdown would run the lines of one paragraph together."""
    made: list[str] = []
    before = None
    for line in text.split("\n"):
        listed = bool(re.match(r"\s*(?:\d+\.|[-*]) ", line))
        if before is not None:
            made.append("\n\n" if listed != before and line.strip() else "\n" if listed else "  \n")
        made.append(line)
        before = listed
    return "".join(made)


def first_to_mark(notebook: Any) -> int:
    """The place of the first answer that a person marks, as nbgrader's page counts its fields."""
    place = 1  # the link to the next hand-in comes first
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade") and (cells.is_written(cell) or about.get("task")):
            return place
        place += 2 * bool(about.get("grade")) + bool(about.get("solution"))
    return 0


def load(server: Any) -> None:
    """Add the pages to a Jupyter server; nbgrader's own come after them."""
    web_app = server.web_app
    anonymous = os.environ.get(NAMES, "") != "shown"
    base = Path(handlers.template_path)
    config = Config()
    config.HTMLExporter.template_name = "hanoikit_formgrade"
    config.HTMLExporter.extra_template_basedirs = [str(_HERE / "templates"), str(base)]
    config.HTMLExporter.extra_template_paths = [str(base)]
    web_app.settings["hanoikit_formgrader_exporter"] = _exporter(config)
    own, other = FileSystemLoader(str(_HERE / "pages")), FileSystemLoader(str(base))
    web_app.settings["hanoikit_formgrader_pages"] = Environment(
        loader=ChoiceLoader([own, other, PrefixLoader({"nbgrader": other})]), autoescape=False
    )
    import jupyter_server_mathjax

    mathjax = Path(jupyter_server_mathjax.__file__).parent / "static"
    rules: list[Any] = [(r"/formgrader/hanoikit/mathjax/(.*)", MathJax, {"path": str(mathjax)})]
    rules.append((rf"/formgrader/submissions/([0-9a-f-]{{16,}}/(?!{_STEP}/?$).+)", HandedIn))
    rules += _nameless() if anonymous else [(r"/formgrader/submissions/([^/]+)/?", Marking)]
    root = web_app.settings["base_url"]
    web_app.add_handlers(".*$", [(url_path_join(root, rule[0]), *rule[1:]) for rule in rules])
    if "nbgrader_formgrader" not in web_app.settings:
        theirs.load_jupyter_server_extension(server)


def _exporter(config: Config) -> Any:
    make: Any = HTMLExporter
    return make(config=config)


def _nameless() -> list[Any]:
    """The rules of anonymous marking, in order: what is marked, and then everything that is about people."""

    def nameless(theirs: type[Any]) -> type[Any]:
        return type(f"Anonymous{theirs.__name__}", (Anonymous, theirs), {})

    api = "/formgrader/api"
    shown: list[tuple[str, type[Any]]] = [
        (r"/formgrader/gradebook/?", handlers.GradebookAssignmentsHandler),
        (r"/formgrader/gradebook/([^/]+)/?", handlers.GradebookNotebooksHandler),
        (r"/formgrader/gradebook/([^/]+)/([^/]+)/?", handlers.GradebookNotebookSubmissionsHandler),
        (rf"{api}/assignments", apihandlers.AssignmentCollectionHandler),
        (rf"{api}/notebooks/([^/]+)", apihandlers.NotebookCollectionHandler),
        (rf"{api}/submitted_notebooks/([^/]+)/([^/]+)", apihandlers.SubmittedNotebookCollectionHandler),
        (rf"{api}/submitted_notebook/([^/]+)/flag", apihandlers.FlagSubmissionHandler),
        (rf"{api}/grades", apihandlers.GradeCollectionHandler),
        (rf"{api}/grade/([^/]+)", apihandlers.GradeHandler),
        (rf"{api}/comments", apihandlers.CommentCollectionHandler),
        (rf"{api}/comment/([^/]+)", apihandlers.CommentHandler),
    ]
    return [
        (r"/formgrader/?", ToMarking),
        (r"/formgrader/manage_assignments/?", ToMarking),
        (r"/formgrader/submissions/([0-9a-f-]{16,})/?", AnonymousMarking),
        *((rule, nameless(handler)) for rule, handler in shown),
        (r"/formgrader/manage_submissions/.*", Hidden),
        (r"/formgrader/manage_students.*", Hidden),
        (rf"{api}/(?:student|submission|student_submission|student_notebook_submission)s?(?:/.*)?", Hidden),
        (rf"{api}/assignment/[^/]+/[^/]+/(?:generate|release)_feedback", Hidden),
    ]
