"""Warnings that never stop what they warn of."""

from __future__ import annotations

import logging
import warnings

__all__ = ["warn_softly"]

# Below Optuna's logger, see `optuna_nasbot/__init__.py`.
_logger = logging.getLogger(f"optuna.{__name__}")


def warn_softly(message: str, stacklevel: int) -> None:
    """Warn; where warnings are errors (`python -W error`), log the message instead.

    For what is no fault of the user's and has been dealt with: a trial must not fail for it.

    Args:
        message: The message.
        stacklevel: As for `warnings.warn`, counted from the caller.
    """
    try:
        warnings.warn(message, RuntimeWarning, stacklevel=stacklevel + 1)
    except Exception:  # also of a closed stream, or of a function that shows warnings
        _logger.warning(message)
