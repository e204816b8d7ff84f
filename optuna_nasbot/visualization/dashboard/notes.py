"""The note of a trial in optuna-dashboard: its networks, their origin, broken constraints."""

from __future__ import annotations

import json
import re
import textwrap
import uuid
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO
from typing import Protocol
from typing import cast

from optuna.storages import BaseStorage
from optuna.study import Study
from optuna.trial import FrozenTrial
from optuna.trial import Trial

from optuna_nasbot.architecture import Architecture
from optuna_nasbot.architecture import ArchitectureError
from optuna_nasbot.architecture import total_mass
from optuna_nasbot.architecture.printed import mass_text
from optuna_nasbot.trials import read_architecture
from optuna_nasbot.trials import stored_origin
from optuna_nasbot.trials.names import architecture_names
from optuna_nasbot.trials.private_optuna import trial_id
from optuna_nasbot.visualization.constraint_facts import broken_constraints
from optuna_nasbot.visualization.dashboard.attributes import NoteAttributes
from optuna_nasbot.visualization.dashboard.attributes import StudyAttributes
from optuna_nasbot.visualization.dashboard.optuna_dashboard_import import optuna_dashboard
from optuna_nasbot.visualization.dashboard.trial import stored_trial
from optuna_nasbot.visualization.drawing.labels import printable
from optuna_nasbot.visualization.drawing.labels import shortened
from optuna_nasbot.visualization.drawing.svg import to_svg

_ARTIFACT = "dashboard:artifacts:{trial_id}:{artifact_id}"
"""The attribute of a study in which the dashboard itself notes a trial's artifacts.
`optuna.artifacts.upload_artifact` uses one of the trial, which a finished trial doesn't take."""

_MAX_WIDTH = 940
"""Pixels beside the list of trials in a window of 1,280. The browser neither shrinks images nor
breaks lines itself: the page is as wide as the longest user attribute, such as a network's."""
_MAX_CHARACTERS = 105
"""Of a line of this width."""
_LEAST_SCALE = 0.75
"""The smallest scale at which the labels of a drawing can be read."""
_MAX_NAME = 60
"""Characters of a name in the text."""


class ArtifactStore(Protocol):
    """One of the stores of `optuna.artifacts`."""

    def write(self, artifact_id: str, content_body: BinaryIO) -> None:
        """Store a file."""


@dataclass(frozen=True)
class _Drawn:
    """A network that a note can show.

    Args:
        name: Its name.
        artifact_id: The stored drawing.
        section: What is said of it.
    """

    name: str
    artifact_id: str
    section: str


def lacking(study: Study, trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
    """The trials, out of at least one of a study, whose notes lack one of their networks."""
    attributes = _attributes(study, trials[0])
    notes = (optuna_dashboard().get_note(_noted(study, each, attributes)) for each in trials)
    return [
        trial
        for trial, note in zip(trials, notes, strict=True)
        if any(_image(name) not in note for name in architecture_names([trial]))
    ]


def note_architectures(
    study: Study, trials: Sequence[FrozenTrial], artifact_store: ArtifactStore
) -> dict[int, ArchitectureError]:
    """Add to the notes of trials those of their networks that are not in them; the rest stays.

    Two workers may do so at once: they store the same drawing in the same place. Drawing takes
    long; notes are read after it and written at once, so that what people write meanwhile stays.

    Args:
        study: The study.
        trials: Some of its finished trials, at least one.
        artifact_store: Where drawings are stored.

    Returns:
        Why a network can't be read, by the number of its trial. The other networks of the trial
        are in the note.
    """
    damaged: dict[int, ArchitectureError] = {}
    drawn = [list(_drawn(study, trial, artifact_store, damaged)) for trial in trials]
    if not any(drawn):
        return damaged
    attributes = _attributes(study, trials[0])
    for trial, networks in zip(trials, drawn, strict=True):
        _add_to_note(study, trial, attributes, networks)
    return damaged


def _attributes(study: Study, trial: FrozenTrial) -> StudyAttributes:
    """The attributes of a study, given one of its trials, by which the storage is found."""
    storage = stored_trial(study, trial).storage
    return StudyAttributes(storage, storage.get_study_id_from_name(study.study_name))


def _noted(study: Study, trial: FrozenTrial, attributes: StudyAttributes) -> Trial:
    """A trial as the dashboard's functions for notes take it."""
    stored = stored_trial(study, trial)
    stored.storage = cast(BaseStorage, NoteAttributes(attributes, trial_id(trial)))
    return stored


def _drawn(
    study: Study,
    trial: FrozenTrial,
    artifact_store: ArtifactStore,
    damaged: dict[int, ArchitectureError],
) -> Iterator[_Drawn]:
    """Draw the networks of a trial; those that can't be read are described in `damaged`."""
    for name in architecture_names([trial]):
        try:
            network = read_architecture(trial.user_attrs, name)
        except ArchitectureError as error:
            damaged.setdefault(trial.number, error)
            continue
        if network is not None:
            origin = stored_origin(trial.user_attrs, name)
            facts = _lines(f"Made from {origin}.") if origin else []
            if broken := broken_constraints(trial):
                reasons = ", ".join(f"{key} {fact}" for key, fact in broken)
                facts += _lines(_markdown(f"Infeasible: {reasons}."))
            yield _Drawn(
                name=name,
                artifact_id=_stored_drawing(study, trial, name, network, artifact_store),
                section="  \n".join([*_lines(_summary(name, network)), *facts]),
            )


def _add_to_note(
    study: Study, trial: FrozenTrial, attributes: StudyAttributes, networks: Sequence[_Drawn]
) -> None:
    """Add the networks that are not in the note of a trial."""
    from optuna_dashboard.artifact import get_artifact_path

    noted = _noted(study, trial, attributes)
    note = before = optuna_dashboard().get_note(noted)
    for network in networks:
        if _image(network.name) not in note:
            _attach(trial, attributes, network)
            address = get_artifact_path(noted, network.artifact_id)
            # A click opens the drawing alone, where it can be zoomed and shows the facts about a
            # layer on hovering.
            image = f"[{_image(network.name)}{address})]({address})"
            note = f"{note}\n\n{network.section}\n\n{image}".lstrip("\n")
    if note != before:
        optuna_dashboard().save_note(noted, note)


def _summary(name: str, network: Architecture) -> str:
    title, kind = (_markdown(shortened(each, _MAX_NAME)) for each in (name, network.kind))
    return (
        f"**{title}**: {kind}, {len(network.layers)} layers, "
        f"{len(network.edges)} edges, mass {mass_text(total_mass(network))}."
    )


def _lines(text: str) -> list[str]:
    """Text in lines that fit, but for single words that are longer."""
    return textwrap.wrap(text, _MAX_CHARACTERS, break_long_words=False, break_on_hyphens=False)


def _image(name: str) -> str:
    """How the image of a network begins, up to its address."""
    return f"![architecture {_markdown(name)}]("


def _markdown(text: str) -> str:
    """Text that means itself."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", printable(text))


def _stored_drawing(
    study: Study,
    trial: FrozenTrial,
    name: str,
    network: Architecture,
    artifact_store: ArtifactStore,
) -> str:
    """Store a drawing.

    Returns:
        The identifier of the artifact, the same for the same drawing of the same trial.
    """
    drawing = _fitted(to_svg(network))
    unique = json.dumps([study.study_name, trial.number, name, drawing])
    artifact_id = str(uuid.uuid5(uuid.NAMESPACE_OID, unique))
    artifact_store.write(artifact_id, BytesIO(drawing.encode()))
    return artifact_id


def _attach(trial: FrozenTrial, attributes: StudyAttributes, drawn: _Drawn) -> None:
    """Make a drawing an artifact of a finished trial."""
    attributes.write(
        _ARTIFACT.format(trial_id=trial_id(trial), artifact_id=drawn.artifact_id),
        json.dumps(
            {
                "artifact_id": drawn.artifact_id,
                "filename": f"architecture {printable(drawn.name)}.svg",
                "mimetype": "image/svg+xml",
                "encoding": None,
            }
        ),
    )


def _fitted(drawing: str) -> str:
    """The drawing, scaled down where it is too wide."""

    def smaller(size: re.Match[str]) -> str:
        width, height = int(size[1]), int(size[2])
        scale = min(1.0, max(_MAX_WIDTH / width, _LEAST_SCALE))
        return f'width="{scale * width:.0f}" height="{scale * height:.0f}"'

    return re.sub(r'width="(\d+)" height="(\d+)"', smaller, drawing, count=1)
