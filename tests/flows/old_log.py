"""A workspace's log as the version before closed events wrote it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import rfc8785


def age(workspace: Path) -> None:
    """Rewrite the log in the database to events of schema /1, with the data that they held then."""
    with contextlib.closing(sqlite3.connect(workspace / "vendoreval.db")) as database:
        database.row_factory = sqlite3.Row
        previous = "0" * 64
        for row in database.execute("SELECT * FROM event ORDER BY seq").fetchall():
            data = _data(database, row["kind"], row["subject"], json.loads(row["data"]))
            at = row["at"].replace(" ", "T") + "Z"
            told = {
                "schema": "vendoreval/event/1", "seq": row["seq"], "at": at, "actor": row["actor"],
                "kind": row["kind"], "subject": row["subject"], "data": data, "previous": previous,
            }  # fmt: skip
            made = hashlib.sha256(rfc8785.dumps(told)).hexdigest()
            database.execute(
                "UPDATE event SET tag = NULL, salt = NULL, data = ?, previous = ?, hash = ? WHERE seq = ?",
                (rfc8785.dumps(data).decode(), previous, made, row["seq"]),
            )
            previous = made
        database.commit()


def _data(database: sqlite3.Connection, kind: str, subject: str, data: dict[str, Any]) -> dict[str, Any]:
    def found(column: str, table: str, key: str) -> Any:
        return database.execute(f"SELECT {column} FROM {table} WHERE id = ?", (key,)).fetchone()[0]

    if kind == "gold.added":
        sha = found("table_sha", "gold", subject)
        return {"contract": data["contract"], "items": data["items"], "sha256": sha}
    if kind == "gold.seeded":
        name = data["seeding"]
        rate, tasks = found("rate", "seed", name), found("tasks_sha", "seed", name)
        return {"seeding": name, "tasks": tasks, "rate": rate}
    if kind == "pilot.sent":
        kept = {name: data[name] for name in ("contract", "version", "gold", "due")}
        return {**kept, "tasks": found("tasks_sha", "pilot", subject)}
    kept_names = {
        "gold.committed": ("root", "items"),
        "audit.run": ("delivery", "gold", "result"),
        "evidence.exported": ("sha256",),
        "delivery.added": (
            "contract", "version", "manifest", "labels", "received", "ordered", "rework_of",
        ),
        "claim.drafted": ("audit", "sha256", "lines"),
        "claim.issued": ("version", "sha256"),
    }  # fmt: skip
    wanted = kept_names.get(kind, tuple(name for name in data if name != "rows"))
    return {name: data[name] for name in wanted}
