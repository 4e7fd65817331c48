"""A public corpus of dishonest and unlucky hand-ins, each with the mark that it must get, and why.

>>> from tests.corpus.runner import Ground, cases, judge
>>> with Ground(folder) as ground:
...     for case in cases():
...         outcome = judge(engine, case, ground)
...         print(case.name, "right" if outcome.right else outcome.faults)

``case`` says what a case is, ``bench`` is the bench on which its hand-in is made, and the modules beside
them hold the cases, one family each. ``runner`` puts a case on its ground and judges an engine by it;
``stock`` asks nbgrader as it is, behind a wall. Made from two small assignments: ``c01`` in the kit's own
form, ``c02`` as any nbgrader course writes them.

Every bomb has a fuse: it stops by itself at a size that this machine survives. Still, cases with a
``danger`` are run only by an engine that has a wall, or inside the wall of ``stock``.
"""
