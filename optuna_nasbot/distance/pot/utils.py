"""Stands in for `ot.utils` while POT's compiled module is loaded alone."""

from __future__ import annotations

from typing import Any

__all__ = ["dist"]


def dist(*args: Any, **kwargs: Any) -> Any:
    """POT's own `ot.dist`, for users of POT: the compiled module keeps this function for good."""
    from ot.utils import dist as dist_of_pot

    return dist_of_pot(*args, **kwargs)
