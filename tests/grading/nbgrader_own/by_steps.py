"""A pytest plugin: nbgrader's own tests, with ``nbgrader autograde`` set to run the kit's engine.

    pytest -p by_steps --pyargs nbgrader.tests.apps.test_nbgrader_autograde

Nothing of nbgrader's is replaced. The settings file is the one that docs/marking-engine.md gives to a course,
read as a user's own settings are.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

SETTINGS = """\
from hanoikit.grading.nbgrader_steps import SANITIZE, TRUSTED_AUTOGRADE
c = get_config()
c.Autograde.sanitize_preprocessors = SANITIZE
c.Autograde.autograde_preprocessors = TRUSTED_AUTOGRADE
"""

_folder = tempfile.TemporaryDirectory(prefix="nbgrader-own-")
(Path(_folder.name) / "nbgrader_config.py").write_text(SETTINGS, encoding="utf-8")
os.environ["JUPYTER_CONFIG_DIR"] = _folder.name
