"""Commands whose module is imported when they run, so that each command loads only what it needs."""

import signal
import sys
from collections.abc import Sequence
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typing_extensions import override

from app.cli.garbage import imported
from app.domain.text import is_storable


class LazyCommand(TyperCommand):
    """A command or group of commands of a module; until it runs only its name and help text are known.

    The module has a Typer application ``commands`` with a command or group of this name.

    Args:
        name: of the command.
        module: has it.
        help: its help text.
        is_service: it runs until it is stopped; when that happens while it is imported, it ends with exit code 0.
    """

    def __init__(self, name: str, module: str, help: str, *, is_service: bool = False) -> None:
        super().__init__(name, help=help)
        self._name, self._module, self._is_service = name, module, is_service

    def load(self) -> TyperCommand | TyperGroup:
        """Import the module. Return its command or group of this name."""
        application: typer.Typer = imported(self._module).commands
        return cast(TyperCommand | TyperGroup, typer.main.get_group(application).commands[self._name])

    @override
    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:  # Typer's own context, which it does not export
        """Return a context of the real command, which then runs instead of this one."""
        if self._is_service:
            # The first process of a container does not end on a signal that it does not handle.
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        return self.load().make_context(info_name, args, parent, **extra)


def lazy_group(commands: Sequence[LazyCommand]) -> type[TyperGroup]:
    """Return the class of a group that has these commands."""

    class LazyGroup(TyperGroup):
        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            for command in commands:
                self.add_command(command)

        @override
        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # Typer's own context, as above
            if not all(is_storable(each) for each in args):
                ctx.fail("The arguments are no text in UTF-8; set the terminal to UTF-8, or write them anew.")
            return super().parse_args(ctx, args)

    return LazyGroup
