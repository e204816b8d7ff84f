"""optuna-dashboard, which is installed with the extra `dashboard`."""

from __future__ import annotations

from types import ModuleType


def optuna_dashboard() -> ModuleType:
    """The module `optuna_dashboard`.

    Raises:
        ImportError: optuna-dashboard is not installed.
    """
    try:
        import optuna_dashboard as module
    except ImportError as error:
        raise ImportError(
            "optuna_dashboard: expected to be installed, since it keeps notes and cards. "
            "Install it with `pip install optuna-dashboard`, or this package with its extra "
            '"dashboard".'
        ) from error
    imported: ModuleType = module
    return imported
