"""Commands that show, export and report what a study has found: `python -m optuna_nasbot`."""

from __future__ import annotations

from optuna_nasbot.command_line.main import main

__all__ = ["main"]
