"""A proxy between many workers and a database: only this process connects to the database.

    python examples/distributed/grpc_proxy.py --storage postgresql+psycopg2://user@host/name
    python examples/distributed/worker.py --storage grpc://this-machine:13000

The proxy has no password and no encryption: use it only in networks that you trust. Workers behind
a proxy send no heartbeats: the trial of a killed worker stays in the state "running" and is not
tried again.
"""

from __future__ import annotations

import argparse
import warnings

from optuna.exceptions import ExperimentalWarning
from optuna.storages import get_storage
from optuna.storages import run_grpc_proxy_server


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--storage", required=True, metavar="URL", help="of the database")
    parser.add_argument("--host", default="localhost", help="0.0.0.0 to accept all machines")
    parser.add_argument("--port", type=int, default=13000)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ExperimentalWarning)
    storage = get_storage(arguments.storage)
    print(f"Workers can use --storage grpc://{arguments.host}:{arguments.port} now.", flush=True)
    run_grpc_proxy_server(storage, host=arguments.host, port=arguments.port)


if __name__ == "__main__":
    main()
