"""The report of an evaluation: one HTML file with numbers, plots and the worst images, self-contained."""

from skymask.evaluation.report.page import write_report
from skymask.evaluation.report.pictures import WorstImage

__all__ = ["WorstImage", "write_report"]
