"""Tells the user when code is compiled, which takes seconds, but only once. Needs numba."""
# mypy: disable-error-code="import-not-found, import-untyped, misc, no-untyped-call"

from __future__ import annotations

import logging
from typing import Any

from numba.core import event

# Below Optuna's logger, see `optuna_nasbot/__init__.py`.
_logger = logging.getLogger(f"optuna.{__name__}")


class _Notice(event.Listener):
    def __init__(self, function: object) -> None:
        self._function = function

    def on_start(self, beginning: Any) -> None:
        if beginning.data["dispatcher"] is self._function:
            _logger.info(
                "Compiling the OTMANN distance with numba. This takes some seconds at its "
                "first use; later processes read the compiled code from disk."
            )

    def on_end(self, end: Any) -> None:
        pass


def announce_compilation(function: object) -> None:
    """Log a message when numba begins to compile a function; none when it finds it on disk."""
    event.register("numba:compile", _Notice(function))
