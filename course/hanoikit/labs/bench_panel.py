"""The evidence bench as a lab: eight steps from the image to a package that others accept.

>>> bench = evidence_bench(case, into="work")
>>> bench                              # in a notebook: the panel
>>> bench.press("image", "check")      # the same as the button, for a line of code

The work itself is ``hanoikit.labs.workbench``; this module only shows it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hanoikit.errors import HanoiKitError, UsageError
from hanoikit.i18n import _, ngettext
from hanoikit.labs.html import Markup, bullets, code, join, sentence, strong, table
from hanoikit.labs.panel import Button, Field, Result, Step, Values, panel, refusal
from hanoikit.labs.showing import show_in
from hanoikit.labs.timeline import custody_timeline, utc
from hanoikit.labs.workbench import Workbench
from hanoikit.labs.zones import zone_options

if TYPE_CHECKING:
    from hanoikit.casework import Case
    from hanoikit.evidence.validators import Verdict


def evidence_bench(case: Case, *, into: Path | str = "work", clock: Any = None) -> Any:
    """The bench for ``case``; its work is kept in the folder ``into``.

    Returns a widget with the panel and, below it, the timeline of the custody log.
    ``bench.press(step, action, **values)`` does what a button does.
    """
    bench = Workbench(case, into, clock=clock) if clock else Workbench(case, into)
    return _BenchView(bench).widget()


class _BenchView:
    def __init__(self, bench: Workbench) -> None:
        self.bench = bench
        self.zone = "UTC"
        self.picture: Any = None

    def widget(self) -> Any:
        import ipywidgets

        steps = [
            self._image(),
            self._files(),
            self._recover(),
            self._log(),
            self._seal(),
            self._stamp(),
            self._pack(),
            self._others(),
        ]
        self.panel = panel(
            _("Evidence bench: exhibit {number}").format(number=self.bench.exhibit), steps, after=self._after
        )
        self.picture = ipywidgets.Output()
        box = ipywidgets.VBox([self.panel, self.picture])
        box.press = self.panel.press
        box.bench = self.bench
        self._draw()
        return box

    # 1

    def _image(self) -> Step:
        return Step(
            "image",
            _("1. Check the image"),
            sentence(
                _(
                    "Reads all bytes of {file}, computes the hashes again, and compares them "
                    "with those that the file stores."
                ).format(file="usb.E01")
            ),
            buttons=[Button("check", _("Check the image"))],
            run=self._check_image,
        )

    def _check_image(self, values: Values) -> Result:
        check = self.bench.check_image()
        rows = [
            (
                name.upper(),
                code(check.stored[name]) if name in check.stored else _("not stored in the file"),
                code(digest),
                self._verdict(check.stored.get(name), digest),
            )
            for name, digest in check.computed.items()
        ]
        headers = [(name.replace("_", " "), text) for name, text in check.headers.items()]
        said = (
            _("The image is whole: {size} bytes agree with the stored hashes.").format(size=f"{check.size:,}")
            if check.whole
            else _("The image is not whole. Do not use it.")
        )
        return Result(
            join(
                sentence(strong(said)),
                bullets(str(finding) for finding in check.findings),
                table(
                    _("Hashes of the medium"),
                    (_("Algorithm"), _("Stored in the E01"), _("Computed now"), _("Result")),
                    rows,
                ),
                table(
                    _("What the E01 says about itself (nobody signed this)"), (_("Field"), _("Text")), headers
                ),
            ),
            say=said,
            ok=check.whole,
        )

    def _verdict(self, stored: str | None, computed: str) -> Markup:
        if stored is None:
            return strong(_("write it into the log"))
        return strong(_("equal")) if stored == computed else strong(_("DIFFERENT"))

    # 2

    def _files(self) -> Step:
        return Step(
            "files",
            _("2. List the files"),
            sentence(
                _(
                    "The stick stores local times without a zone. Choose the zone of the clock "
                    "that wrote it; read the briefing."
                )
            ),
            fields=[Field("zone", "select", _("The stick was written in the zone"), zone_options(), "UTC")],
            buttons=[Button("list", _("List the files"))],
            run=self._list_files,
        )

    def _list_files(self, values: Values) -> Result:
        self.zone = values["zone"]
        entries = self.bench.files(self.zone)
        rows = [
            (
                code(entry.path),
                strong(_("deleted")) if entry.deleted else _("present"),
                f"{entry.size:,}",
                f"{entry.modified.stored:%Y-%m-%d %H:%M:%S}" if entry.modified else "–",
                utc(entry.modified.instant) if entry.modified else "–",
                entry.inode,
            )
            for entry in entries
        ]
        deleted = sum(entry.deleted for entry in entries)
        said = ngettext(
            "{count} file, {deleted} of them deleted.",
            "{count} files, {deleted} of them deleted.",
            len(entries),
        ).format(count=len(entries), deleted=deleted)
        head = (
            _("File"),
            _("State"),
            _("Bytes"),
            _("Stored time"),
            _("As UTC, if written in {zone}").format(zone=self.zone),
            _("Number"),
        )
        return Result(join(sentence(said), table(_("Files on the stick"), head, rows)), say=said)

    # 3

    def _recover(self) -> Step:
        return Step(
            "recover",
            _("3. Recover a deleted file"),
            sentence(
                _("Choose a file. The bench says how many bytes are still there, and whose they are now.")
            ),
            refresh=self._recoverable,
            buttons=[Button("recover", _("Recover the file"))],
            run=self._run_recover,
        )

    def _recoverable(self) -> list[Field]:
        try:
            entries = [entry for entry in self.bench.files(self.zone) if entry.deleted]
        except Exception:  # a damaged image: step 1 explains it
            entries = []
        options = tuple((str(entry.inode), f"{entry.name} ({entry.size:,} bytes)") for entry in entries)
        return [Field("inode", "select", _("Deleted file"), options, options[0][0] if options else "")]

    def _run_recover(self, values: Values) -> Result:
        if not values["inode"]:
            return Result(
                sentence(_("No deleted file can be read from this image.")),
                say=_("Nothing to recover."),
                ok=False,
            )
        path, found = self.bench.recover(int(values["inode"]), self.zone)
        said = _("{have} of {all} bytes of {name} recovered.").format(
            have=f"{found.size_recovered:,}", all=f"{found.size_recorded:,}", name=found.entry.name
        )
        rows = [
            (f"{gap.offset:,} – {gap.offset + gap.size - 1:,}", f"{gap.size:,}", gap.owner)
            for gap in found.gaps
        ]
        lost = (
            table(_("Parts that other files took"), (_("Bytes"), _("How many"), _("Now belong to")), rows)
            if rows
            else Markup("")
        )
        return Result(
            join(
                sentence(strong(said)),
                sentence(found.note),
                lost,
                sentence(_("SHA-256:"), code(found.sha256)),
                sentence(_("Kept as"), code(path)),
                _preview(found.data),
            ),
            say=said,
        )

    # 4

    def _log(self) -> Step:
        return Step(
            "log",
            _("4. Read your custody log"),
            sentence(_("Every step above wrote a signed entry. Check that your log holds.")),
            buttons=[Button("check", _("Check my log"))],
            run=self._check_log,
        )

    def _check_log(self, values: Values) -> Result:
        log = self.bench.log()
        findings = self.bench.check_log()
        view = custody_timeline(log)
        said = _("Your log holds.") if not findings else _("Your log does not hold.")
        head = log.head
        return Result(
            join(
                sentence(strong(said), view.sentence),
                bullets(str(finding) for finding in findings),
                view.table(_("Your custody log")),
                sentence(_("The last hash is"), code(head.hash), _("Give it to somebody else today.")),
            ),
            say=said,
            ok=not findings,
        )

    # 5

    def _seal(self) -> Step:
        return Step(
            "seal",
            _("5. Seal, and show one file"),
            sentence(_("One hash over all files. Then choose one file and see what its receiver gets.")),
            refresh=self._sealable,
            buttons=[Button("seal", _("Seal everything")), Button("show", _("Show one file"))],
            run=self._run_seal,
        )

    def _sealable(self) -> list[Field]:
        options = tuple((name, name) for name in self.bench.available())
        return [Field("name", "select", _("File to show"), options, options[-1][0])]

    def _run_seal(self, values: Values) -> Result:
        if values["action"] == "show":
            shown = self.bench.disclose(values["name"])
            said = _("The receiver can check {name} and sees no other file.").format(name=shown.name)
            rows = [
                (_("the file itself"), code(Path(shown.name).name)),
                (_("the root, signed"), code(shown.root)),
                (_("hashes of neighbours"), shown.proof_hashes),
                (_("its place, and how many files there are"), f"{shown.index + 1} / {shown.tree_size}"),
                (_("names of the other files"), _("not shown")),
            ]
            return Result(
                join(sentence(strong(said)), table(_("What the receiver gets"), (_("Part"), _("Content")), rows),
                     sentence(_("Kept in"), code(shown.folder))),
                say=said,
            )  # fmt: skip
        made = self.bench.seal()
        said = ngettext("{count} file sealed.", "{count} files sealed.", made.size).format(count=made.size)
        sealed: list[tuple[object, ...]] = [
            (leaf.name, f"{leaf.size:,}" if leaf.size is not None else "–", code(leaf.sha256))
            for leaf in made.leaves
        ]
        return Result(
            join(
                sentence(strong(said), _("Root:"), code(made.root)),
                table(_("Sealed files"), (_("File"), _("Bytes"), "SHA-256"), sealed),
            ),
            say=said,
        )

    # 6

    def _stamp(self) -> Step:
        return Step(
            "stamp",
            _("6. Have the seal timestamped"),
            sentence(_("The timestamp authority gets the hash of the seal, not the files.")),
            buttons=[Button("stamp", _("Ask for a timestamp"))],
            run=self._run_stamp,
        )

    def _run_stamp(self, values: Values) -> Result:
        info = self.bench.stamp()
        said = _("The seal existed not later than {time}.").format(time=utc(info.gen_time))
        rows = [
            (_("genTime"), utc(info.gen_time)),
            (_("Authority"), info.authority),
            (_("Hash in the token"), code(info.digest)),
            (_("Serial number"), code(info.serial_number)),
        ]
        return Result(
            join(sentence(strong(said)), table(_("The token"), (_("Field"), _("Value")), rows)), say=said
        )

    # 7

    def _pack(self) -> Step:
        return Step(
            "pack",
            _("7. Make the package"),
            sentence(
                _(
                    "Choose what travels. Log, seal, timestamp, description and printable form are added by themselves."
                )
            ),
            refresh=self._packable,
            buttons=[Button("pack", _("Make the package"))],
            run=self._run_pack,
        )

    def _packable(self) -> list[Field]:
        names = list(self.bench.available())
        return [
            Field(
                "files",
                "checks",
                _("Files in the package"),
                tuple((name, name) for name in names),
                ["usb.E01"],
            ),
            Field(
                "receiver",
                "text",
                _("For whom"),
                value="",
                hint=_("For example: the prosecutor's office in Fjordholm"),
            ),
        ]

    def _run_pack(self, values: Values) -> Result:
        available = self.bench.available()
        if unknown := [name for name in values["files"] if name not in available]:
            raise UsageError(
                _("{name} is not on the bench.").format(name=unknown[0]),
                next_step=_("Choose from: {names}.").format(names=", ".join(available)),
            )
        chosen = {name: available[name] for name in values["files"]}
        made = self.bench.pack(chosen, receiver=values.get("receiver", "").strip())
        said = ngettext(
            "Package made with {count} file.", "Package made with {count} files.", len(made.files)
        ).format(count=len(made.files))
        return Result(
            join(
                sentence(strong(said), _("It is in"), code(made.folder)),
                bullets(made.files),
                bullets(str(finding) for finding in made.warnings),
                sentence(_("The printable custody form is"), code(self.bench.folder / "custody-form.pdf")),
            ),
            say=said,
        )

    # 8

    def _others(self) -> Step:
        return Step(
            "others",
            _("8. Let others check"),
            sentence(
                _("Four programs that we did not write read your package. This takes about ten seconds.")
            ),
            buttons=[Button("ask", _("Ask the other programs"))],
            run=self._ask_others,
        )

    def _ask_others(self, values: Values) -> Result:
        verdicts = self.bench.ask_others()
        rows = [
            (
                f"{verdict.program} {verdict.version}".strip(),
                strong(_word(verdict)),
                code(verdict.command),
                "" if verdict.accepted else code(verdict.output[:600]),
            )
            for verdict in verdicts
        ]
        good = all(verdict.accepted for verdict in verdicts)
        said = _("All accept the package.") if good else _("Not all accept the package.")
        if not any(verdict.program in {"icat", "pytsk3"} for verdict in verdicts):
            said += " " + _(
                "The image and a file that was recovered whole are not both in it, so the Sleuth Kit had "
                "nothing to confirm."
            )
        return Result(
            join(
                sentence(strong(said)),
                table(
                    _("What other programs say"),
                    (_("Program"), _("Verdict"), _("Command"), _("Output")),
                    rows,
                ),
            ),
            say=said,
            ok=good,
        )

    # the timeline under the panel

    def _after(self, step: str) -> None:
        if self.picture is not None:
            self._draw()

    def _draw(self) -> None:
        if not self.bench.log_path.exists():
            return
        try:
            view = custody_timeline(self.bench.log())
        except HanoiKitError as error:
            show_in(self.picture, refusal(error).html)
            return
        title = _("Your custody log as a timeline")
        figure = view.figure()
        figure.update_layout(title=title)
        show_in(self.picture, sentence(strong(f"{title}."), view.sentence), figure)


def _word(verdict: Verdict) -> str:
    if verdict.accepted:
        return _("accepts")
    return _("REJECTS") if verdict.version else _("DID NOT RUN")


def _preview(data: bytes) -> Markup:
    """The first readable lines of a recovered file."""
    text = data.lstrip(b"\0")[:600].decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if line.strip() and line.isprintable()][:5]
    return (
        join(sentence(_("Its first readable lines:")), bullets(code(line) for line in lines))
        if lines
        else Markup("")
    )
