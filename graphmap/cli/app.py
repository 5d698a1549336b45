"""The group of verbs, the options that they share, and the session that a verb works in."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from graphmap.cli import output
from graphmap.errors import StoreError

if TYPE_CHECKING:
    from graphmap.api import Workspace
    from graphmap.results import Result

STORE = "chain.graphmap"
"""The store that verbs use where neither ``--store`` nor ``GRAPHMAP_STORE`` says."""


class _InOrder(click.Group):
    """Verbs are listed in the order in which one needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)


@click.group(
    cls=_InOrder,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
    Examples:
      graphmap demo                                see the whole job on a sample campaign
      graphmap load ~/campaign-2026                read a folder of workbooks and lists
      graphmap rate                                how exposed each supplier is
      graphmap paths --to not-accepted             the riskiest paths, with their receipts

    \b
    Exit codes: 0 all is well; 1 findings above --fail-on; 2 something that you can mend;
    3 a fault of graphmap itself.
    """,
)
@click.version_option(None, "-V", "--version", package_name="graphmap-minerals", message="graphmap %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Map and rate risk in mineral supply chains.

    Reads a folder of supplier declarations (CMRT), supplier and purchase lists, smelter and area lists, keeps every
    claim with its file, sheet and cell, and shows which paths lead to smelters that your policy does not accept.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


# ---- what verbs share -----------------------------------------------------------------------------------------


def _as_date(_context: click.Context, _parameter: click.Parameter, value: str | None) -> date | None:
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a date; write it as 2026-06-30.") from None


def _note_debug(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    context.find_root().obj["debug"] |= value


def _complete(kind: str) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    def names(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
        from graphmap import policy

        known: Iterable[str] = getattr(policy, f"{kind}_names")()
        return [name for name in known if name.startswith(begun)]

    return names


_STORE = [
    click.option("--store", metavar="FILE|URL", default=STORE, envvar="GRAPHMAP_STORE", show_default=True,
                 help="Where the documents are kept: a file, or a Neo4j server, e.g. neo4j://HOST:7687 with "
                      "NEO4J_USERNAME and NEO4J_PASSWORD set (also: GRAPHMAP_STORE)."),
    click.option("--database", metavar="NAME", help="Which database of the server (also: NEO4J_DATABASE)."),
]  # fmt: skip
_RULES = [
    click.option("--policy", metavar="NAME|FILE", default="default", show_default=True,
                 shell_complete=_complete("policy"), help="Which assurance statuses count as accepted."),
    click.option("--lens", metavar="NAME|FILE", default="us-1502", show_default=True, shell_complete=_complete("lens"),
                 help="Which areas count as high-risk: us-1502, eu-2017-821, eu-battery, oecd, own, or a file."),
    click.option("--as-of", metavar="DATE", callback=_as_date,
                 help="Draw conclusions as on this date, e.g. 2026-06-30.  [default: that of the latest document]"),
]  # fmt: skip
_JSON = click.option("--json", "as_json", is_flag=True, help="Write JSON: basis, notes, findings, rows.")
_FORM = [
    _JSON,
    click.option("--csv", "as_csv", is_flag=True, help="Write CSV: the rows, each with its day, policy and lens."),
    click.option("--wide", is_flag=True, help="Tables with all columns, on lines as long as they are. Else columns "
                                              "that do not fit are left out, the last one first."),
]  # fmt: skip
_MANNERS = [
    click.option("-q", "--quiet", is_flag=True, help="No progress, and nothing on stderr but errors."),
    click.option("--debug", is_flag=True, expose_value=False, callback=_note_debug, is_eager=True,
                 help="Show where an error comes from."),
]  # fmt: skip

Columns = Mapping[str, str]
"""Where the columns of a verb are explained, as "module:NAME" in ``results``, by the option that gives them ("")."""


def _columns(of: Columns) -> Callable[[Verb], Verb]:
    def tell(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
        if asked:
            for option, place in of.items():
                module, _, name = place.partition(":")
                meanings = getattr(import_module(f"graphmap.results.{module}"), name)
                show_columns(meanings, f"{context.command_path} {option}".strip() if len(of) > 1 else "")
            context.exit()

    return click.option("--columns", is_flag=True, expose_value=False, callback=tell, is_eager=True,
                        help="Say what each column of JSON and CSV means.")  # fmt: skip


def show_columns(meanings: Any, heading: str = "") -> None:
    """What each column means, as a table; ``meanings`` by name, or the ``Nested`` of a column."""
    from graphmap.results import Nested

    outer = meanings
    if isinstance(meanings, Nested):
        outer = {f"{meanings.column}.{name}": meaning for name, meaning in meanings.columns.items()}
    rows = [{"name": name, "meaning": meaning} for name, meaning in outer.items()]
    columns = [output.text("name", "Column", keep=True), output.text("meaning", "Meaning", keep=True)]
    heads = [output.words(heading, "bold")] * bool(heading)
    output.write_lines([*heads, output.Table(columns, rows), *[""] * bool(heading)])


def share(given: str) -> float:
    """A part of a whole, 0 to 1, given as 0.05 or as 5%."""
    try:
        number = float(given.strip().rstrip("% ")) / (100 if given.strip().endswith("%") else 1)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise click.BadParameter(f"{given!r} is not a share; write it as 0.05 or 5%.")
    return number


MINERAL = click.option("--mineral", metavar="NAME", help="Only this mineral, by name or symbol.  [default: all]")
MINERALS = click.option("--mineral", "minerals", metavar="NAME", multiple=True,
                        help="Only this mineral; may be given several times.  [default: all]")  # fmt: skip

JOBS = click.option("--jobs", "-j", type=click.IntRange(0), metavar="N",
                    help="Worker processes; 0 reads in this process.  [default: one per processor]")  # fmt: skip

Verb = Callable[..., int | None]


def top(rows: int) -> Callable[[Verb], Verb]:
    """The option that says how many rows of a table are shown."""
    return click.option("--top", type=click.IntRange(0), metavar="N", default=rows, show_default=True,
                        help="Rows of the table form; 0 shows all. JSON and CSV always hold all.")  # fmt: skip


def verb(
    *,
    store: bool = True,
    rules: bool = True,
    form: Literal["all", "json"] = "all",
    columns: Columns | None = None,
) -> Callable[[Verb], click.Command]:
    """Make a function a verb: its first argument is the ``Session`` that the common options describe."""
    explained = [_columns(columns)] if columns else []
    common: list[Any] = [
        *_STORE * store,
        *_RULES * rules,
        *(_FORM if form == "all" else [_JSON]),
        *explained,
        *_MANNERS,
    ]

    def decorate(function: Verb) -> click.Command:
        @functools.wraps(function)
        def run(
            *, quiet: bool, as_json: bool = False, as_csv: bool = False, wide: bool = False, **given: Any
        ) -> int | None:
            if as_json and as_csv:
                raise click.UsageError("--json and --csv exclude each other.", click.get_current_context())
            form: output.Form = "json" if as_json else "csv" if as_csv else "table"
            opened = {
                name: given.pop(name) for name in ("store", "database", "policy", "lens", "as_of") if name in given
            }
            return function(Session(form=form, quiet=quiet, wide=wide, **opened), **given)

        command = click.command()(run)
        for option in common:  # behind the verb's own
            command = option(command)
        return command

    return decorate


@dataclass(frozen=True)
class Session:
    """What the common options of one call say."""

    form: output.Form
    quiet: bool
    wide: bool = False
    store: str = STORE
    database: str | None = None
    policy: str = "default"
    lens: str = "us-1502"
    as_of: date | None = None

    @contextmanager
    def open(self, *, new: bool = False) -> Iterator[Workspace]:
        """The store under the policy and lens; unless ``new`` it must hold something."""
        from graphmap import api

        if not new and "://" not in self.store and not Path(self.store).exists():
            raise StoreError(f"There is no store {self.store}.", "Load documents first: graphmap load FOLDER")
        with api.open(self.store, policy=self.policy, lens=self.lens, as_of=self.as_of, database=self.database) as work:
            yield work

    @contextmanager
    def judged(self) -> Iterator[Workspace]:
        """The store, opened to draw conclusions from."""
        with self.open() as work:
            with self.busy("Reading the store"):
                if not len(work.graph):
                    raise StoreError(f"The store {self.store} holds no documents.", "Load some: graphmap load FOLDER")
            yield work

    def busy(self, what: str) -> AbstractContextManager[None]:
        """Show on a terminal that work is going on."""
        return output.busy(what, quiet=self.quiet)

    def show(self, result: Result[Any], lines: Callable[[], Iterable[Any]], *, foot: bool = True) -> None:
        """Write a result in the form that was asked for; ``lines`` gives what a reader sees of its findings and rows.

        Notes and basis stand below a table (unless not ``foot``: then ``lines`` has them) and within JSON. A CSV has no
        room for notes: they go to stderr, and with JSON too, where a reader at the terminal sees them.
        """
        if self.form == "json":
            output.write_json(result)
        elif self.form == "csv":
            output.write_csv(result)
        else:
            output.write_lines(chain(lines(), below(result) if foot else ()), wide=self.wide)
            return
        for note in result.notes:
            self.say(f"Note: {note}")

    def say(self, line: str) -> None:
        """Tell the user something on stderr, unless nothing is to be told there."""
        if not self.quiet:
            output.say(line)

    def gate(self, result: Result[Any], failed: Iterable[str]) -> tuple[Result[Any], int]:
        """A result with what fails the limit that was set among its findings, and the exit code; said on stderr."""
        sentences = tuple(failed)
        for sentence in sentences:
            self.say(sentence)
        return result.finding(*sentences), int(bool(sentences))


def below(result: Result[Any]) -> Iterator[Any]:
    """What stands below a table: notes and, where something was judged, the basis."""
    if result.basis.policy or result.notes:
        yield ""
    for note in result.notes:
        yield output.words(f"Note: {note}", "dim")
    if result.basis.policy:
        yield output.words(str(result.basis), "dim")


def findings(result: Result[Any]) -> Iterator[Any]:
    """The findings of a result, and a blank line below them."""
    for finding in result.findings:
        yield output.words(finding, "bold")
    if result.findings:
        yield ""
