"""Drawings of single networks, as pictures and as characters."""

from __future__ import annotations
