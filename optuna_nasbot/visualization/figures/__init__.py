"""Figures of studies."""

from __future__ import annotations
