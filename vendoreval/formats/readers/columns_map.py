"""Options that say how a file's columns are to be read: `--map role=column`, `--where column=value`."""

from __future__ import annotations

from collections.abc import Sequence

from vendoreval.errors import UsageError


def parse_pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """`["label=answer"]` as {"label": "answer"}; raises UsageError for anything else."""
    pairs: dict[str, str] = {}
    for text in texts:
        name, mark, value = text.partition("=")
        if not mark or not name:
            raise UsageError(
                f"{option} {text!r} is not NAME=VALUE.", remedy=f"Write it like {option} label=answer."
            )
        if name in pairs:
            raise UsageError(f"{option} names {name!r} twice.")
        pairs[name] = value
    return pairs
