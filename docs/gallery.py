"""Draw the pictures of the site, from two real studies of the examples (four minutes).

    pip install -c constraints.txt ".[test]"
    python docs/gallery.py

It needs Chromium (in Debian the package `chromium`), which takes the pictures of figures.
"""

from __future__ import annotations

import runpy
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import optuna
import torch
from playwright.sync_api import sync_playwright

from optuna_nasbot import NASBOTSampler
from optuna_nasbot import best_architecture
from optuna_nasbot.visualization import to_html
from optuna_nasbot.visualization import to_svg

FOLDER = Path(__file__).parent
PICTURES = FOLDER / "gallery"
FIGURES = ("architecture_map", "surrogate", "edits", "distance_vs_value")
FIGURES_OF_PARAMETERS = ("importances", "parallel_coordinate", "slice")


def searched(example: str, name: str, pruner: optuna.pruners.BasePruner) -> optuna.Study:
    """A study of an example's objective."""
    objective = runpy.run_path(str(FOLDER.parent / "examples" / f"{example}.py"))["objective"]
    study = optuna.create_study(study_name=name, sampler=NASBOTSampler(seed=0), pruner=pruner)
    study.optimize(objective, n_trials=40)
    return study


def photograph(page: str, figures: Sequence[str], *, of_page: bool = False) -> None:
    """Take pictures of figures of a report, and of its top in dark and in light."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "report.html"
        path.write_text(page, "utf-8")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for scheme in ("dark", "light"):
            shown = browser.new_page(color_scheme=scheme, viewport={"width": 1280, "height": 800})
            shown.goto(path.as_uri())
            if of_page:
                shown.screenshot(path=PICTURES / f"report-{scheme}.png")
        for figure in figures:
            card = shown.locator(f"[id='net-0-plot_{figure}-0']")
            card.screenshot(path=PICTURES / f"{figure}.png")
        browser.close()


def main() -> None:
    torch.set_num_threads(1)  # more only slow such small networks down
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    PICTURES.mkdir(exist_ok=True)
    digits = searched("quick_start", "digits", optuna.pruners.NopPruner())
    diabetes = searched("mlp_regression", "diabetes", optuna.pruners.MedianPruner(10))
    images = {"image_size": 8, "inputs": 1, "outputs": 10}
    photograph(to_html(digits, **images), FIGURES, of_page=True)
    photograph(to_html(diabetes), FIGURES_OF_PARAMETERS)
    for study, sizes in ((digits, images), (diabetes, {"inputs": 10, "outputs": 1})):
        svg = to_svg(best_architecture(study, "net"), **sizes)
        (PICTURES / f"{study.study_name}.svg").write_text(svg, "utf-8")


if __name__ == "__main__":
    main()
