"""The report of an evaluation: one HTML file with numbers, plots and the worst images, self-contained."""

from skymask.evaluation.report.page import write_report

__all__ = ["write_report"]
