"""Lists of people as offices send them: CSV in any delimiter and encoding that Excel writes, and XLSX.

>>> table = read_table(Path("list.csv"))
>>> table.rows[0].values
{'family_name': 'Nguyễn', 'given_name': 'An', 'email': 'an@police.example'}

Heads are known in many spellings and languages; a column that is not known is kept under its own name.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from hanoikit.errors import ClassroomError, Finding
from hanoikit.i18n import _

NAME = "name"
"""A whole name in one column, as its people write it."""

_SPELLINGS: Mapping[str, str] = {
    "id": "id ids userid username user login loginname account traineeid trainee studentid student badge badgeno "
    "badgenumber number no nr servicenumber staffid personalid matricule matrícula matricula personalnummer "
    "kennung benutzername identifiant usuario tunnus mã mãsố mahv 学号 学籍番号 编号 编码 编号id الرقم номер табельный "
    "табельныйномер логин",
    "family_name": "familyname family surname lastname last nom nomdefamille nachname familienname apellido "
    "apellidos sobrenome apelido cognome sukunimi efternavn efternamn nazwisko soyad soyadı prezime фамилия "
    "прізвище họ hovatendem họvàtênđệm họvàtênlót họđệm 姓 姓氏 성 اللقب اسمالعائلة العائلة الكنية שםמשפחה",
    "given_name": "givenname givennames given firstname first forename forenames prénom prenom prénoms vorname "
    "nombre nombres nome nomepróprio etunimi fornavn förnamn imię imie ad adı ime имя имяотчество ім'я імя "
    "tên ten 名 名字 이름 الاسمالأول الاسم שםפרטי",
    NAME: "name fullname names wholename nomcomplet nometprénom nomprénom nombrecompleto nomecompleto vollername "
    "kokonimi nimi participant officer фио фіо họvàtên họtên hovaten 姓名 氏名 全名 성명 الاسمالكامل שם displayname",
    "email": "email emails mail emailaddress mailaddress courriel adressemail adresseemail correo "
    "correoelectrónico correoelectronico emailadresse sähköposti почта электроннаяпочта эпошта thư thưđiệntử "
    "邮箱 电子邮件 邮件 メール 이메일 البريد البريدالإلكتروني דואל",
    "group": "group groups team unit section class table groupe équipe gruppe einheit grupo equipo unidad unidade "
    "ryhmä группа отдел nhóm tổ đơnvị 组 小组 班级 部门 グループ 그룹 المجموعة الفريق الوحدة קבוצה",
    "note": "note notes comment comments remark remarks observation observations bemerkung bemerkungen nota notas "
    "комментарий примечание ghichú 备注 備考 비고 ملاحظة ملاحظات הערה",
}
_HEADS = {word: name for name, words in _SPELLINGS.items() for word in words.split()}
_LOOK = 15
"""A list may have titles above its heads: so many rows are looked at."""
_ROWS = 5000
_BYTES = 20 * 1024 * 1024
# Marks that turn text round or stand for nothing. Joiners (U+200C, U+200D) belong to names and to emoji.
_INVISIBLE = dict.fromkeys(
    [0x200B, 0x200E, 0x200F, 0xFEFF, 0xAD, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: ``values`` by the kit's names of columns, empty ones left out."""

    place: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A list that was read, with what was noticed on the way."""

    path: Path
    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


def read_table(path: Path, *, encoding: str | None = None) -> Table:
    """Read a list of people; raises :class:`ClassroomError` when it cannot be read as one.

    ``encoding`` is for old CSV files (``cp1258``); Unicode is found out, with or without a byte order mark.
    """
    if path.is_dir():
        raise _refused(
            path, _("This is a folder, not a list."), _("Name the list in it: an .xlsx or .csv file.")
        )
    try:
        if path.stat().st_size > _BYTES:
            raise _refused(path, _("The file is too large for a list of people."), "")
        data = path.read_bytes()
    except OSError as error:
        raise ClassroomError(
            _("The list cannot be read: {reason}.").format(reason=error.strerror or error),
            where=str(path),
            next_step=_("Check the file's name; drag the file into this window to have it written for you."),
        ) from error
    findings: list[Finding] = []
    if data[:4] == b"PK\x03\x04":
        cells, first = _from_xlsx(path, data, findings)
    elif data[:4] == b"\xd0\xcf\x11\xe0":
        raise _refused(
            path,
            _("This is a workbook of an old kind, or one with a password."),
            _(
                "Open it in the spreadsheet program and save it as 'Excel workbook (.xlsx)', without a password."
            ),
        )
    else:
        cells, first = _from_csv(path, data, encoding, findings)
    return _table(path, cells, first, findings)


def _refused(path: Path, what: str, next_step: str, findings: Sequence[Finding] = ()) -> ClassroomError:
    return ClassroomError(what, where=str(path), next_step=next_step or None, findings=findings)


# CSV


def _from_csv(
    path: Path, data: bytes, encoding: str | None, findings: list[Finding]
) -> tuple[list[list[str]], int]:
    if data[:4] == b"%PDF" or data[:5] == b"{\\rtf":
        raise _refused(
            path,
            _("This is a document, not a list."),
            _("Save the list as CSV UTF-8 or as an Excel workbook (.xlsx)."),
        )
    text = _decoded(path, data, encoding, findings)
    if "\0" in text:
        raise _refused(
            path, _("This is no text file."), _("Save the list as CSV UTF-8 or as an Excel workbook (.xlsx).")
        )
    first = 1
    # Excel's own way of saying the delimiter.
    said = re.match(r'"?sep=(.)"?\r?\n', text, re.IGNORECASE)
    if said:
        text, first = text[said.end() :], 2
    delimiter = said[1] if said else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return list(islice(reader, _ROWS + _LOOK)), first
    except csv.Error as error:
        raise _refused(
            path,
            _("The list is not well formed: {reason}.").format(reason=error),
            _("Open it in a spreadsheet program and save it as CSV UTF-8 again."),
        ) from error


def _decoded(path: Path, data: bytes, encoding: str | None, findings: list[Finding]) -> str:
    try:
        if encoding is not None:
            return data.decode(encoding).removeprefix("\ufeff")
        if data[:3] == b"\xef\xbb\xbf":
            return data[3:].decode("utf-8")
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16")
        # Text without a mark: every other byte of Latin letters, digits and delimiters is zero in UTF-16.
        head = data[:2000]
        if head[1::2].count(0) > len(head) // 8:
            return data.decode("utf-16-le")
        if head[::2].count(0) > len(head) // 8:
            return data.decode("utf-16-be")
        return data.decode("utf-8")
    except LookupError as error:
        raise _refused(
            path,
            _("There is no encoding {name}.").format(name=encoding),
            _("Leave --encoding out, or write for example cp1258, cp1251, cp1256 or gb18030."),
        ) from error
    except UnicodeDecodeError as error:
        if encoding is not None or data[:3] == b"\xef\xbb\xbf" or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise _refused(
                path,
                _("The letters of the file are damaged."),
                _("Save the list again, as CSV UTF-8 or as an Excel workbook (.xlsx)."),
            ) from error
    findings.append(
        Finding(
            "encoding",
            _(
                "The file does not say how its letters are written; it was read as Western European. If a name "
                "looks wrong, save the list as 'CSV UTF-8' and read it again, or name the encoding: "
                "--encoding cp1258 (Vietnamese), cp1251 (Cyrillic), cp1256 (Arabic), gb18030 (Chinese)."
            ),
            path.name,
            severity="warning",
        )
    )
    return data.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """The delimiter that gives the most columns in the rows that are most alike."""

    def score(delimiter: str) -> tuple[int, int]:
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            widths = [len(row) for row in islice(reader, 30) if row]
        except csv.Error:
            return (0, 0)
        known = 0
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for row in islice(reader, _LOOK):
            known = max(known, len({head for value in row if (head := _head(value))}))
        common = max(set(widths), key=widths.count) if widths else 1
        return (known, widths.count(common) * (common > 1))

    return max((",", ";", "\t", "|"), key=score)


# XLSX


def _from_xlsx(path: Path, data: bytes, findings: list[Finding]) -> tuple[list[list[str]], int]:
    import warnings
    import zipfile

    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(item.file_size for item in packed.infolist()) > 20 * _BYTES:
                raise _refused(path, _("The workbook is too large for a list of people."), "")
            if "mimetype" in packed.namelist():
                raise _refused(
                    path,
                    _("This is no Excel workbook."),
                    _("Save the list as 'Excel workbook (.xlsx)' or as CSV UTF-8."),
                )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        try:
            tables = []
            for sheet in book.worksheets:
                # Some programs write a wrong size into the sheet.
                sheet.reset_dimensions()
                found = islice(sheet.iter_rows(values_only=True), _ROWS + _LOOK)
                rows = [[_text(value) for value in row] for row in found]
                tables.append((sheet.title, rows))
        finally:
            book.close()
    except ClassroomError:
        raise
    except Exception as error:  # openpyxl raises whatever its parser stumbles over
        raise _refused(
            path,
            _("The workbook cannot be read."),
            _("Open it in the spreadsheet program and save it as 'Excel workbook (.xlsx)' again."),
        ) from error
    # The sheet whose heads are known best; the first of equals.
    title, rows = max(tables, key=lambda one: _best_head(one[1])[1], default=("", []))
    if len([one for one in tables if any(any(row) for row in one[1])]) > 1:
        findings.append(
            Finding(
                "sheets",
                _("The workbook has several sheets; '{title}' was read.").format(title=title),
                path.name,
                severity="note",
            )
        )
    return rows, 1


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)


# heads and rows


def _head(value: str) -> str:
    """The kit's name for a column's head, or nothing."""
    return _HEADS_FOLDED.get(_folded(value), "")


def _folded(value: str) -> str:
    """A head as it is compared: letters and digits alone."""
    text = unicodedata.normalize("NFC", value.translate(_INVISIBLE)).casefold()
    return "".join(c for c in text if c.isalnum() or unicodedata.category(c) == "Mn")


_HEADS_FOLDED = {
    "".join(
        c
        for c in unicodedata.normalize("NFC", word).casefold()
        if c.isalnum() or unicodedata.category(c) == "Mn"
    ): name
    for word, name in _HEADS.items()
}


def _best_head(cells: Sequence[Sequence[str]]) -> tuple[int, int]:
    """The row that has the most known heads, and how many."""
    counts = [len({head for value in row if (head := _head(value))}) for row in cells[:_LOOK]]
    best = max(counts, default=0)
    return (counts.index(best) if best else 0), best


def _table(path: Path, cells: Sequence[Sequence[str]], first: int, findings: list[Finding]) -> Table:
    filled = [number for number, row in enumerate(cells) if any(value.strip() for value in row)]
    if not filled:
        raise _refused(path, _("The list is empty."), _("Save the list of trainees again."))
    place, known = _best_head(cells)
    if known:
        heads = cells[place]
    elif max(len([value for value in cells[number] if value.strip()]) for number in filled) == 1:
        # One name on each line is a list as well.
        place, heads = -1, [NAME] * max(len(row) for row in cells)
    else:
        raise _refused(
            path,
            _("No column is known. The heads of the first row are: {heads}.").format(
                heads=", ".join(value.strip() or "''" for value in cells[filled[0]][:8])
            ),
            _("Give the columns the heads: id, family name, given name, email, group, note."),
        )
    columns = _columns(heads, len(max(cells, key=len)), path, findings)
    if not {"id", NAME, "family_name", "given_name", "email"} & set(columns):
        raise _refused(
            path,
            _("No column has names or ids."),
            _("Give the columns the heads: id, family name, given name, email, group, note."),
        )
    if len(cells) > _ROWS:
        raise _refused(path, _("The list has more than {count} rows.").format(count=_ROWS), "")
    rows = []
    for number in filled:
        if number <= place:
            continue
        where = _("row {number}").format(number=number + first)
        values = _values(columns, cells[number], where, findings)
        if values:
            rows.append(Row(where, values))
    if not rows:
        raise _refused(path, _("The list has heads but nobody on it."), _("Save the list of trainees again."))
    columns, rows = _as_meant(columns, rows, heads, path, findings)
    rows = _people(rows, findings)
    if not rows:
        raise _refused(path, _("The list has heads but nobody on it."), _("Save the list of trainees again."))
    return Table(path, tuple(rows), tuple(dict.fromkeys(name for name in columns if name)), tuple(findings))


def _columns(heads: Sequence[str], width: int, path: Path, findings: list[Finding]) -> list[str]:
    columns: list[str] = []
    for number in range(width):
        said = " ".join(heads[number].translate(_INVISIBLE).split()) if number < len(heads) else ""
        name = _head(said)
        if name and name in columns and not (name == NAME and set(heads) == {NAME}):
            findings.append(
                Finding(
                    "same-head",
                    _("Two columns say '{name}'; the second is kept as it is.").format(name=said),
                    path.name,
                    severity="warning",
                )
            )
            name = f"{said} 2"
        columns.append(name or _unformula(said))
    return columns


def _as_meant(
    columns: list[str], rows: list[Row], heads: Sequence[str], path: Path, findings: list[Finding]
) -> tuple[list[str], list[Row]]:
    """The columns by what stands in them, where a head alone says too little."""
    meant: dict[str, str] = {}
    if NAME in columns and "family_name" not in columns:
        place = columns.index(NAME)
        beside = columns[place + 1] if place + 1 < len(columns) else None
        given = "given_name"
        # A head over two columns, "Họ và tên": a spreadsheet writes it into the first of them only.
        if given not in columns and beside == "" and _folded(heads[place]) in _OVER_TWO:
            unnamed = _("column {number}").format(number=place + 2)
            if sum(unnamed in row.values for row in rows) * 2 > len(rows):
                meant[unnamed] = given
                columns = [*columns[: place + 1], given, *columns[place + 2 :]]
        said = [row.values for row in rows if NAME in row.values]
        said = [{meant.get(name, name): value for name, value in values.items()} for values in said]
        both = [values for values in said if given in values]
        # "Name;Vorname": the name is the family's, unless it has the given name in it.
        whole = sum(values[given].casefold() in values[NAME].casefold() for values in both)
        if both and whole * 2 <= len(both):
            meant[NAME] = "family_name"
    if "id" in columns:
        place = columns.index("id")
        named = {NAME, "family_name", "given_name"}
        numbers = [row.values["id"] for row in rows if "id" in row.values and named & set(row.values)]
        # The kit's own ids are not such numbers, and a list numbered anew would make one person of two.
        counted = [str(number + 1) for number in range(len(numbers))]
        if _folded(heads[place]) in _COUNTS and numbers and numbers == counted:
            meant["id"] = heads[place].strip()
            findings.append(
                Finding(
                    "counted",
                    _("The column '{name}' numbers the rows; it was not taken for ids.").format(
                        name=meant["id"]
                    ),
                    path.name,
                    severity="note",
                )
            )
    if not meant:
        return columns, rows
    return [meant.get(name, name) for name in columns], [
        Row(row.place, {meant.get(name, name): value for name, value in row.values.items()}) for row in rows
    ]


_OVER_TWO = frozenset({"họvàtên", "họtên", "hovaten"})
_COUNTS = frozenset({"no", "nr", "number", "номер", "编号", "الرقم"})


def _people(rows: Sequence[Row], findings: list[Finding]) -> list[Row]:
    """The rows that say somebody: a line with a sum or a signature below the list is nobody."""
    people = []
    for row in rows:
        if {"id", NAME, "family_name", "given_name", "email"} & set(row.values):
            people.append(row)
            continue
        findings.append(
            Finding(
                "nobody",
                _("There is no name, id or email in it: '{text}'. It was left out.").format(
                    text=" ".join(row.values.values())[:60]
                ),
                row.place,
                severity="note",
            )
        )
    return people


def _values(
    columns: Sequence[str], row: Sequence[str], where: str, findings: list[Finding]
) -> dict[str, str]:
    values: dict[str, str] = {}
    for number, value in enumerate(row):
        text = unicodedata.normalize("NFC", value.translate(_INVISIBLE)).strip()
        if not text:
            continue
        if re.search(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]", text):
            findings.append(
                Finding(
                    "line-break",
                    _("There is a line break in '{text}'. It was read as a space.").format(
                        text=" ".join(text.split())[:60]
                    )
                    if "name" not in columns[number]
                    else _("A name cannot have a line break: '{text}'. Is a quotation mark missing?").format(
                        text=" ".join(text.split())[:60]
                    ),
                    where,
                    severity="error" if "name" in columns[number] else "warning",
                )
            )
        text = "".join(c for c in " ".join(text.split()) if unicodedata.category(c) != "Cc")
        name = columns[number] or _("column {number}").format(number=number + 1)
        values[name] = _unformula(text)[:1000]
    return values


def _unformula(text: str) -> str:
    """The text without the mark that keeps a spreadsheet from running it."""
    return text[1:] if text[:1] == "'" and text[1:2] in {"=", "+", "-", "@"} else text
