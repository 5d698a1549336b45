"""Verbs that draw conclusions: ``rate``, ``paths``, ``chokepoints``, ``concentration``, ``conformance``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from graphmap import wording
from graphmap.cli import app, output
from graphmap.cli.app import MINERAL, MINERALS, Session, verb

if TYPE_CHECKING:
    import pandas as pd

    from graphmap.analysis.chokepoints import ChokePoints
    from graphmap.analysis.paths import Hop, Path, Paths

_ALL = 1 - 1e-9
"""A part that is the whole, but for rounding."""

_VERBS = {"FED_BY": "fed by", "ORIGINATES_IN": "origin", "LOCATED_IN": "stands in"}
"""What a hop beyond the smelter is called."""


def _shown(rows: Sequence[output.Row], top: int) -> tuple[Sequence[output.Row], list[str]]:
    """The first rows, and a line that says how many are left out, if any are."""
    shown = rows[:top] if top else rows
    left = len(rows) - len(shown)
    return shown, [f"… and {left:,} more; --top 0 shows all"] * bool(left)


# ---- rate -----------------------------------------------------------------------------------------------------


@verb()
@MINERALS
@click.option(
    "--tier", type=click.IntRange(0), metavar="N", help="Only this tier: 0 brands, 1 direct suppliers, 2 theirs, …"
)
@click.option("--overall", is_flag=True, help="One row per company: by spend where known, else its worst mineral.")
@app.top(25)
@click.option("--fail-on", type=app.share, help="Exit with 1 if a rated company is exposed more than this, e.g. 0.2.")
def rate(
    session: Session, minerals: tuple[str, ...], tier: int | None, overall: bool, top: int, fail_on: float | None
) -> int:
    """How exposed each company is, the most exposed first.

    Exposure is the hazard of the smelters that a company's purchases come from, weighted by their shares: 0 % is
    none, 100 % is all from the most hazardous. What no document says is unknown and never counts as zero: it is
    spread evenly for the estimate, and the brackets give the least and the most that it can be. Evidence grades (A
    best, D worst) say how good the company's own declaration is; they are no part of the exposure.

    \b
    Examples:
      graphmap rate
      graphmap rate --tier 1 --mineral gold
      graphmap rate --lens eu-2017-821 --csv > rating.csv
      graphmap rate --tier 0 --fail-on 20%
    """
    with session.judged() as work, session.busy("Rating companies"):
        frame = work.overall(minerals or None) if overall else work.rate(minerals or None)
    if tier is not None:
        frame = frame[frame["tier"] == tier]
    session.show(lambda: rating_lines(frame, top, overall=overall), output.Records(frame))
    return int(fail_on is not None and bool((frame["exposure"] > fail_on).any()))


def rating_lines(rated: pd.DataFrame, top: int, *, overall: bool = False) -> Iterator[Any]:
    """A rating as a table."""
    shown, left = _shown(output.Records(rated.sort_values("exposure", ascending=False, kind="stable")), top)
    company = output.Column("Company", lambda row: wording.label(row["name"], row["company"]))
    tier = output.Column("Tier", lambda row: "" if row["tier"] < 0 else str(row["tier"]), right=True)
    exposure = output.Column("Exposure", _exposure, right=True, wrap=False)
    evidence = output.text("evidence", "Evidence")
    if overall:
        columns = [company, tier, exposure, output.text("mineral", "Worst mineral"), output.text("basis", "Basis")]
    else:
        columns = [
            company, tier, output.text("mineral", "Mineral"), exposure, output.number("smelters", "Smelters"),
            output.number("not_accepted", "not\naccepted"), output.number("not_on_list", "not\nlisted"),
            output.number("unidentified", "un-\nidentified"),
        ]  # fmt: skip
    yield output.table([*columns, evidence], shown)
    yield from left


def _exposure(row: output.Row) -> str:
    """An exposure with its range; one of which no part rests on any document says so."""
    told = wording.interval(row["exposure"], row["low"], row["high"])
    return f"unknown, taken as {told}" if row["unknown"] > _ALL else told


# ---- paths ----------------------------------------------------------------------------------------------------


@verb()
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
@click.option("--fail-on", type=app.share, help="Exit with 1 if a path scores more than this, e.g. 0.01 or 1%.")
def paths(
    session: Session, start: str | None, to: str, mineral: str | None, k: int, by: Any,
    through: tuple[str, ...], avoiding: tuple[str, ...], max_hops: int | None, fail_on: float | None,
) -> int:  # fmt: skip
    """The riskiest paths, each step with its receipt.

    Paths run from a company (FROM, its id or name; without it, the only brand) up to smelters. A path scores the
    product of its shares times the hazard of the smelter: what it adds to the exposure of the company. A share that
    no document gives is estimated and marked ≈. A receipt names the file, the sheet and cell, and the date that the
    document speaks for.

    \b
    Examples:
      graphmap paths
      graphmap paths B-1 --to high-risk --mineral gold -k 3
      graphmap paths B-1 --to CD --csv > paths.csv
    """
    with session.judged() as work, session.busy("Searching paths"):
        found = work.paths(start, to=to, mineral=mineral, k=k, by=by, through=through, avoiding=avoiding,
                           max_hops=max_hops)  # fmt: skip
    session.show(lambda: _paths_lines(found), list(_hop_rows(found.paths)), header=_HOP, data=found.to_dict())
    return int(fail_on is not None and any(path.score > fail_on for path in found.paths))


_HOP = (
    "rank", "mineral", "score", "hazard", "standing", "hop", "tail", "tail_name", "type", "share", "stated",
    "head", "head_name", "receipts",
)  # fmt: skip


def _hop_rows(found: Sequence[Path]) -> Iterator[dict[str, Any]]:
    for rank, path in enumerate(found, 1):
        for number, hop in enumerate(path.hops, 1):
            told = (
                rank, path.mineral, path.score, path.hazard, path.standing, number, hop.tail.id, hop.tail.name,
                hop.type, hop.share, hop.stated, hop.head.id, hop.head.name, list(map(str, hop.receipts)),
            )  # fmt: skip
            yield dict(zip(_HOP, told, strict=True))


def _paths_lines(found: Paths) -> Iterator[Any]:
    if not found.paths:
        yield f"No path leads from {found.source.name} to {_target(found.to)}."
        yield from _doubt_lines(found)
        return
    yield from path_blocks(found.paths)
    total = f"{'' if found.total_exact else 'at least '}{wording.count_of(found.total, 'path')}"
    yield f"{total} from {found.source.name} to {_target(found.to)}; {len(found.paths)} shown, by {found.by}."
    if found.capped:
        yield "The search was cut short: better paths than the last ones may be missing."
    for mineral, exposure in found.exposure.items():
        if any(path.mineral == mineral for path in found.paths):
            told = exposure - found.rest[mineral]
            yield f"{mineral}: exposure {wording.percent(exposure)}, of which these paths bring {wording.percent(told)}"


def _doubt_lines(found: Paths) -> Iterator[str]:
    """Why finding no path is not an all-clear."""
    for mineral, unclear in found.unclear.items():
        doubts = [
            (unclear.not_on_list, f"{unclear.not_on_list} of its {unclear.smelters} smelters on no assurance list"),
            (unclear.unidentified, f"{unclear.unidentified} not identified"),
            (unclear.unknown > 0, f"{wording.percent(unclear.unknown)} of its purchases of unknown origin"),
        ]
        if said := [words for holds, words in doubts if holds]:
            yield f"{mineral}: no all-clear, with {', '.join(said)}"


def _target(to: str) -> str:
    from graphmap.analysis.paths import TARGETS

    return "any smelter" if to == "any" else f"{to} smelters" if to in TARGETS else to


def path_blocks(found: Sequence[Path]) -> Iterator[Any]:
    """Each path with a heading and a line for each hop: share, where it leads, receipt."""
    for rank, path in enumerate(found, 1):
        ends = f"   {path.standing}, hazard {path.hazard:.2f}" if path.hazard is not None else ""
        yield output.words(f"{rank}. {path.mineral}   score {wording.percent(path.score, 2)}{ends}", "bold")
        yield output.steps(
            [("", wording.label(path.nodes[0].name, path.nodes[0].id), "")]
            + [
                (hop_share(hop), wording.label(hop.head.name, hop.head.id), output.receipts(hop.receipts))
                for hop in path.hops
            ]
        )
        yield ""


def hop_share(hop: Hop) -> str:
    """What part of the tail's purchases a hop carries; ≈ where it is estimated."""
    if hop.share is None:
        return _VERBS.get(hop.type, hop.type.lower().replace("_", " "))
    return ("" if hop.stated else "≈ ") + wording.percent(hop.share)


# ---- choke points ---------------------------------------------------------------------------------------------


@verb()
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

    A company gates a smelter when every path from FROM to the smelter goes through it. The smallest set of
    companies that cuts all ways to the chosen smelters is where acting takes the least.

    \b
    Examples:
      graphmap chokepoints
      graphmap chokepoints B-1 --to high-risk --mineral tin --json
    """
    with session.judged() as work, session.busy("Searching choke points"):
        found = work.chokepoints(start, mineral=mineral, to=to)
    rows = output.Records(found.to_frame())
    session.show(lambda: _choke_lines(found, rows, top), rows, data=found.to_dict())
    return 0


def _choke_lines(found: ChokePoints, rows: Sequence[output.Row], top: int) -> Iterator[Any]:
    if found.cut:
        many = wording.count_of(len(found.cut), "company", "companies")
        fewest = "" if found.fewest else f" (as few as {found.at_least} cannot be ruled out)"
        yield output.words(
            f"Acting on {many}{fewest} cuts every way from {found.source.name} to {_target(found.to)}:", "bold"
        )
        yield output.steps([("", wording.label(company.name, company.id), "") for company in found.cut])
    else:
        yield f"No other company stands between {found.source.name} and {_target(found.to)}."
    for mineral, smelter in found.direct:
        yield f"{found.source.name} itself brings {wording.label(smelter.name, smelter.id)} ({mineral})."
    if not rows:
        return
    shown, left = _shown(rows, top)
    yield ""
    yield output.words("Who gates what", "bold")
    yield output.table(
        [
            output.Column("Company", lambda row: wording.label(row["name"], row["company"])),
            output.number("smelters", "Smelters gated"),
            output.number("targets", f"of them {found.to}"),
            output.share("part", "Part of exposure"),
            output.Column("", lambda row: "act here" if row["act"] else ""),
        ],
        shown,
    )
    yield from left


# ---- concentration --------------------------------------------------------------------------------------------


@verb()
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
        frame = work.concentration(company or None, minerals=minerals or None)
    rows = output.Records(frame)
    session.show(lambda: _concentration_lines(rows, top), rows)
    return 0


def _concentration_lines(rows: Sequence[output.Row], top: int) -> Iterator[Any]:
    """A table for each company."""
    columns = [
        output.text("mineral", "Mineral"),
        output.text("by", "By"),
        output.Column("HHI", _hhi, right=True, wrap=False),
        output.Column("Concentrated", lambda row: row["band"].replace(" concentrated", "")),
        output.share("known", "Known"),
        output.number("sources", "Sources"),
        output.Column("Largest", lambda row: f"{row['largest_name']}, {wording.percent(row['largest_part'])}"),
    ]
    shown, left = _shown(rows, top)
    for (name, id_), group in groupby(shown, key=lambda row: (row["name"], row["company"])):
        yield output.words(wording.label(name, id_), "bold")
        yield output.table(columns, group)
    yield from left


def _hhi(row: output.Row) -> str:
    same = f"{row['low']:.0f}" == f"{row['high']:.0f}"
    return f"{row['hhi']:,.0f}" + ("" if same else f" [{row['low']:,.0f}–{row['high']:,.0f}]")


# ---- conformance ----------------------------------------------------------------------------------------------


@verb()
@click.argument("company", nargs=-1)
@MINERALS
@app.top(25)
@click.option("--fail-on", type=app.share, help="Exit with 1 if a rate by count is below this, e.g. 100%.")
def conformance(
    session: Session, company: tuple[str, ...], minerals: tuple[str, ...], top: int, fail_on: float | None
) -> int:
    """Which part of its smelters is accepted.

    The rate counts accepted smelters among those that are identified; by mass, each counts with what it supplies.
    Rows are per company and mineral, the lowest rate first. Smelters in progress and those that nobody could
    identify stand apart and never count as accepted. A rate without any identified smelter is unknown. Without
    COMPANY, all companies.

    \b
    Examples:
      graphmap conformance
      graphmap conformance B-1 --mineral gold --fail-on 100%
      graphmap conformance --as-of 2026-06-30 --csv > rates.csv
    """
    with session.judged() as work, session.busy("Computing rates"):
        frame = work.conformance(company or None, minerals=minerals or None)
    rows = output.Records(frame.sort_values("rate_by_count", kind="stable"))
    shown, left = _shown(rows, top)
    columns = [
        output.Column("Company", lambda row: wording.label(row["name"], row["company"])),
        output.text("mineral", "Mineral"),
        output.number("identified", "Identified"),
        output.number("accepted", "Accepted"),
        output.share("rate_by_count", "Rate"),
        output.share("rate_by_mass", "by mass"),
        output.share("in_progress_by_count", "In progress"),
        output.number("unidentified", "Unidentified"),
    ]
    session.show(lambda: [output.table(columns, shown), *left], rows)
    return int(fail_on is not None and bool((frame["rate_by_count"] < fail_on).any()))
