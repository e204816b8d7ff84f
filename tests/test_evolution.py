"""The old name of the search goes on working."""

from __future__ import annotations

from typing import Any

import pytest

from optuna_nasbot import edits
from optuna_nasbot import evolution
from optuna_nasbot import search

NOW: dict[str, Any] = {
    "EDITS": edits.EDITS,
    "Candidate": search.Candidate,
    "edited": search.mutate,
    "networks_around_pool": search.networks_around_pool,
    "one_edit_neighbours": search.one_edit_neighbours,
}


def test_old_names_work_with_a_warning() -> None:
    assert evolution.__all__ == [*NOW]
    for name, now in NOW.items():
        with pytest.warns(DeprecationWarning, match=rf"evolution\.{name} is deprecated") as caught:
            assert getattr(evolution, name) is now
        assert [warning.filename for warning in caught] == [__file__]
    with pytest.raises(AttributeError, match="draft"):
        evolution.draft  # noqa: B018
