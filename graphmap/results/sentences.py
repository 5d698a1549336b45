"""Sentences about findings: each is built here, once, whoever says it. Plain values in, one sentence out.

Companies and smelters are given as they are to be called; shares are 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from graphmap.wording import count_of, interval, listed, percent, span

_GROUPS: Mapping[str, str] = {
    "any": "any smelter",
    "not-accepted": "smelters that are not accepted",
    "not-on-list": "smelters that are on no list",
    "not-judged": "smelters that are not judged",
    "unidentified": "unidentified smelters",
    "unaccepted": "smelters that are not accepted, on no list or unidentified",
    "high-risk": "high-risk smelters",
}
"""Groups of smelters, as paths and choke points are asked for, in words."""

_NAMED = 8
"""How many things a sentence names before it says how many more there are."""

NOT_JUDGED = "not judged: no assurance list on that date"
"""What stands where a rate would, before the first assurance list."""


def group(to: str) -> str:
    """A group of smelters, or the name of another end of paths, as a sentence calls it."""
    return _GROUPS.get(to, to)


def several(words: Iterable[str], count: int) -> str:
    """The first of so many words, and how many more there are: "a, b and 3 more"."""
    first = list(islice(words, _NAMED))
    if count <= len(first):
        return listed(first)
    return f"{', '.join(first)} and {count - len(first):,} more"


# ---- what is unknown ------------------------------------------------------------------------------------------


def nothing_known(count: int, low: float, high: float, noun: str = "company", plural: str = "companies") -> str:
    """That some have no rank: nothing is known of them, and what they could be."""
    each = "it" if count == 1 else "each"
    could = f"could be anywhere {span(low, high)}" if low < high else f"is taken as {span(low, high)}"
    return f"Nothing is known of {count_of(count, noun, plural)}; {each} {could}."


def not_judged(minerals: Sequence[str]) -> str:
    """That no smelter of these minerals is judged."""
    are = "is" if len(minerals) == 1 else "are"
    return f"{listed(minerals).capitalize()} {are} {NOT_JUDGED}."


def unknown_mass(unknown: Mapping[str, float]) -> str:
    """Of which part of the purchases no smelter is known, by mineral; "" if none."""
    parts = [f"{percent(part)} of {mineral}" for mineral, part in unknown.items() if part > 0]
    return f"Nobody names the smelters of {listed(parts)}." if parts else ""


def doubt(
    mineral: str, *, unknown: float, smelters: int, not_on_list: int = 0, not_judged: int = 0, unidentified: int = 0
) -> str:
    """What is open in the chain of a mineral, e.g. "tin: 40.0 % of the purchases unknown, 1 of 3 smelters not on a
    list"; "" if nothing is."""
    counts = {"not judged": not_judged, "not on a list": not_on_list, "not identified": unidentified}
    counted = [f"{count:,} {what}" for what, count in counts.items() if count]
    if counted:
        number, _, rest = counted[0].partition(" ")
        counted[0] = f"{number} of {count_of(smelters, 'smelter')} {rest}"
    mass = [f"{percent(unknown)} of the purchases unknown"] if unknown > 0 else []
    return f"{mineral}: {', '.join([*mass, *counted])}" if mass or counted else ""


# ---- paths and cuts -------------------------------------------------------------------------------------------


def no_path(source: str, to: str, doubts: Sequence[str], *, known: bool = True, narrowed: bool = False) -> str:
    """That no path leads somewhere, and why that is no all-clear. ``known``: whether the source has a part in any
    chain; ``narrowed``: whether filters left paths out."""
    said = f"No path {'that passes the filters ' if narrowed else ''}leads from {source} to {group(to)}"
    doubts = [one for one in doubts if one]
    if not known:
        return f"{said}; that is no all-clear: no document says what {source} buys or declares."
    return f"{said}; that is no all-clear: {'; '.join(doubts)}." if doubts else f"{said}."


def paths_found(total: int, source: str, to: str, *, exact: bool, shown: int, by: str) -> str:
    """How many paths there are, and how many of them follow."""
    number = f"{'' if exact else 'At least '}{count_of(total, 'path')}"
    which = "all shown" if shown >= total and exact else f"{shown:,} shown"
    order = {"risk": "riskiest first", "hops": "shortest first"}.get(by, by)
    lead = "leads" if total == 1 and exact else "lead"
    return f"{number} {lead} from {source} to {group(to)}; {which}, {order}."


def paths_bring(mineral: str, exposure: float, brought: float, unknown: float) -> str:
    """What part of an exposure the paths account for, and what is unknown."""
    rest = f"; the smelters of {percent(unknown)} of the purchases are unknown" if unknown > 0 else ""
    return f"{mineral.capitalize()}: exposure {percent(exposure)}, of which these paths bring {percent(brought)}{rest}."


CUT_SHORT = "The search was cut short: better paths than the last ones may be missing."
"""What stands below paths that a search gave up on."""


def acting(
    companies: Sequence[str],
    source: str,
    to: str,
    *,
    at_least: int,
    unknown: Mapping[str, float],
    own: bool = False,
) -> str:
    """Whom to act on: the companies of a cut, whether fewer might do, and what no cut can reach. ``own``: whether the
    source declares smelters itself, to which the cut does not apply."""
    said = (
        f"Acting on {count_of(len(companies), 'company', 'companies')} cuts every known path "
        f"{'through its suppliers ' if own else ''}from {source} to {group(to)}: {several(companies, len(companies))}."
    )
    if at_least < len(companies):
        said += f" As few as {at_least:,} cannot be ruled out."
    return f"{said} {unknown_mass(unknown)}".rstrip()


def brings_itself(source: str, smelters: Sequence[str]) -> str:
    """That a company declares smelters which none of its suppliers brings; no other company can cut that off."""
    return f"{source} itself brings {several(smelters, len(smelters))}."


# ---- ratings --------------------------------------------------------------------------------------------------


def most_exposed(name: str, mineral: str, exposure: float, low: float, high: float) -> str:
    """Who leads a rating."""
    return f"{name} is the most exposed: {interval(exposure, low, high)} in {mineral}."


def reached(source: str, smelters: int, to: str, paths: int, through: int, suppliers: int) -> str:
    """How many smelters of a group a company reaches, and by how many ways."""
    return (
        f"{source} reaches {smelters:,} {group(to)}, over {count_of(paths, 'path')} through {through:,} of its "
        f"{count_of(suppliers, 'direct supplier')}."
    )


def most_exposed_in(name: str, mineral: str, exposure: float, low: float, high: float) -> str:
    """In which mineral a company is most exposed."""
    return f"{name} is most exposed in {mineral}: {interval(exposure, low, high)}."


def fully_accepted(count: int, companies: int, noun: str = "company", plural: str = "companies") -> str:
    """How many have only accepted smelters, of those whose smelters are judged."""
    have = "has" if count == 1 else "have"
    return f"{count:,} of {count_of(companies, noun, plural)} {have} every identified smelter accepted."


def lowest_rate(name: str, mineral: str, accepted: int, identified: int) -> str:
    """Who has the lowest rate of accepted smelters."""
    rate = percent(accepted / identified)
    return f"{name} has the lowest rate: {rate} of {mineral} ({accepted:,} of {count_of(identified, 'smelter')})."


def none_identified(count: int, noun: str = "company", plural: str = "companies") -> str:
    """That some lead to no smelter with a name."""
    leads = "leads" if count == 1 else "lead"
    return f"{count_of(count, noun, plural)} {leads} to no identified smelter: the rate is unknown."


def not_passed(why: str, which: Iterable[str], count: int) -> str:
    """Why and what, so many in all, fails a limit that was set."""
    return f"Not passed, {why}: {several(which, count)}."


def index(hhi: float, low: float, high: float) -> str:
    """An index of concentration with the range that the unknown part leaves, e.g. "1,104 [413–2,852]"."""
    ends = "" if f"{low:.0f}" == f"{high:.0f}" else f" [{low:,.0f}–{high:,.0f}]"
    return f"{hhi:,.0f}{ends}"


def most_concentrated(
    name: str, mineral: str, by: str, hhi: float, low: float, high: float, largest: str, part: float, known: float
) -> str:
    """Where a company depends most on few."""
    rest = f"; for {percent(1 - known)} it is unknown" if known < 1 - 1e-9 else ""
    return (
        f"{name} depends on few most in {mineral} by {by}: index {index(hhi, low, high)}; {largest} brings "
        f"{percent(part)}{rest}."
    )


NO_TRAJECTORY = "Fewer than two dates of documents are known: there is no way to show."
"""What stands where a trajectory would."""


def goal(name: str, mineral: str, rate: float, by: str, now: float, on_track: bool | None, reached: str) -> str:
    """How a company stands to a goal, with the forecast marked as such."""
    wanted = f"{name}, {mineral}: goal {percent(rate)} by {by}, now {percent(now)}"
    if now >= rate:
        return f"{wanted}; reached." if on_track else f"{wanted}; reached, but at the present pace (forecast) not kept."
    if on_track is None:
        return f"{wanted}; nobody can say whether it will be reached."
    when = f"reached on {reached}" if reached else "never reached"
    return f"{wanted}; at the present pace (forecast) {when}{'' if on_track else ', too late' if reached else ''}."


# ---- profiles -------------------------------------------------------------------------------------------------


def thing(name: str, kind: str, tier: int | None) -> str:
    """What something is: "Acme [B-1] is a company, a direct supplier."."""
    kind = {"AreaList": "list of areas"}.get(kind, kind.lower())
    place = {None: "", 0: ", a brand", 1: ", a direct supplier"}.get(tier, f", tier {tier}")
    return f"{name} is a {kind}{place}."


def company_in(
    mineral: str,
    exposure: float,
    low: float,
    high: float,
    unknown: float,
    evidence: str,
    suppliers: int,
    declared: int,
    reached: Mapping[str, int],
) -> str:
    """What follows for a company and a mineral."""
    upstream = ", ".join(f"{count:,} {standing}" for standing, count in reached.items() if count)
    if unknown > 1 - 1e-9:
        figure = f"nothing known; it could be {'anywhere ' * (low < high)}{span(low, high)}"
    else:
        rest = f", {percent(unknown)} of the purchases unknown" if unknown > 0 else ""
        figure = f"exposure {interval(exposure, low, high)}{rest}"
    return (
        f"{mineral.capitalize()}: {figure}, evidence {evidence}; buys from {count_of(suppliers, 'supplier')}, declares "
        f"{count_of(declared, 'smelter')}; upstream: {upstream or 'no smelter'}."
    )


def smelter_in(mineral: str, standing: str, hazard: float, high_risk: bool | None, declared_by: int) -> str:
    """What follows for a smelter and a mineral; ``high_risk`` None: no areas are loaded, so nothing is judged."""
    where = {None: ", location and origin not judged", True: ", high-risk under the lens", False: ""}[high_risk]
    return (
        f"{mineral.capitalize()}: {standing}, hazard {hazard:.2f}{where}; declared by "
        f"{count_of(declared_by, 'company', 'companies')}."
    )


# ---- documents ------------------------------------------------------------------------------------------------


def read(documents: int, claims: int, rejected: int) -> str:
    """What a load read."""
    bad = f"; {count_of(rejected, 'file')} rejected, nothing of which is stored" if rejected else ""
    return f"{count_of(documents, 'document')} read, {count_of(claims, 'claim')}{bad}."


def kept(documents: int, current: int) -> str:
    """How many documents a store holds, and how many of them count."""
    old = documents - current
    rest = f"; {old:,} {'is' if old == 1 else 'are'} superseded by a later one" if old else ""
    return f"{count_of(documents, 'document')} in the store{rest}."


def issues(tally: Mapping[str, int]) -> str:
    """How much is doubtful, by severity in the plural."""
    parts = [count_of(count, name.removesuffix("s")) for name, count in tally.items() if count]
    return f"Issues: {', '.join(parts)}." if parts else "Nothing in the documents is doubtful."


def forgotten(file: str, kind: str, day: str) -> str:
    """That a document was removed."""
    return f"Forgotten: {file} ({kind}, {day or 'undated'})"


def copied(source: str, target: str, documents: int, new: int, claims: int) -> str:
    """That two stores hold the same."""
    return (
        f"{target} now holds what {source} holds, to the last byte: {count_of(documents, 'document')} ({new:,} of them "
        f"new) with {count_of(claims, 'claim')}."
    )


def removed(target: str, files: Sequence[str]) -> str:
    """What was removed from a store."""
    return f"Removed from {target}: {several(files, len(files))}."


def written(path: str, size: int | None = None) -> str:
    """That a file was written."""
    if size is None:
        return f"Written: {path}"
    return f"Written: {path} ({f'{size / 1e6:.1f} MB' if size >= 1e5 else f'{size / 1e3:.0f} kB'})"
