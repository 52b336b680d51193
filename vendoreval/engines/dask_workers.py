"""Workers of a dask.distributed cluster: the same kernel, one task a partition.

What all tasks share (the function with its arguments, such as the gold items) travels as a task of its own: the
scheduler keeps how to make it, and not a copy that would be gone with the worker that held it. So a task whose
worker died is run again elsewhere, and gives the same.
"""

from __future__ import annotations

import logging
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from vendoreval.engines.partitions import INSTALL
from vendoreval.errors import ExecutorError, MissingPart

CONNECT_SECONDS = 10
IDLE_SECONDS = 60  # how long a cluster may be without any worker while work is left
RETRIES = 2  # of a task that raised, for storage that fails now and then
Result = TypeVar("Result")
Work = TypeVar("Work")


@dataclass(frozen=True)
class DaskWorkers:
    """The workers of the scheduler at `address`, HOST:PORT."""

    address: str

    def map(self, function: Callable[[Work], Result], work: Sequence[Work]) -> list[Result]:
        """The function's results, in the order of `work`.

        Raises what `function` raised; ExecutorError where the scheduler cannot be reached, has no workers or
        lost them, or where a worker has another version of this program.
        """
        with self._client() as client:
            shared = client.submit(pickle.loads, pickle.dumps(function), pure=False)
            waiting = client.map(_run, work, shared=shared, version=_version(), retries=RETRIES, pure=False)
            return self._gathered(client, waiting)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        try:
            import dask
            from distributed import Client
        except ImportError as error:
            raise MissingPart(
                "The executor dask:// needs the package distributed.", remedy=f"Install it: {INSTALL}"
            ) from error
        for name in ("distributed.client", "distributed.utils"):  # they log what is raised
            logging.getLogger(name).setLevel(logging.CRITICAL)
        quiet = {"distributed.admin.large-graph-warning-threshold": "1GB"}  # of many gold items
        where = f"tcp://{self.address}"
        try:
            client: Any = Client(where, timeout=CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            raise ExecutorError(
                f"No dask scheduler answers at {self.address}.",
                remedy=f"Start one there: dask scheduler --port {self.address.rpartition(':')[2]}",
            ) from error
        with client, client.as_current(), dask.config.set(quiet):
            yield client

    def _gathered(self, client: Any, waiting: list[Any]) -> list[Any]:
        from concurrent.futures import CancelledError

        from distributed import KilledWorker

        try:
            while not self._ended(client, waiting):
                continue
            found: list[Any] = client.gather(waiting)
        except KilledWorker as error:
            raise ExecutorError(
                f"A partition was given up: every worker that took it died ({error}).",
                remedy="Give workers more memory, or write more and smaller partitions.",
            ) from error
        except CancelledError as error:
            raise ExecutorError(
                f"The dask scheduler at {self.address} went away while the work ran.",
                remedy="Run the command again; nothing was recorded.",
            ) from error
        return found

    def _ended(self, client: Any, waiting: list[Any]) -> bool:
        """Whether all work ended within a while; raises ExecutorError where nobody is left to do it."""
        from distributed import wait

        try:
            wait(waiting, timeout=IDLE_SECONDS)  # type: ignore[no-untyped-call]
        except TimeoutError as error:
            if client.scheduler_info(n_workers=-1)["workers"]:
                return False
            raise ExecutorError(
                f"The dask scheduler at {self.address} has no workers.",
                remedy=f"Start some: dask worker tcp://{self.address} --nthreads 1",
            ) from error
        return True


def _run(work: Work, shared: Callable[[Work], Result], version: str) -> Result:
    if version != _version():
        raise ExecutorError(
            f"A worker runs vendoreval {_version()}, and this is {version}.",
            remedy="Install the same version everywhere.",
        )
    return shared(work)


def _version() -> str:
    return str(sys.modules["vendoreval"].__version__)  # the package stands above this room, and is always there
