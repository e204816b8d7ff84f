"""A network that is being written: its graph and its modules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import torch
from torch import fx
from torch import nn


@dataclass(frozen=True)
class Writer:
    """Collects the calls of a network and the modules that are called, each with its own name.

    Whatever has parameters is a module, and all else a call of a function. The functions, and the
    modules of built-in layers, are PyTorch's, so that the network does not need this package.
    """

    graph: fx.Graph = field(default_factory=fx.Graph)
    modules: dict[str, nn.Module] = field(default_factory=dict)

    def module(self, name: str, module: nn.Module, value: fx.Node) -> fx.Node:
        """Write a line that applies a module and keeps the result, both under one name."""
        self.modules[name] = module
        return self.graph.create_node("call_module", name, (value,), name=name)

    def function(
        self, name: str, function: Callable[..., Any], *arguments: Any, **options: Any
    ) -> fx.Node:
        """Write a line that calls a function and keeps the result under a name."""
        return self.graph.create_node("call_function", function, arguments, options, name=name)

    def concatenation(self, name: str, values: list[fx.Node], dim: int) -> fx.Node:
        """Write a line `name = torch.cat(values, dim=dim)`; a single value stays as it is."""
        if len(values) == 1:
            return values[0]
        return self.function(name, torch.cat, values, dim=dim)
