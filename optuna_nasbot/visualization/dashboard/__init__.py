"""Drawings and figures in optuna-dashboard."""

from __future__ import annotations
