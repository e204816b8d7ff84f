"""The cards of a study in optuna-dashboard: the map of its networks and the surrogate."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from optuna.storages import BaseStorage
from optuna.study import Study

from optuna_nasbot.visualization.dashboard.optuna_dashboard_import import optuna_dashboard
from optuna_nasbot.visualization.figures import study_layout
from optuna_nasbot.visualization.figures import tried_networks
from optuna_nasbot.visualization.figures.architecture_map import plot_architecture_map
from optuna_nasbot.visualization.figures.surrogate_plot import plot_surrogate

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_CARDS = {"architecture-map": plot_architecture_map, "surrogate": plot_surrogate}
_ATTEMPTS = 5
_MAX_IDENTIFIER = 200
"""Characters: databases bound the names of attributes."""

_IS_UNASKED = ContextVar("_IS_UNASKED", default=False)
"""Whether this thread draws a card. (Others may draw figures that a user asked for.)"""


def save_cards(study: Study, storage: BaseStorage, names: Iterable[str]) -> None:
    """Save the cards of the networks of names, in the place of earlier ones.

    A study with several objectives gets none.

    Args:
        study: The study.
        storage: Its storage.
        names: Names that trials carry networks under.
    """
    if len(study.directions) > 1:
        return
    for name in names:
        for title, plot in _CARDS.items():
            with _unasked():
                figure = plot(study, name)
            _save(study, storage, figure, f"{title}-{_identifier(name)}")


def _save(study: Study, storage: BaseStorage, figure: Figure, identifier: str) -> None:
    """Save a card as a whole, also where other workers save theirs in the same place.

    The dashboard stores a figure in many pieces. Pieces of two figures make none, so that who
    finds other pieces than its own, when it is done, begins again: the last one is undisturbed.
    """
    text = figure.to_json()
    for _ in range(_ATTEMPTS):
        optuna_dashboard().save_plotly_graph_object(study, figure, graph_object_id=identifier)
        if _saved(storage, study.study_name, identifier) == text:
            return


def _saved(storage: BaseStorage, study_name: str, identifier: str) -> str:
    attributes = storage.get_study_system_attrs(storage.get_study_id_from_name(study_name))
    prefix = f"dashboard:plot_data:{identifier}:"
    n_pieces = sum(key.startswith(prefix) for key in attributes)
    return "".join(attributes[f"{prefix}{index}"] for index in range(n_pieces))


def _identifier(name: str) -> str:
    """A name in the characters that the dashboard allows, a digest of a name that is too long."""
    allowed = "".join(
        each if each.isascii() and each.isalnum() else f"-{ord(each):x}-" for each in name
    )
    if len(allowed) <= _MAX_IDENTIFIER:
        return allowed
    return hashlib.sha256(allowed.encode()).hexdigest()


@contextmanager
def _unasked() -> Iterator[None]:
    """Keep back what figures log for whoever asks for them: cards are drawn again and again."""
    token = _IS_UNASKED.set(True)
    try:
        yield
    finally:
        _IS_UNASKED.reset(token)


def _is_asked(record: logging.LogRecord) -> bool:
    return not _IS_UNASKED.get()


for _module in (study_layout, tried_networks):
    logging.getLogger(f"optuna.visualization.{_module.__name__}").addFilter(_is_asked)
