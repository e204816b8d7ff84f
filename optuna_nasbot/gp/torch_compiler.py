"""Makes optimisers of PyTorch without importing its compiler.

The first optimiser that a process makes imports `torch._dynamo`, to tell the compiler to leave a
method of it alone. That takes one to three seconds, half of what a first suggestion takes, and
nothing is compiled here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress

_MARK = "__dynamo_disable"
"""The private attribute under which PyTorch keeps what it has told the compiler. Where a version
has none, nothing is gained, and nothing lost."""


@contextmanager
def without_compiler() -> Iterator[None]:
    """Have no optimiser import the compiler meanwhile; afterwards all is as it was."""
    import torch

    method = getattr(torch.optim.Optimizer.add_param_group, "__wrapped__", None)
    if method is None or "torch._dynamo" in sys.modules or hasattr(method, _MARK):
        yield
        return
    setattr(method, _MARK, method)
    try:
        yield
    finally:
        with suppress(AttributeError):  # another thread may have taken it away
            delattr(method, _MARK)
