"""Finds the images that are no use for training: broken, black, fogged out, frozen, of the wrong size, without a mask.

from skymask.data.audit import audit

audit(Path("skyfinder"))  # writes skyfinder/audit/audit.csv, audit.parquet and audit.html
"""

from skymask.data.audit.audit import Audit, audit

__all__ = ["Audit", "audit"]
