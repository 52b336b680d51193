"""What this machine has and lacks."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import sys
from dataclasses import dataclass

from vendoreval.errors import MissingPart
from vendoreval.resources import resource

_NAME = re.compile(r"[A-Za-z0-9._-]+")
PANGO = {
    "Linux": "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
    "Darwin": "brew install pango",
    "Windows": "pip install gstreamer-libs, or install Pango with MSYS2",
}


@dataclass(frozen=True)
class Part:
    """One thing: its name, whether it is fine, its state, how to get it, and whether work stops without it."""

    name: str
    fine: bool
    state: str
    remedy: str = ""
    needed: bool = True


def examine() -> tuple[Part, ...]:
    """Every part the program needs or can use, in order of need."""
    enough = sys.version_info >= (3, 11)
    python = Part(
        "Python", enough, platform.python_version(), "" if enough else "Install Python 3.11 or newer."
    )
    libraries = (_library(name) for name in _needed() if name != "weasyprint")
    extras = (_optional(*one) for one in _EXTRAS)
    return (python, *libraries, _pdf(), *extras, *(_shipped(name) for name in _SHIPPED))


def _needed() -> list[str]:
    """The libraries that the installed package asks for, without its extras."""
    asked = importlib.metadata.requires("vendoreval") or []
    return [found[0] for line in asked if "extra ==" not in line and (found := _NAME.match(line))]


# A library, the extra that brings it, and what alone it is needed for.
_EXTRAS = (("psycopg", "postgres", "PostgreSQL"), ("distributed", "dask", "further machines"))


def _optional(library: str, extra: str, purpose: str) -> Part:
    try:
        return Part(library, True, importlib.metadata.version(library))
    except importlib.metadata.PackageNotFoundError:
        remedy = f"Only for {purpose}: pip install 'vendoreval[{extra}]'"
        return Part(library, True, "not installed", remedy)


def _library(name: str) -> Part:
    try:
        return Part(name, True, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Part(name, False, "missing", f"pip install {name}")


def _pdf() -> Part:
    try:
        import weasyprint
    except (ImportError, OSError):
        remedy = PANGO.get(platform.system(), PANGO["Linux"])
        return Part("PDF (Pango)", False, "missing: reports come as HTML and JSON", remedy, needed=False)
    return Part("PDF (Pango)", True, f"WeasyPrint {weasyprint.__version__}")


_SHIPPED = ("templates", "questionnaires", "samples")


def _shipped(name: str) -> Part:
    try:
        return Part(f"files: {name}", True, str(resource(name)))
    except MissingPart:
        return Part(f"files: {name}", False, "missing", "Install vendoreval again.")
