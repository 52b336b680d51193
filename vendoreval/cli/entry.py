"""Where the command starts: what no command needs is kept out before anything is imported."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import Any


class _WithoutPandas:
    """pyarrow imports pandas where it is installed, for nearly every conversion: 0.25 s and 50 MB a command.

    Only frames for notebooks need it, and these come from Python.
    """

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> None:
        """Refuse pandas, leave all else to others."""
        if name == "pandas":
            raise ModuleNotFoundError("vendoreval's commands do without pandas", name=name)


def main() -> None:
    """Run the command that was typed."""
    sys.meta_path.insert(0, _WithoutPandas())
    gc.set_threshold(20_000)  # records by the hundred thousand, and hardly a ring: a tenth of the time
    from vendoreval.cli.app import main as run

    run()
