"""`python -m vendoreval.evidence` where only numpy, scipy and rfc8785 are there beside the standard library."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

_ALLOWED = {"vendoreval", "numpy", "scipy", "rfc8785"}
_CODE = """
import runpy, sys
sys.modules.update(dict.fromkeys({missing!r}))
sys.argv = ['verify', *{words!r}]
runpy.run_module('vendoreval.evidence', run_name='__main__')
"""


def alone(folder: Path, *words: str, also: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run it in `folder`; `also` are further packages that are there."""
    missing = sorted(packages_distributions().keys() - _ALLOWED - set(also))
    code = _CODE.format(missing=missing, words=words)
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
