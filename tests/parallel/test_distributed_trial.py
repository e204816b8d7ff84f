"""The trial of a distributed training: two ranks and one network."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any

import pytest
from processes import started

from optuna_nasbot import Architecture
from optuna_nasbot import MLPSpace

SPACE = MLPSpace(max_layers=8, max_units=32)


@pytest.fixture(scope="module")
def ranks(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each rank got."""
    folder = tmp_path_factory.mktemp("ranks")
    files = [folder / f"{rank}.json" for rank in range(2)]
    script, meeting_point = "distributed_trial_worker.py", str(folder / "meeting_point")
    with ExitStack() as stack:
        running = [
            stack.enter_context(started(script, str(rank), meeting_point, str(file)))
            for rank, file in enumerate(files)
        ]
        messages = [process.communicate(timeout=240)[1] for process in running]
    # Not by exit codes: while a process ends, the thread of gloo may abort it ("terminate called
    # without an active exception"), as it does with PyTorch alone.
    assert all(file.exists() for file in files), messages
    return [json.loads(file.read_text()) for file in files]


def test_all_ranks_get_what_the_sampler_chose(ranks: list[dict[str, Any]]) -> None:
    first, second = (rank["searched"] for rank in ranks)
    stored = [trial.pop("stored") for trial in first]
    assert first == second
    assert [trial["user_attrs"] for trial in first] == stored
    for trial in first:
        assert trial["network"] == trial["read"] == trial["user_attrs"]["architecture:net"]
        assert trial["user_attrs"].keys() >= {"architecture:net:origin", "architecture:net:mass"}
        assert trial["params"].keys() == {"rate", "loss"}
    networks = [Architecture.from_dict(trial["network"]) for trial in first]
    assert len({network.canonical_hash() for network in networks}) == 4


def test_all_ranks_get_what_the_trial_carries(ranks: list[dict[str, Any]]) -> None:
    first, second = (rank["enqueued"] for rank in ranks)
    assert first == second
    networks = [Architecture.from_dict(trial["network"]) for trial in first]
    assert networks == [SPACE.initial_pool[2], SPACE.initial_pool[3]]
    assert all("architecture:net" in trial["user_attrs"] for trial in first)


def test_all_ranks_get_the_exception_and_go_on(ranks: list[dict[str, Any]]) -> None:
    first, second = (rank["errors"] for rank in ranks)
    for raised, shared in zip(first, second, strict=True):
        assert (raised["rate"], raised["user_attrs"]) == (shared["rate"], shared["user_attrs"])
        if raised["error"] not in ("TwoWordsError", "WordlessError"):
            assert raised == shared
    assert [raised["error"] for raised in first] == [
        "ValueError",
        "TwoWordsError",
        "WordlessError",
        "TrialPruned",
        "KeyboardInterrupt",
        "ValueError",
        "ArchitectureError",
    ]
    assert second[1]["error"] == "RuntimeError"
    assert second[1]["message"] == "Rank 0 raised TwoWordsError: no network"
    assert second[2]["message"] == "Rank 0 raised WordlessError: an exception without words"
    assert "expected a string without colons" in second[5]["message"]
    assert "max_layers=8" in second[6]["message"]


def test_replayed_trial_needs_a_network(ranks: list[dict[str, Any]]) -> None:
    for number, rank in enumerate(ranks):
        message, found = rank["replayed"]
        assert f"got a FixedTrial without one on rank {number} of 2" in message
        assert found == SPACE.initial_pool[2].canonical_hash()
