"""``trajecthub guide``: the documentation as a site."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.program import console
from app.guide.site import write_guide

commands = typer.Typer()
guide = typer.Typer(no_args_is_help=True, help="The documentation as a site; a hub serves it at /docs/guide.")
commands.add_typer(guide, name="guide")


@guide.command()
def build(
    folder: Annotated[Path, typer.Argument(help="Where the files are written; a web server can serve it as it is.")],
) -> None:
    """Write the guide as static files."""
    console.print(f"{write_guide(folder)} files are written to {folder}.", soft_wrap=True)
