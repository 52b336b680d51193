"""Where the program meets clock, person and random secrets; everything below takes them as values."""

from __future__ import annotations

import getpass
import os
import re
import secrets
from datetime import UTC, datetime

from vendoreval.errors import UsageError

SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")


def now() -> datetime:
    """The present, in UTC to the second; VENDOREVAL_NOW fixes it for reproducible runs."""
    fixed = os.environ.get("VENDOREVAL_NOW")
    if not fixed:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        when = datetime.fromisoformat(fixed)
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"VENDOREVAL_NOW is not a time: {fixed!r}.", remedy="Write it like 2026-03-01T09:00:00+00:00."
        ) from error


def actor() -> str:
    """Who acts, for the event log: VENDOREVAL_ACTOR, else the login name."""
    try:
        return os.environ.get("VENDOREVAL_ACTOR") or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def secret(size: int = 32) -> bytes:
    """Fresh random bytes from the operating system."""
    return secrets.token_bytes(size)


def slug(text: str, what: str) -> str:
    """`text` if it is a usable id, else UsageError."""
    if not SLUG.match(text):
        raise UsageError(
            f"{text!r} is not a usable {what} id.",
            remedy="Use up to 64 small letters, digits, dots, dashes and underscores, a letter or digit first.",
        )
    return text
