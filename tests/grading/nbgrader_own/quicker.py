"""What makes nbgrader's own tests quicker and changes nothing that they look at.

Each new gradebook asks a program, a second long, for the number of its tables' newest format. That number is
the same for all of them.
"""

from __future__ import annotations

import functools

from nbgrader import api

api.get_alembic_version = functools.cache(api.get_alembic_version)
