"""The end of a network: the average over its decision layers."""

from __future__ import annotations

import math

import torch
from torch import fx

from optuna_nasbot.network.writer import Writer


def write_mean_output(writer: Writer, name: str, decisions: list[fx.Node]) -> fx.Node:
    """Write the mean of the outputs of several decision layers, for regression."""
    if len(decisions) == 1:
        return decisions[0]
    stacked = writer.function(f"{name}_stack", torch.stack, decisions)
    return writer.function(f"{name}_mean", torch.mean, stacked, dim=0)


def write_log_mean_probability(writer: Writer, name: str, decisions: list[fx.Node]) -> fx.Node:
    """Write the logarithm of the mean class probabilities of n decision layers.

    log(1/n sum_i softmax(x_i)) = logsumexp_i(log_softmax(x_i)) - log(n)
    """
    logs = [
        writer.function(f"{name}_log_softmax", torch.log_softmax, decision, dim=-1)
        for decision in decisions
    ]
    if len(logs) == 1:
        return logs[0]
    stacked = writer.function(f"{name}_stack", torch.stack, logs)
    total = writer.function(f"{name}_logsumexp", torch.logsumexp, stacked, dim=0)
    return writer.function(f"{name}_mean", torch.sub, total, math.log(len(logs)))
