"""Draws images of fixed cameras, and lists them for training and validation: no camera is ever in both.

from skymask.data.split import split

split(Path("skyfinder"))  # writes skyfinder/split/train.csv and val.csv
"""

from skymask.data.split.split import Split, split

__all__ = ["Split", "split"]
