"""Verbs that draw conclusions: ``rate``, ``paths``, ``chokepoints``, ``concentration``, ``conformance``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

import click

from graphmap import wording
from graphmap.cli import app, output
from graphmap.cli.app import MINERAL, MINERALS, Session, findings, verb

if TYPE_CHECKING:
    from graphmap.results import Result

_VERBS = {"FED_BY": "fed by", "ORIGINATES_IN": "origin", "LOCATED_IN": "stands in"}
"""What a hop beyond the smelter is called."""


def shown(rows: Sequence[output.Row], top: int) -> tuple[Sequence[output.Row], list[str]]:
    """The first rows, and a line that says how many are left out, if any are."""
    first = rows[:top] if top else rows
    left = len(rows) - len(first)
    return first, [f"… and {left:,} more; --top 0 shows all"] * bool(left)


def _company(heading: str = "Company") -> output.Column:
    return output.Column(heading, lambda row: wording.label(row["name"], row["company"]), least=22, keep=True)


# ---- rate -----------------------------------------------------------------------------------------------------


@verb(columns={"": "rating:COLUMNS", "--overall": "rating:OVERALL"})
@MINERALS
@click.option(
    "--tier", type=click.IntRange(0), metavar="N", help="Only this tier: 0 brands, 1 direct suppliers, 2 theirs, …"
)
@click.option("--overall", is_flag=True, help="One row per company: by spend where known, else its worst mineral.")
@app.top(25)
@click.option("--fail-on", type=app.share, metavar="SHARE",
              help="Exit with 1 if a rated company is exposed more than this, e.g. 0.2. What is unknown or not judged "
                   "does not pass.")  # fmt: skip
def rate(
    session: Session, minerals: tuple[str, ...], tier: int | None, overall: bool, top: int, fail_on: float | None
) -> int:
    """How exposed each company is, the most exposed first.

    Exposure is the hazard of the smelters that a company's purchases come from, weighted by their shares: 0 % is
    none, 100 % is all from the most hazardous. What no document says is unknown and never counts as zero: the brackets
    give the least and the most that the exposure can be. Companies of which nothing is known stand behind the others.
    Evidence grades (A best, D worst) say how good the company's own declaration is; they are no part of the exposure.

    \b
    Examples:
      graphmap rate
      graphmap rate --tier 1 --mineral gold
      graphmap rate --lens eu-2017-821 --csv > rating.csv
      graphmap rate --tier 0 --fail-on 20%
    """
    from graphmap.results import rating

    with session.judged() as work, session.busy("Rating companies"):
        found = (work.overall if overall else work.rate)(minerals or None, tier=tier)
        failed = () if fail_on is None else rating.not_passed(work.case, found, fail_on)
    found, code = session.gate(found, failed)
    session.show(found, lambda: [*findings(found), *rating_lines(found, top, overall=overall)])
    return code


def rating_lines(found: Result[Any], top: int, *, overall: bool = False) -> Iterator[Any]:
    """A rating as a table, and below it those of which nothing is known."""
    from graphmap.results import rating

    measured, blind = rating.blocks(found)
    first, left = shown(measured, top)
    tier = output.Column("Tier", lambda row: "" if row["tier"] < 0 else str(row["tier"]), right=True)
    exposure = output.Column("Exposure", _exposure, right=True, keep=True)
    evidence = output.text("evidence", "Evidence")
    columns = [
        _company(), output.text("mineral", "Worst\nmineral" if overall else "Mineral", keep=True), exposure,
        output.share("unknown", "Unknown"), evidence, tier,
    ]  # fmt: skip
    if overall:
        columns += [output.text("basis", "Basis"), output.number("nothing_known", "Nothing known in")]
        columns.append(output.number("not_judged", "Not judged in"))
    else:
        columns += [
            output.number("not_accepted", "Not\naccepted"), output.number("not_on_list", "Not on\nlist"),
            output.number("unidentified", "Not\nidentified"), output.number("smelters", "Smelters"),
            output.number("accepted", "Accepted"), output.number("in_progress", "In\nprogress"),
            output.number("not_judged", "Not\njudged"), output.share("placed_by_own_list", "Placed by\nown list"),
        ]  # fmt: skip
    if first:
        yield output.Table(columns, first)
    yield from left
    if not blind:
        return
    least = [_company("Nothing known of"), output.text("mineral", "Mineral", keep=True),
             output.Column("Could be", _range, right=True), evidence, tier]  # fmt: skip
    if top and len(first) >= top:
        return  # the sentence above tells how many they are
    groups = _by_company(blind)
    yield from [""] * bool(first)
    yield output.Table(least, islice(groups, top - len(first) if top else None))
    if next(groups, None) is not None:
        yield "… and more; --top 0 shows all"


def _by_company(rows: Iterable[output.Row]) -> Iterator[output.Row]:
    """Rows of which nothing is known, one for each run of a company's minerals that are alike."""
    for _, group in groupby(rows, key=lambda row: [row[name] for name in ("company", "low", "high", "evidence")]):
        alike = list(group)
        yield {**alike[0], "mineral": ", ".join(row["mineral"] for row in alike)}


def _exposure(row: output.Row) -> str:
    return wording.interval(row["exposure"], row["low"], row["high"])


def _range(row: output.Row) -> str:
    return wording.span(row["low"], row["high"]).removeprefix("from ")


# ---- paths ----------------------------------------------------------------------------------------------------


@verb(columns={"": "paths:COLUMNS", "hops": "paths:HOPS"})
@click.argument("start", metavar="[FROM]", required=False)
@click.option(
    "--to",
    default="not-accepted",
    show_default=True,
    metavar="GROUP|ID",
    help="not-accepted, not-on-list, unidentified, unaccepted (all three), high-risk, any; or the id or name "
    "of a smelter, mine, company, country or region.",
)
@MINERAL
@click.option(
    "-k",
    "--top",
    "k",
    type=click.IntRange(1, 10_000),
    metavar="N",
    default=10,
    show_default=True,
    help="How many paths.",
)
@click.option(
    "--by",
    type=click.Choice(["risk", "hops"]),
    default="risk",
    show_default=True,
    help="Riskiest first, or shortest first.",
)
@click.option("--through", multiple=True, metavar="ID", help="Only paths that meet this; may be given several times.")
@click.option("--avoiding", multiple=True, metavar="ID", help="Only paths that do not meet this.")
@click.option("--max-hops", type=click.IntRange(1), metavar="N", help="Only paths of at most so many steps.")
@click.option("--explained", is_flag=True, help="Also declarations that a supplier of the same company explains.")
@click.option("--fail-on", type=app.share, metavar="SHARE",
              help="Exit with 1 if a path scores more than this, e.g. 0.01 or 1%. What is unknown or not judged does "
                   "not pass.")  # fmt: skip
def paths(
    session: Session, start: str | None, to: str, mineral: str | None, k: int, by: Any, through: tuple[str, ...],
    avoiding: tuple[str, ...], max_hops: int | None, explained: bool, fail_on: float | None,
) -> int:  # fmt: skip
    """The riskiest paths, each step with its receipt.

    Paths run from a company (FROM, its id or name; without it, the only brand) up to smelters. A path scores the
    product of its shares times the hazard of the smelter: what it adds to the exposure of the company. A share that
    no document gives is estimated, and one that had to be scaled differs from the stated one: both are marked ≈. A
    receipt names the file, the sheet and cell, and the date that the document speaks for.

    \b
    Examples:
      graphmap paths
      graphmap paths B-1 --to high-risk --mineral gold -k 3
      graphmap paths B-1 --to CD --csv > paths.csv
    """
    from graphmap.results import paths as ways

    with session.judged() as work, session.busy("Searching paths"):
        found = work.paths(start, to=to, mineral=mineral, k=k, by=by, through=through, avoiding=avoiding,
                           max_hops=max_hops, explained=explained)  # fmt: skip
        failed = () if fail_on is None else ways.not_passed(work.case, found, fail_on)
    found, code = session.gate(found, failed)
    session.show(found, lambda: [*path_blocks(found.rows), *found.findings])
    return code


def path_blocks(rows: Iterable[output.Row]) -> Iterator[Any]:
    """Each path with a heading and a line for each hop: share, where it leads, receipt."""
    for row in rows:
        ends = f"   {row['standing']}, hazard {row['hazard']:.2f}" if row["hazard"] is not None else ""
        risk = {True: ", high-risk", None: ", areas not judged" * bool(ends)}.get(row["high_risk"], "")
        score = wording.percent(row["score"], 2)
        yield output.words(f"{row['rank']}. {row['mineral']}   score {score}{ends}{risk}", "bold")
        hops = row["hops"]
        yield output.Steps(
            [("", wording.label(hops[0]["tail_name"], hops[0]["tail"]), "")]
            + [(hop_share(hop), wording.label(hop["head_name"], hop["head"]), _receipt(hop)) for hop in hops]
        )
        yield ""


def _receipt(hop: output.Row) -> str:
    """Where a hop stands; with the share that it states, where another one counts."""
    where = output.receipts(hop["receipts"])
    if hop["scaled"] and hop["stated_share"] is not None:
        where += f"; states {wording.percent(hop['stated_share'])}"
    return where


def hop_share(hop: output.Row) -> str:
    """What part of the tail's purchases a hop carries; ≈ where it is estimated or scaled."""
    if hop["share"] is None:
        return _VERBS.get(hop["type"]) or str(hop["type"]).lower().replace("_", " ")
    share = wording.percent(hop["share"])
    return f"≈ {share}" if hop["scaled"] or not hop["stated"] else share


# ---- choke points ---------------------------------------------------------------------------------------------


@verb(columns={"": "chokepoints:COLUMNS"})
@click.argument("start", metavar="[FROM]", required=False)
@click.option(
    "--to",
    default="not-accepted",
    show_default=True,
    metavar="GROUP",
    help="Which smelters: not-accepted, not-on-list, unidentified, unaccepted, high-risk or any.",
)
@MINERAL
@app.top(20)
def chokepoints(session: Session, start: str | None, to: str, mineral: str | None, top: int) -> int:
    """Who gates which smelters, and whom to act on.

    A company gates a smelter when every known path from FROM to the smelter goes through it. The smallest set of
    companies that cuts all known paths to the chosen smelters is where acting takes the least.

    \b
    Examples:
      graphmap chokepoints
      graphmap chokepoints B-1 --to high-risk --mineral tin --json
    """
    with session.judged() as work, session.busy("Searching choke points"):
        found = work.chokepoints(start, mineral=mineral, to=to)
    session.show(found, lambda: [*findings(found), *_choke_lines(found, to, top)])
    return 0


def _choke_lines(found: Result[Any], to: str, top: int) -> Iterator[Any]:
    if not found.rows:
        return
    first, left = shown(found.rows, top)
    yield output.Table(
        [
            _company(),
            output.Column("Act", lambda row: "here" if row["act"] else ""),
            output.number("smelters", f"Gates\n{to}" if to != "any" else "Gates\nsmelters"),
            output.Column("Part of exposure", _part, right=True),
        ],
        first,
    )
    yield from left


def _part(row: output.Row) -> str:
    return f"{wording.percent(row['part'])} of {row['mineral']}" if row["mineral"] else ""


# ---- concentration --------------------------------------------------------------------------------------------


@verb(columns={"": "concentration:COLUMNS"})
@click.argument("company", nargs=-1)
@MINERALS
@app.top(50)
def concentration(session: Session, company: tuple[str, ...], minerals: tuple[str, ...], top: int) -> int:
    """How much hangs on few smelters and countries.

    For each company and mineral, by smelter and by country: the index (HHI) is the sum of the squared shares, 0 to
    10,000: below 1,000 is spread out, above 1,800 concentrated. Where part of the mass is unknown, the index lies
    between the two numbers in brackets. Without COMPANY, all brands.

    \b
    Examples:
      graphmap concentration
      graphmap concentration B-1 --csv
    """
    with session.judged() as work, session.busy("Computing concentration"):
        found = work.concentration(company or None, minerals=minerals or None)
    session.show(found, lambda: [*findings(found), *_concentration_lines(found, top)])
    return 0


def _concentration_lines(found: Result[Any], top: int) -> Iterator[Any]:
    """A table for each company."""
    from graphmap.results.sentences import index

    columns = [
        output.text("mineral", "Mineral", keep=True),
        output.text("by", "By", keep=True),
        output.Column("HHI", lambda row: index(row["hhi"], row["low"], row["high"]), right=True, keep=True),
        output.Column("Level", _level),
        output.Column(
            "Largest", lambda row: f"{row['largest_name']}, {wording.percent(row['largest_part'])}", least=14
        ),
        output.share("known", "Known"),
        output.number("sources", "Sources"),
    ]
    first, left = shown(found.rows, top)
    for n, ((name, id_), group) in enumerate(groupby(first, key=lambda row: (row["name"], row["company"]))):
        yield from [""] * bool(n)
        yield output.words(wording.label(name, id_), "bold")
        yield output.Table(columns, group)
    yield from left


def _largest(row: output.Row) -> str:
    return f"{row['largest_name']}, {wording.percent(row['largest_part'])}"


def _level(row: output.Row) -> str:
    """The band in short: low, moderate or high."""
    shorter = (("unconcentrated", "low"), ("moderately concentrated", "moderate"), ("highly concentrated", "high"))
    band = str(row["band"])
    for long, short in shorter:
        band = band.replace(long, short)
    return band


# ---- conformance ----------------------------------------------------------------------------------------------


@verb(columns={"": "conformance:COLUMNS"})
@click.argument("company", nargs=-1)
@MINERALS
@app.top(25)
@click.option("--fail-on", type=app.share, metavar="SHARE",
              help="Exit with 1 if a rate by count is below this, e.g. 100%. What is unknown or not judged does not "
                   "pass.")  # fmt: skip
def conformance(
    session: Session, company: tuple[str, ...], minerals: tuple[str, ...], top: int, fail_on: float | None
) -> int:
    """Which part of its smelters is accepted.

    The rate counts accepted smelters among those that are identified and judged; by mass, the range is the accepted
    part of all purchases, without and with what is unknown. Rows are per company and mineral, the lowest rate first.
    Smelters in progress and those that nobody could identify stand apart and never count as accepted. A rate without
    any identified smelter, or on a day without an assurance list, is unknown. Without COMPANY, all companies.

    \b
    Examples:
      graphmap conformance
      graphmap conformance B-1 --mineral gold --fail-on 100%
      graphmap conformance --as-of 2026-06-30 --csv > rates.csv
    """
    from graphmap.results import conformance as rates

    with session.judged() as work, session.busy("Computing rates"):
        found = work.conformance(company or None, minerals=minerals or None)
        failed = () if fail_on is None else rates.not_passed(found, fail_on)
    found, code = session.gate(found, failed)
    session.show(found, lambda: [*findings(found), *_conformance_lines(found, top)])
    return code


def _conformance_lines(found: Result[Any], top: int) -> Iterator[Any]:
    if not found.rows:
        return
    first, left = shown(found.rows, top)
    columns = [
        _company(),
        output.text("mineral", "Mineral", keep=True),
        output.Column("Rate", _rate, right=True, keep=True),
        output.Column("Accepted", _accepted, right=True),
        output.Column("By mass", _by_mass, right=True),
        output.number("unidentified", "Not\nidentified"),
        output.share("in_progress_by_count", "In\nprogress"),
        output.number("not_judged", "Not\njudged"),
        output.number("not_accepted", "Not\naccepted"),
        output.number("not_on_list", "Not on\nlist"),
    ]
    yield output.Table(columns, first)
    yield from left


def _rate(row: output.Row) -> str:
    return wording.percent(row["rate_by_count"]) if row["judged"] else "not judged"


def _accepted(row: output.Row) -> str:
    return f"{row['accepted']:,} of {row['identified']:,}" if row["judged"] else ""


def _by_mass(row: output.Row) -> str:
    if wording.is_unknown(row["mass_low"]):
        return wording.UNKNOWN
    return wording.span(row["mass_low"], row["mass_high"]).removeprefix("from ")
