"""`python -m skymask` is the command `skymask`."""

from skymask.cli import main

raise SystemExit(main())
