"""The trainee's folder: made, refreshed without losing anything, and opened in JupyterLab.

>>> from pathlib import Path
>>> from hanoikit import workspace
>>> report = workspace.refresh(Path("~/hanoi-kit").expanduser())
>>> report.added
('Start here.md', 'exercises/m04-evidence-chain/m04-evidence-chain.ipynb', ...)
>>> lab = workspace.open_lab(Path("~/hanoi-kit").expanduser())
>>> lab.url
'http://127.0.0.1:8888/lab/tree/Start%20here.md?token=...'

Modules: ``contents`` says what belongs in the folder, ``delivery`` lays it down, ``pages`` writes the page
to start from, ``lab`` runs JupyterLab.
"""

from __future__ import annotations

from hanoikit.workspace.contents import contents, default_folder
from hanoikit.workspace.delivery import Delivery, refresh
from hanoikit.workspace.lab import Lab, open_lab

__all__ = ["Delivery", "Lab", "contents", "default_folder", "open_lab", "refresh"]
