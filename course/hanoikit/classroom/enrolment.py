"""The trainees of the roster in nbgrader's gradebook, under their names as nbgrader's pages show them.

>>> enrol(klass)
30

The gradebook is made by the first release; until then there is nothing to write into. Nobody is taken out of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hanoikit.classroom.klass import Class

_LONGEST = 128
"""Characters in a column of nbgrader's."""


def enrol(klass: Class) -> int:
    """Put the trainees into the gradebook or correct their names there; how many rows were written."""
    if not (klass.root / "gradebook.db").is_file():
        return 0
    from sqlalchemy import MetaData, insert, select, update

    from hanoikit.grading.trusted.database import connect, patiently

    wanted = {
        trainee.id: {
            "first_name": (trainee.given_name or ("" if trainee.family_name else trainee.name))[:_LONGEST],
            "last_name": trainee.family_name[:_LONGEST],
            "email": trainee.email[:_LONGEST],
        }
        for trainee in klass.roster
    }
    engine = connect(klass.course.gradebook)

    def once() -> int:
        tables = MetaData()
        tables.reflect(engine, only=["student"])
        student = tables.tables["student"]
        names = ("first_name", "last_name", "email")
        written = 0
        with engine.begin() as connection:
            rows = connection.execute(select(student.c.id, *(student.c[name] for name in names)))
            known = {row.id: {name: getattr(row, name) or "" for name in names} for row in rows}
            for id, values in wanted.items():
                if id not in known:
                    connection.execute(insert(student).values(id=id, **values))
                elif known[id] != values:
                    connection.execute(update(student).where(student.c.id == id).values(**values))
                else:
                    continue
                written += 1
        return written

    try:
        return int(patiently(once))
    finally:
        engine.dispose()
