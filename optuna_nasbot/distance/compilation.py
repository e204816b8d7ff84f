"""Tells the user that code is being compiled, which takes seconds at first use. Needs numba."""
# mypy: disable-error-code="import-not-found, import-untyped, misc, no-untyped-call"

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

# Below Optuna's logger, see `optuna_nasbot/__init__.py`.
_logger = logging.getLogger(f"optuna.{__name__}")


def announce_compilation(function: object) -> None:
    """Log a message when numba begins to compile a function; none when it finds it on disk."""
    # Numba's events are meant for its developers and may change. Then only this message is lost:
    # it must never make compilations fail, those of other packages included.
    with suppress(Exception):
        from numba.core import event

        class Notice(event.Listener):
            def on_start(self, beginning: Any) -> None:
                with suppress(Exception):
                    if beginning.data["dispatcher"] is function:
                        _logger.info(
                            "Compiling the OTMANN distance with numba. This takes some seconds "
                            "at its first use; later processes read the compiled code from disk."
                        )

            def on_end(self, end: Any) -> None:
                pass

        event.register("numba:compile", Notice())
