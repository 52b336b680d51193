"""A real Label Studio on loopback, with SQLite in a folder of its own, for tests that speak to it by its API.

`./run setup` for tests makes its environment (.venv-label-studio), apart from ours: it wants other versions of
many packages. It tells nobody anything: no statistics, no error reports, no look for newer versions.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from tests.conftest import ROOT

PROGRAM = ROOT / ".venv-label-studio" / "bin" / "label-studio"
PATIENCE = 300  # seconds until it answers, on a machine with other work
QUIET = {
    "COLLECT_ANALYTICS": "false", "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": "", "LATEST_VERSION_CHECK": "false",
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true", "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "false",
}  # fmt: skip
_PASSWORD = "not-a-secret-1"
_TOKEN = "0123456789" * 4
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class User:
    """Somebody who works in Label Studio, by the API."""

    def __init__(self, address: str, token: str) -> None:
        self.address, self._head = address, {"Authorization": f"Token {token}"}
        self.id = int(self.ask("GET", "/api/current-user/whoami")["id"])

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the API answers, as JSON."""
        data = self.raw(method, path, body)
        return json.loads(data) if data else None

    def raw(self, method: str, path: str, body: Any = None) -> bytes:
        """What the API answers, as bytes; its own words stand in the error."""
        data = None if body is None else json.dumps(body).encode()
        head = self._head | ({"Content-Type": "application/json"} if data else {})
        request = urllib.request.Request(self.address + path, data, head, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                found: bytes = answer.read()
                return found
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read()[:2000]!r}") from error

    def project(self, title: str, config: str) -> Project:
        """A new project with that labelling configuration."""
        made = self.ask("POST", "/api/projects/", {"title": title, "label_config": config})
        return Project(self, int(made["id"]))


class Project:
    """A project: tasks go in, annotations are made, files come out."""

    def __init__(self, owner: User, number: int) -> None:
        self.owner, self.number = owner, number

    def add(self, tasks: Sequence[Any]) -> None:
        """Import tasks, with their predictions."""
        self.owner.ask("POST", f"/api/projects/{self.number}/import", tasks)

    def tasks(self) -> list[dict[str, Any]]:
        """All tasks with predictions and annotations, in the order in which they came."""
        found = self.owner.ask("GET", f"/api/tasks?project={self.number}&page_size=1000&fields=all")["tasks"]
        return sorted(found, key=lambda task: int(task["id"]))

    def answer(self, user: User, task: dict[str, Any], result: Sequence[Any], **more: Any) -> None:
        """One annotation."""
        user.ask("POST", f"/api/tasks/{task['id']}/annotations/", {"result": result, "lead_time": 2.5, **more})

    def export(self, form: str) -> bytes:
        """A file of one of its own exporters; all tasks, answered or not."""
        path = f"/api/projects/{self.number}/export?exportType={form}&download_all_tasks=true"
        return self.owner.raw("GET", path)


class Server:
    """The running server."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.owner = User(address, _TOKEN)

    def sign_up(self, name: str) -> User:
        """A second person of the same organisation, by the link with which people are invited."""
        link = self.owner.ask("GET", "/api/invite")["invite_url"]
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        with opener.open(self.address + link, timeout=60) as page:
            secret = _CSRF.search(page.read().decode())
        assert secret, "the page to sign up has no form"
        form = {"csrfmiddlewaretoken": secret[1], "email": f"{name}@example.com", "password": _PASSWORD}
        with opener.open(self.address + link, urllib.parse.urlencode(form).encode(), timeout=60) as page:
            page.read()
        with opener.open(self.address + "/api/current-user/token", timeout=60) as answer:
            return User(self.address, json.load(answer)["token"])


@contextmanager
def label_studio(folder: Path) -> Iterator[Server]:
    """A server for as long as the block lasts."""
    assert PROGRAM.exists(), f"{PROGRAM} is missing: ./run test makes it"
    port = _free_port()
    environment = {**os.environ, **QUIET, "LABEL_STUDIO_BASE_DATA_DIR": str(folder), "HOME": str(folder),
                   "LABEL_STUDIO_USERNAME": "ann@example.com", "LABEL_STUDIO_PASSWORD": _PASSWORD,
                   "LABEL_STUDIO_USER_TOKEN": _TOKEN}  # fmt: skip
    environment.pop("PYTHONPATH", None)
    words = [
        str(PROGRAM),
        "start",
        "--init",
        "--no-browser",
        "--internal-host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            words, cwd=folder, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(server, address, folder / "server.log")
            yield Server(address)
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"Label Studio does not start:\n{log.read_text('utf-8', 'replace')[-3000:]}")
