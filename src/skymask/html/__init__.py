"""Self-contained HTML pages: one file with its style, plots and pictures inside, to be opened or sent as it is."""
