"""Hanoi Kit: a Jupyter training course on the United Nations Convention against Cybercrime.

>>> import hanoikit
>>> hanoikit.__version__
'0.1.0'

The rooms are packages of their own and are imported where they are used, so that this import costs nothing:
``hanoikit.convention`` (what the treaty says), ``hanoikit.evidence`` (the digital evidence chain),
``hanoikit.casework`` (the running case), ``hanoikit.exercise`` (questions, answers, marks), ``hanoikit.labs``
(the interactive mechanisms of the lessons).
"""

__version__ = "0.1.0"
