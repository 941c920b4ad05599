"""From manifests to weights. Everything here needs the extra `train`."""
