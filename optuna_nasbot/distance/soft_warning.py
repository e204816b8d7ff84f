"""Warnings that never stop the program."""

from __future__ import annotations

import logging
import warnings

__all__ = ["warn_softly"]

# Below Optuna's logger, see `optuna_nasbot/__init__.py`.
_logger = logging.getLogger(f"optuna.{__name__}")


def warn_softly(message: str, stacklevel: int) -> None:
    """Warn; where warnings are errors (`python -W error`), log the message instead.

    It is for problems that are not the user's fault and have been dealt with: no trial must fail
    because of them.

    Args:
        message: The message.
        stacklevel: As for `warnings.warn`, counted from the caller.
    """
    try:
        warnings.warn(message, RuntimeWarning, stacklevel=stacklevel + 1)
    except Exception:  # also if the stream is closed, or a function that shows warnings fails
        _logger.warning(message)
