"""From a checkpoint to the one file that everything else runs."""
