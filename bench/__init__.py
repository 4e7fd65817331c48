"""Measurements of speed and memory, each against a peer in the same run, so that the ratio holds on any machine.

>>> from bench import startup            # doctest: +SKIP
>>> startup.run()                        # doctest: +SKIP
[{'name': 'import hanoikit', 'ours': '0.001 s', 'peer': ..., 'ratio': ..., 'target': ..., 'met': True}, ...]

Every module has ``run() -> list[dict]``: one row a measurement, with ``name``, ``ours``, ``peer``,
``ratio``, ``target`` and ``met`` (or ``skipped`` with the reason). ``python -m bench`` runs them all,
``python -m bench startup`` one.
"""
