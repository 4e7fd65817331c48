"""A class of trainees: the sample cohort that shows the whole way of a hand-in, and the report about a class.

>>> from hanoikit.classroom import cohort
>>> run = cohort.run_cohort(sources, course_directory(folder, assignments=sources), seed=1)
>>> cohort.write_report(run, folder)[0].name
'report.html'

``study`` learns what an assignment asks, ``answerers`` and ``slips`` answer it, ``cohort`` takes the
hand-ins through nbgrader, ``analysis`` and ``statistics`` make figures of marks, ``report`` and ``export``
write them down.
"""
