"""`skymask data`: one short file a command."""
