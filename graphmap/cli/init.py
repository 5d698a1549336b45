"""The verb ``init``: the lists that a user fills in, empty."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from graphmap.cli import output
from graphmap.cli.app import Session, verb
from graphmap.lists import FILE


@verb(store=False, rules=False, form="json", columns={"": "documents:EXPORTED"})
@click.argument("file", metavar="[FILE]", default=Path(FILE), type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
def init(session: Session, file: Path, force: bool) -> int:
    """Write empty lists to fill in.

    One workbook with a sheet for each list: suppliers, purchases, assurance (assessed smelters), areas of concern and
    origins of minerals. Each is headed and explained, with an example that is not read. Fill in what you have, leave
    the rest empty, and load it; declarations come as your suppliers send them. FILE is ./graphmap-lists.xlsx if you do
    not name one.

    \b
    Examples:
      graphmap init
      graphmap init ~/campaign-2026/lists.xlsx
    """
    from graphmap import api
    from graphmap.results import Basis, documents

    path = api.init(file, force=force)
    found = documents.exported(path, "lists", Basis.of_documents(0))
    load = f"graphmap load {shlex.quote(str(path))}"
    session.show(found, lambda: [f"{found.findings[0]}. Fill in what you have, then:", output.command(f"  {load}")])
    return 0
