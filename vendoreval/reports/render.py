"""From a report to HTML or JSON. Everything that a template prints is made visible and escaped."""

from __future__ import annotations

import dataclasses
import inspect
import json
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from vendoreval.reports.report import Report
from vendoreval.reports.svg import Chart
from vendoreval.resources import resource
from vendoreval.safe_text import safe_href, visible

if TYPE_CHECKING:
    from jinja2 import Environment


def to_html(report: Report) -> str:
    """A web page that stands alone: its style and drawings inside, nothing to fetch."""
    return _environment().get_template(f"{report.kind}.html").render(view=report.view)


def to_json(report: Report) -> str:
    """The same view as indented JSON with sorted keys; charts as their data."""
    return json.dumps(report.view, indent=2, sort_keys=True, ensure_ascii=False, default=_plain) + "\n"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = resource("templates")
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["draw"] = _draw
    environment.globals["css"] = Markup((folder / "report.css").read_text("utf-8"))  # noqa: S704 - our own file
    environment.filters["href"] = safe_href
    return environment


def _draw(chart: Chart) -> Markup:
    return chart.svg()


def _shown(value: Any) -> Any:
    """Jinja's finalize: every text that is not ours already goes through `visible`.

    Raises TypeError for a method, which is what a name finds where a record's key is called like one.
    """
    if inspect.isroutine(value):
        raise TypeError(f"a template prints {value!r} instead of a value")
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {"chart": type(value).__name__, **_without_addresses(dataclasses.asdict(value))}
    raise TypeError(f"{type(value).__name__} has no place in a report's view")


def _without_addresses(held: dict[str, Any]) -> dict[str, Any]:
    """An image is named by its hash; its bytes are in the drawing."""
    plain = {key: value for key, value in held.items() if key != "href"}
    return {
        key: _without_addresses(value) if isinstance(value, dict) else value for key, value in plain.items()
    }
