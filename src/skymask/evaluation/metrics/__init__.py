"""Metrics of masks and alphas, in NumPy: what one image adds to a sum, and the numbers that follow from the sums.

Only `pixels` is imported here: training validates with it after every epoch, and it needs nothing but NumPy.
"""

from skymask.evaluation.metrics.pixels import FALSE_SKY_SHARE, Counts, Tally, count

__all__ = ["FALSE_SKY_SHARE", "Counts", "Tally", "count"]
