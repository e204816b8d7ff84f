"""`python -m optuna_nasbot`: look at studies from the command line."""

from __future__ import annotations

import sys

from optuna_nasbot.command_line import main

if __name__ == "__main__":
    sys.exit(main())
