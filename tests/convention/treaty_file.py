"""A status file as the UN Treaty Collection writes it: the same elements, in ISO 8859-1, with escaped footnotes.

The order and names of the elements, the letters after the dates, the tab inside a date and the escaped tags are those
of the depositary's own files (chapters VI, XVIII and XXVII); the participants of a test are the test's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

TITLE = (
    "United Nations Convention against Cybercrime; Strengthening International Cooperation for Combating Certain "
    "Crimes Committed by Means of Information and Communications Technology Systems and for the Sharing of Evidence in "
    "Electronic Form of Serious Crimes"
)
EIF = 'in accordance with article 65(1) which reads as follows: "This Convention shall enter into force".'
COLUMN = "Acceptance(A), Ratification, Approval(AA), Accession(a)"
ROWS = (
    ("Algeria", "25 Oct 2025", ""),
    ("Côte d'Ivoire<superscript>1</superscript>", "25 Oct\t 2025 ", ""),
    ("European Union", "25 Oct 2025", " 7 Jan 2026 A"),
    ("Iran (Islamic Republic of)", "25 Oct 2025", ""),
    ("Mauritius", "19 Nov 2025", ""),
    ("Qatar", "25 Oct 2025", "12 Feb 2026 "),
    ("Switzerland", "", " 3 Mar 2026 a"),
    ("Viet Nam", "25 Oct 2025", " 9 Apr 2026 AA"),
)


def status_file(
    rows: Sequence[Sequence[str]] = ROWS,
    *,
    chapter: str = "CHAPTER XVIII",
    number: str = "16",
    title: str = TITLE,
    eif: str = EIF,
    columns: Sequence[str] = ("Participant", "Signature", COLUMN),
    signatories: int | None = None,
    parties: int | None = None,
    encoding: str = "ISO-8859-1",
    before: str = "",
) -> bytes:
    """The file as bytes. Cells are given as a reader gets them; tags in them are escaped, as in the original."""
    signed = sum(bool(row[1].strip()) for row in rows) if signatories is None else signatories
    joined = sum(bool(row[2].strip()) for row in rows if len(row) > 2) if parties is None else parties
    head = "".join(f"<Entry>{escape(name, quote=False)}</Entry>" for name in columns)
    body = "".join(
        "<Row>" + "".join(f"<Entry>{escape(cell, quote=False)}</Entry>" for cell in row) + "</Row>"
        for row in rows
    )
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>{before}<Document><Treaty><Template>mtdsg</Template>'
        f"<Header><Chapter><Header>{chapter}</Header><Name>PENAL MATTERS</Name></Chapter>"
        f"<ExternalData><Numsect>{number}</Numsect><Titlesect>{escape(title, quote=False)}</Titlesect>"
        f"<Conclusion>New York, 24 December 2024</Conclusion>"
        f"<EIF><Label>Entry into force</Label><Labeltext>{escape(eif, quote=False)}</Labeltext></EIF>"
        f"<Status><Label>Status</Label><SignatoriesLabel>Signatories</SignatoriesLabel><Signatories>{signed}"
        f"</Signatories><PartiesLabel>Parties</PartiesLabel><Parties>{joined}</Parties></Status>"
        "<TreatyNote><Text>The Convention was adopted on 24 December 2024.</Text></TreatyNote></ExternalData></Header>"
        f"<Participants><Table><TGroup><Thead><Row>{head}</Row></Thead><Tbody><Rows>{body}</Rows></Tbody></TGroup></Table>"
        "</Participants><EndNotes><Text>1. A note.</Text></EndNotes></Treaty></Document>"
    )
    return text.encode(encoding)
