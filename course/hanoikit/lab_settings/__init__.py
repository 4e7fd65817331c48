"""Settings that make JupyterLab show the lesson and not the machinery; a folder for ``JUPYTER_CONFIG_PATH``.

>>> from hanoikit import lab_settings
>>> (lab_settings.folder() / "labconfig" / "page_config.json").is_file()
True

``labconfig/page_config.json`` switches off what is in the way (news, extension manager, author's tools),
``labconfig/default_setting_overrides.json`` sets the defaults (the button that runs the whole lesson,
automatic saving, Markdown as a page), ``jupyter_server_config.d`` leaves out server parts that only cost
time, ``labextensions`` has the command behind the button, ``custom/custom.css`` makes the button large and
folded code small. A trainee can still change every setting in JupyterLab.
"""

from __future__ import annotations

from pathlib import Path


def folder() -> Path:
    """The folder with the settings."""
    return Path(__file__).parent
