"""Lets PyPI's torchvision be imported beside a build of PyTorch without CUDA.

Its compiled operators are linked with CUDA and do not load there, yet on import it describes two of them without
asking whether they are there ("operator torchvision::nms does not exist"). Nothing in skymask calls them, so declaring
them is enough. A .pth file imports this module in every process of the environment: it imports nothing by itself.
"""

import sys

KEPT = []  # a torch.library.Library takes its operators with it when it goes


class BeforeTorchvision:
    """A finder that finds nothing: the first import of torchvision passes by here."""

    def find_spec(self, name, path=None, target=None):
        """Declare the operators before torchvision's own modules are run."""
        if name == "torchvision":
            sys.meta_path.remove(self)
            import torch

            if torch.version.cuda is None:
                library = torch.library.Library("torchvision", "DEF")
                for operator in ("nms", "qnms"):
                    library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
                KEPT.append(library)


sys.meta_path.insert(0, BeforeTorchvision())
