"""Acquisition functions of the posterior mean and standard deviation; larger is better."""

from __future__ import annotations

from optuna_nasbot.acquisition.expected_improvement import expected_improvement
from optuna_nasbot.acquisition.expected_improvement import log_expected_improvement
from optuna_nasbot.acquisition.thompson_sampling import thompson_sample
from optuna_nasbot.acquisition.upper_confidence_bound import upper_confidence_bound

__all__ = [
    "expected_improvement",
    "log_expected_improvement",
    "thompson_sample",
    "upper_confidence_bound",
]
