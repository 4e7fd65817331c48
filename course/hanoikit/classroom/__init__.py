"""A class of trainees: the sample cohort that shows the whole way of a hand-in, and the report about a
cohort.

>>> from hanoikit.classroom import cohort, report
>>> run = cohort.run([source], folder, seed=1)
>>> report.write(run, folder / "report.html")
"""
