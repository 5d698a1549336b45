"""The command line: thin verbs over ``graphmap.api``.

Exit codes: 0 all is well, 1 findings above ``--fail-on``, 2 something that the user can mend, 3 a fault of graphmap.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper
from typing import NoReturn

import click

from graphmap.cli import ask, copy, demo, draw, init, load, look, risk
from graphmap.cli.app import cli
from graphmap.cli.output import PipeClosed, say
from graphmap.errors import GraphmapError

__all__ = ["main"]

cli.commands = {
    command.name or "": command
    for command in (
        demo.demo, init.init, load.load, load.sources, risk.rate, risk.paths, risk.chokepoints, risk.concentration,
        risk.conformance, draw.map_, look.show, ask.query, look.export, copy.copy, look.completion,
    )
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one verb and exit. Errors that the user can mend are one line on stderr."""
    state = {"debug": False}
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a name that the terminal cannot show is no reason to stop
    try:
        code = int(cli.main(arguments, prog_name="graphmap", standalone_mode=False, obj=state) or 0)
        sys.stdout.flush()
    except (BrokenPipeError, PipeClosed):
        # Whoever read our output has seen enough. What is still buffered must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 128 + 13
    except (KeyboardInterrupt, click.Abort) as stopped:
        say(f"graphmap: stopped. {stopped.__cause__ or stopped}".rstrip())  # click makes an Abort of an interrupt
        code = 128 + 2
    except (click.ClickException, GraphmapError, OSError) as error:
        code = 2
        say(f"graphmap: {_one_line(error)}")
        if state["debug"]:
            traceback.print_exc()
    except Exception as error:
        code = 3
        say(f"graphmap: a fault of graphmap itself: {type(error).__name__}: {_one_line(error)}")
        if state["debug"]:
            traceback.print_exc()
        else:
            say("Run it again with --debug to see where, and please report it.")
    sys.exit(code)


def _one_line(error: Exception) -> str:
    text = str(error)
    if isinstance(error, click.ClickException):
        text = error.format_message()
        if isinstance(error, click.UsageError) and error.ctx:
            text += f" See: {error.ctx.command_path} --help"
    elif isinstance(error, OSError) and error.filename:
        text = f"{error.filename}: {error.strerror}."
    return " ".join(text.split())
