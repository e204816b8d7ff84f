"""Makes PyTorch's optimisers without importing its compiler.

The first optimiser that a process makes imports `torch._dynamo`, to exclude one of its methods
from compilation. That takes one to three seconds, half the time of a first suggestion, though
nothing is compiled here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress

_MARK = "__dynamo_disable"
"""The private attribute by which PyTorch notes that a method is excluded. In a version without it
nothing is gained, and nothing lost."""


@contextmanager
def without_compiler() -> Iterator[None]:
    """Keep optimisers made in this block from importing the compiler."""
    import torch

    method = getattr(torch.optim.Optimizer.add_param_group, "__wrapped__", None)
    if method is None or "torch._dynamo" in sys.modules or hasattr(method, _MARK):
        yield
        return
    setattr(method, _MARK, method)
    try:
        yield
    finally:
        with suppress(AttributeError):  # another thread may have removed it
            delattr(method, _MARK)
