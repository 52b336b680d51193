"""YAML of others: one document, only plain values, nothing that runs."""

from __future__ import annotations

from typing import Any

import yaml

from vendoreval.errors import InputError
from vendoreval.jsonfile import deeper_than
from vendoreval.limits import allowed, beyond

# what the library stumbles over in values that are tagged as what they are not, or nested without end
_ODD = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError)


def parse_yaml(data: bytes, file: str) -> Any:
    """The values of a YAML (or JSON) document; raises InputError with the line where it cannot be read."""
    if len(data) > allowed().yaml:
        raise beyond("yaml", "The document is larger than", file=file, found=len(data))
    try:
        document = yaml.load(data.decode("utf-8-sig"), Loader=_PlainLoader)  # noqa: S506 - a SafeLoader
    except UnicodeDecodeError as error:
        raise InputError("The file is not UTF-8 text.", file=file, remedy="Save it as UTF-8.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "it cannot be parsed"
        raise InputError(
            f"This is not valid YAML: {what}.", file=file, line=mark.line + 1 if mark else 0
        ) from error
    except _ODD as error:
        raise InputError(f"A value in it cannot be read ({type(error).__name__}).", file=file) from error
    if deeper_than(document, allowed().depth):
        raise beyond("depth", "Its lists and tables are nested more deeply than", file=file)
    return document


class _PlainLoader(yaml.SafeLoader):
    """Safe, without anchors (they can blow a small file up), and with dates left as text."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(
                None, None, "references between places (YAML aliases) are not read here", event.start_mark
            )
        return super().compose_node(parent, index)


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
