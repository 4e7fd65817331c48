"""Names of the steps that a course's ``nbgrader_config.py`` gives to nbgrader; see ``nbgrader_parts``.

    c.Autograde.sanitize_preprocessors = SANITIZE
    c.Autograde.autograde_preprocessors = TRUSTED_AUTOGRADE

nbgrader imports the steps themselves when it marks. Where they cannot be imported it marks nothing.
"""

from __future__ import annotations

_HERE = "hanoikit.grading.nbgrader_parts"

SANITIZE = [
    f"{_HERE}.RepairHandIn",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    f"{_HERE}.CopyWrittenAnswers",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""nbgrader's own list for the first pass, with the repair in front and the written answers behind the
overwriting.
"""

AUTOGRADE = [
    "nbgrader.preprocessors.Execute",
    f"{_HERE}.FailClosed",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""nbgrader's own list for the second pass, with the check for verdicts right behind the execution."""


FEEDBACK = [
    "nbgrader.preprocessors.GetGrades",
    f"{_HERE}.HideTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
"""nbgrader's own list for feedback pages, without the hidden tests."""

TRUSTED_AUTOGRADE = [
    f"{_HERE}.TrustedExecute",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
"""The second pass with the trusted engine in nbgrader's place of execution: for ``nbgrader autograde`` and
formgrader's button, one hand-in after the other, in any course.
"""
