"""How long a test waits for another process or thread."""

TIMEOUT_S = 900.0
"""Far more than anything here takes, on a slow machine too, and less than pytest gives a whole test."""
