"""All that a command lacks in one message, instead of one word after the other."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand

from vendoreval.errors import UsageError


class Command(TyperCommand):
    """A command that names every argument and option it lacks at once."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As typer does; raises UsageError with all that is missing."""
        if not ctx.resilient_parsing:
            self._refuse_lacking(ctx, list(args))
        return super().parse_args(ctx, args)

    def _refuse_lacking(self, ctx: Any, args: list[str]) -> None:
        given, _, _ = self.make_parser(ctx).parse_args(args)
        lacking = [one for one in self.params if one.required and given.get(one.name or "") in (None, ())]
        if not lacking or given.get("help"):
            return
        names = [one.opts[0] if one.param_type_name == "option" else str(one.name).upper() for one in lacking]
        width = max(map(len, names))
        listed = [
            f"  {name:{width}}  {getattr(one, 'help', '')}" for name, one in zip(names, lacking, strict=True)
        ]
        raise UsageError(f"{ctx.command_path} lacks:", details=[*listed, f"See: {ctx.command_path} --help"])


def tell_all(app: typer.Typer) -> None:
    """Let every command under `app` name all that it lacks."""
    for command in app.registered_commands:
        command.cls = Command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            tell_all(group.typer_instance)
