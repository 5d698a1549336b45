"""The same verbs as the command line, for Python: each returns a ``Result``.

::

    with graphmap.open("chain.graphmap", lens="eu-2017-821") as work:
        work.load("campaign/")
        work.rate().to_frame()                         # one row per company and mineral, the most exposed first
        work.paths("B-1", to="not-accepted").findings  # what was found, in sentences
        work.paths("B-1").detail.paths                 # the plain objects behind the rows, each hop with its receipts

A result has rows, what each of its columns means, the basis that it rests on, notes and findings; see ``results``. In
a notebook it shows itself as a table. Wherever a company, smelter, mine or area is asked for, its id, its name or a
part of its name will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import date
from functools import cached_property
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from graphmap import export, ingest, lists, names, schema, tiers
from graphmap import questions as named
from graphmap.analysis import chokepoints, concentration, conformance, dossier, exposure, paths
from graphmap.analysis.case import Case
from graphmap.errors import NotFound
from graphmap.graph import SupplyGraph
from graphmap.owner import owner_of
from graphmap.policy import lens_names, load_lens, load_policy
from graphmap.results import Basis, Result, answers, profile, rating
from graphmap.results import chokepoints as gates
from graphmap.results import concentration as indices
from graphmap.results import conformance as rates
from graphmap.results import documents as papers
from graphmap.results import paths as ways
from graphmap.store import Stored, bulk, open_store

if TYPE_CHECKING:
    import pandas as pd

    from graphmap.analysis.trajectory import Trajectory
    from graphmap.maps import Around, Map

DEFAULT_STORE = "chain.graphmap"
"""The file that is opened where none is named."""

_DAYS = 12
"""On how many days a trajectory looks: each is one reading of the store."""

_LISTED = 8
"""How many possible meanings of a name an error lists."""


def open(  # noqa: A001 - graphmap.open() says what it does
    store: str | PathLike[str] = DEFAULT_STORE,
    *,
    policy: str | PathLike[str] = "default",
    lens: str | PathLike[str] = "us-1502",
    as_of: date | str | None = None,
    database: str | None = None,
) -> Workspace:
    """Open a store, to be read under one policy, one lens and one date.

    ``store`` is a file or the address of a Neo4j server, of which ``database`` names one (see ``store.open_store``).
    ``policy`` and ``lens`` are names of those that come with graphmap or paths of your own TOML files. ``as_of``
    (a date or "2026-06-30") takes the documents and draws the conclusions of that day; by default the latest
    documents count, and conclusions are drawn on the latest date that any of them speaks for.

    >>> with graphmap.open("chain.graphmap", policy="my.policy.toml", as_of="2026-06-30") as work:  # doctest: +SKIP
    ...     work.conformance()

    Raises ``StoreError``, ``PolicyError`` or, for a date that is none, ``ValueError``.
    """
    return Workspace(store, policy=policy, lens=lens, as_of=as_of, database=database)


def init(file: str | PathLike[str] = lists.FILE, *, force: bool = False) -> Path:
    """Write the lists that you fill in, empty, as one workbook: suppliers, purchases, assurance, areas, origins.

    Each sheet is headed and explained, and ``load`` reads what you write below the headings.

    >>> graphmap.init("lists.xlsx")                                         # doctest: +SKIP

    Raises ``GraphmapError`` for a file that is there already, unless ``force``, and for a name without .xlsx.
    """
    return lists.write_lists(Path(file), force=force)


class Workspace:
    """One store, read under one policy, lens and date. Close it, or use it in a ``with`` statement.

    ``graph`` is the loaded graph and ``case`` the graph with the conclusions drawn from it; both are read when first
    asked for and again after ``load`` and ``forget``.
    """

    def __init__(
        self,
        store: str | PathLike[str],
        *,
        policy: str | PathLike[str],
        lens: str | PathLike[str],
        as_of: date | str | None,
        database: str | None = None,
    ) -> None:
        self.policy, self.lens = load_policy(str(policy)), load_lens(str(lens))
        self.as_of = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        self.store = open_store(str(store), database=database)
        self._seen_through: Callable[[SupplyGraph], SupplyGraph] = lambda graph: graph

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.__exit__(kind, error, trace)

    # ---- documents --------------------------------------------------------------------------------------------

    def load(
        self,
        *documents: str | PathLike[str],
        owner: str | None = None,
        jobs: int | None = None,
        extra: Iterable[str | PathLike[str]] = (),
        progress: Callable[[int, int, str], None] | None = None,
    ) -> Result[ingest.Report]:
        """Read files and folders into the store; loading one again changes nothing.

        ``jobs`` worker processes read (default: one per processor; 0: none, all in this process); ``extra`` are
        loader files of your own. ``progress`` is called with (documents done, documents in all, file) after each.
        Files that are not what they claim to be are ``rejected`` with a reason and the others go on.

        ``owner`` is the name or id of the company that you report for. It is kept, and given again with another name
        it takes the place of the former one. Each company that declares and that no purchase list names is then read
        as its direct supplier: assumed, its share unknown, until a purchase list says more.

        >>> found = work.load("campaign/", "assurance list.csv")            # doctest: +SKIP
        >>> [row["rejected"] for row in found if row["rejected"]]           # doctest: +SKIP
        >>> work.load("declarations/", owner="Our Company").notes           # doctest: +SKIP
        """
        try:
            report = ingest.load(
                [Path(path) for path in documents],
                self.store,
                owner=owner,
                jobs=jobs,
                extra=[Path(path) for path in extra],
                progress=progress,
            )
        finally:
            self._reread()
        return papers.loading(report, sum(one.current for one in self.store.sources()))

    def sources(self, *, issues: bool = False) -> Result[Sequence[Stored]]:
        """All documents in the store, whether they count at present, and what superseded them; or their ``issues``.

        >>> [row["file"] for row in work.sources() if not row["current"]]               # doctest: +SKIP
        """
        stored = self.store.sources()
        return papers.issues(stored) if issues else papers.sources(stored)

    def source(self, text: str) -> Stored:
        """The document with this id, beginning of an id (four characters or more) or file name.

        >>> work.source("CMRT Acme.xlsx").issues                            # doctest: +SKIP

        Raises ``NotFound`` if none or several are meant.
        """
        stored = self.store.sources()
        hits = [one for one in stored if text == one.source.file]
        if not hits and len(text) >= 4:
            hits = [one for one in stored if one.source.id.casefold().startswith(text.casefold())]
        if len(hits) == 1:
            return hits[0]
        if hits:
            ids = [id_ if "#" in id_ else id_[:12] for id_ in (one.source.id for one in hits[:_LISTED])]
            listed = "; ".join(
                f"{id_} ({one.source.file}, {one.source.as_of})" for id_, one in zip(ids, hits, strict=False)
            )
            raise NotFound(f"{len(hits)} documents are called {text!r}.", f"Name one by its id: {listed}.")
        near = names.closest(text, sorted({one.source.file for one in stored}))
        cure = f"Is it one of these: {'; '.join(near)}?" if near else "graphmap sources lists them."
        raise NotFound(f"No document in the store is called {text!r}.", cure)

    def forget(self, text: str) -> Result[Sequence[Stored]]:
        """Remove a document, named as for ``source``, and all that only it says. Returns what is gone.

        Of a file that holds several documents, its name or the id before "#" removes all.

        >>> work.forget("CMRT Acme.xlsx")                                   # doctest: +SKIP
        """
        found = self.file(text)
        for stored in found:
            self.store.forget(stored.source.id)
        self._reread()
        return papers.forgotten(found, self.store.sources())

    def file(self, text: str) -> list[Stored]:
        """The documents of the file that ``text`` names as for ``source``: one, or one for each kind of sheet."""
        named = [one for one in self.store.sources() if text == one.source.file]
        named = named or [
            one
            for one in self.store.sources()
            if "#" in one.source.id and len(text) >= 4 and one.source.id.partition("#")[0].startswith(text.casefold())
        ]
        ids = {one.source.id.partition("#")[0] for one in named}
        return named if len(ids) == 1 and len(named) > 1 else [self.source(text)]

    # ---- the graph --------------------------------------------------------------------------------------------

    @cached_property
    def graph(self) -> SupplyGraph:
        """What the documents say, as columns; ``work.graph.to_networkx()`` for other tools."""
        return self._read(self.as_of)

    def _read(self, as_of: date | None) -> SupplyGraph:
        return self._seen_through(self.store.graph(as_of))

    def _with(self, seen_through: Callable[[SupplyGraph], SupplyGraph]) -> Workspace:
        """This workspace with another view of what its store holds."""
        other = copy(self)
        other._reread()
        other._seen_through = seen_through
        return other

    @cached_property
    def case(self) -> Case:
        """The graph under the policy, lens and date; what every analysis works on."""
        return Case(self.graph, policy=self.policy, lens=self.lens, as_of=self.as_of)

    def _reread(self) -> None:
        for name in ("graph", "case", "latest"):
            self.__dict__.pop(name, None)

    @cached_property
    def latest(self) -> Workspace:
        """This workspace over the latest documents, whatever the day of ``as_of``: what named questions ask."""
        if self.as_of is None:
            return self
        other = copy(self)
        other._reread()
        other.__dict__["graph"] = self._read(None)
        return other

    def find(self, text: str) -> list[int]:
        """The nodes that an id, a name or a part of a name may mean, best first.

        >>> [work.graph.ids[node] for node in work.find("acme")]            # doctest: +SKIP
        """
        return dossier.find(self.graph, text)

    def node(self, text: str | int, *labels: str) -> int:
        """The one node that is meant; ``labels`` says what it may be. A number is taken as it is.

        >>> work.node("Acme Metals", "Company")                             # doctest: +SKIP

        Raises ``NotFound``, which lists similar names when nothing is found, and what it may mean when several are.
        """
        if isinstance(text, int):
            return text
        found = self.find(text)
        hits = [hit for hit in found if not labels or self.graph.label_of(hit) in labels]
        if len(hits) == 1:
            return hits[0]
        listed = "; ".join(self.describe(hit) for hit in (hits or found)[:_LISTED])
        if not hits:
            raise NotFound(f"{text!r} is no {' or '.join(labels).lower()}.", f"It may mean: {listed}.")
        more = f"; and {len(hits) - _LISTED} more" if len(hits) > _LISTED else ""
        raise NotFound(f"{text!r} may mean {len(hits)} things.", f"Name one by its id: {listed}{more}.")

    def describe(self, node: int) -> str:
        """A node in words, e.g. "B-1 (Acme Metals, company)"."""
        return f"{self.graph.ids[node]} ({self.graph.names[node]}, {self.graph.label_of(node).lower()})"

    def brands(self) -> list[int]:
        """The companies that the documents call a brand, and the one that you report for: where chains start.

        >>> [work.graph.names[node] for node in work.brands()]              # doctest: +SKIP
        """
        return tiers.brands(self.graph)

    def start(self, company: str | int | None) -> int:
        """The company that an analysis starts from: the one that is given, else the one that you report for (see
        ``load``), else the only brand.

        Raises ``NotFound`` when none is given, nobody said which one you report for, and there is not exactly one
        brand.
        """
        if company is not None:
            return self.node(company, "Company")
        if owner := owner_of(self.graph):
            return owner.node
        brands = self.brands()
        if len(brands) == 1:
            return brands[0]
        listed = "; ".join(self.describe(node) for node in brands[:_LISTED])
        say = 'graphmap load FOLDER --for "Our Company"'
        if brands:
            more = f"; and {len(brands) - _LISTED} more" if len(brands) > _LISTED else ""
            cure = f"Name the company to start from: {listed}{more}. Or say once which one you report for: {say}"
            raise NotFound(f"There are {len(brands)} brands.", cure)
        raise NotFound("No company is marked as the one you report for.", f"Say which: {say}")

    # ---- questions --------------------------------------------------------------------------------------------

    def rate(self, minerals: str | Sequence[str] | None = None, *, tier: int | None = None) -> Result[pd.DataFrame]:
        """How exposed each company, or each of a ``tier``, is to hazardous smelters, per mineral.

        See ``analysis.exposure.rate``.

        >>> work.rate("gold", tier=1).to_frame().head()                     # doctest: +SKIP
        """
        return rating.rating(self.case, self._rated(minerals, tier))

    def overall(self, minerals: str | Sequence[str] | None = None, *, tier: int | None = None) -> Result[pd.DataFrame]:
        """One row per company over its minerals: weighted by spend where that is known, else its worst mineral.

        >>> work.overall(tier=1).rows[0]                                    # doctest: +SKIP
        """
        rated = self._rated(minerals, tier)
        return rating.overall(self.case, exposure.overall(self.case, rated), rated)

    def _rated(self, minerals: str | Sequence[str] | None, tier: int | None) -> pd.DataFrame:
        rated = exposure.rate(self.case, minerals=self._minerals(minerals))
        return rated if tier is None else rated[rated["tier"] == tier]

    def attribute(self, company: str | int | None, mineral: str) -> Result[exposure.Attribution]:
        """Whose a company's exposure is: by smelter and by direct supplier; both sum to the exposure.

        >>> work.attribute("B-1", "gold").rows[0]                           # doctest: +SKIP
        """
        node = self.start(company)
        return rating.attribution(
            self.case, self.graph.names[node], exposure.attribute(self.case, node, self.mineral(mineral))
        )

    def paths(
        self,
        source: str | int | None = None,
        *,
        to: str | int = "not-accepted",
        mineral: str | None = None,
        k: int = 25,
        by: Literal["risk", "hops"] = "risk",
        through: Sequence[str | int] = (),
        avoiding: Sequence[str | int] = (),
        max_hops: int | None = None,
        explained: bool = False,
    ) -> Result[paths.Paths]:
        """The ``k`` riskiest (or shortest) paths from a company, by default the only brand; see ``analysis.paths``.

        ``to`` is a group of smelters (``paths.TARGETS``) or a smelter, mine, company, country or region.
        ``explained`` adds the declarations that a supplier of the same company explains.

        >>> for path in work.paths(to="high-risk", mineral="gold"):         # doctest: +SKIP
        ...     print(path["path"], path["score"], path["hops"][-1]["receipts"])
        """
        which = None if mineral is None else self.mineral(mineral)
        found = paths.find_paths(
            self.case,
            self.start(source),
            to=to if to in paths.TARGETS else self.node(to),
            mineral=which,
            k=k,
            by=by,
            through=[self.node(one) for one in through],
            avoiding=[self.node(one) for one in avoiding],
            max_hops=max_hops,
            **({"explained": True} if explained else {}),
        )
        narrowed = bool(through or avoiding or max_hops is not None)
        return ways.paths(self.case, found, mineral=which, narrowed=narrowed)

    def chokepoints(
        self, source: str | int | None = None, *, mineral: str | None = None, to: str = "not-accepted"
    ) -> Result[chokepoints.ChokePoints]:
        """Who gates which smelters for a company, and the fewest companies to act on.

        >>> [row["name"] for row in work.chokepoints() if row["act"]]       # doctest: +SKIP
        """
        which = None if mineral is None else self.mineral(mineral)
        found = chokepoints.choke_points(self.case, self.start(source), mineral=which, to=to)
        return gates.chokepoints(self.case, found, mineral=which)

    def concentration(
        self, companies: Sequence[str | int] | None = None, *, minerals: str | Sequence[str] | None = None
    ) -> Result[pd.DataFrame]:
        """How much companies, by default the brands, depend on few smelters and countries, per mineral (HHI).

        >>> work.concentration(["B-1"], minerals="tin").findings            # doctest: +SKIP
        """
        found = concentration.concentration(
            self.case, companies=self._companies(companies), minerals=self._minerals(minerals)
        )
        return indices.concentration(self.case, found)

    def conformance(
        self, companies: Sequence[str | int] | None = None, *, minerals: str | Sequence[str] | None = None
    ) -> Result[pd.DataFrame]:
        """Which part of its identified smelters is accepted, per company and mineral, by count and by mass.

        >>> work.conformance(minerals=["gold", "tin"]).to_frame()           # doctest: +SKIP
        """
        found = conformance.conformance(
            self.case, companies=self._companies(companies), minerals=self._minerals(minerals)
        )
        return rates.conformance(self.case, found)

    def map(
        self,
        source: str | int | None = None,
        *,
        to: str = "not-accepted",
        redact: bool = False,
        boundaries: str | PathLike[str] | None = None,
    ) -> Map:
        """The chain upstream of a company, by default the only brand, as pictures and as one page; see ``maps.Map``.

        In a notebook it shows itself. ``to`` is the group of smelters whose paths are drawn. ``redact`` replaces the
        names of companies and documents by codes that are the same in every map you make. ``boundaries`` is a file of
        boundaries (GeoJSON) to draw instead of those that come with graphmap. What the store held on earlier dates is
        read when the page or the trend is first asked for: until then the store must stay open.

        >>> work.map().save("risk.html")                                    # doctest: +SKIP
        """
        from graphmap import maps
        from graphmap.redact import code_of, read_key, redacted

        start = self.graph.ids[self.start(source)]
        seen = self
        if redact:
            key = read_key()
            seen, start = self._with(lambda graph: redacted(graph, key)), code_of(start, key)
        node = seen.graph.node("Company", start)
        assert node is not None, "a company stays one"
        others = [(name, load_lens(name)) for name in lens_names() if name != self.lens.name]
        lenses = {name: Case(seen.graph, policy=self.policy, lens=lens, as_of=self.as_of) for name, lens in others}
        loaded = {name: case for name, case in lenses.items() if any(case.areas(m).loaded for m in case.minerals)}
        return maps.Map(
            maps.Atlas(seen.case, node, lenses=loaded),
            to=to,
            boundaries=None if boundaries is None else Path(boundaries),
            find_trajectory=lambda: seen._trajectory(node),
        )

    def trajectory(self, company: str | int | None = None) -> Result[Trajectory | None]:
        """The conformance rate of a company over the dates of the documents, and its way to the goals of the policy.

        Without rows where fewer than two days are known.

        >>> work.trajectory("B-1").to_frame()                               # doctest: +SKIP
        """
        return rates.trajectory(self.case, self._trajectory(company))

    def _trajectory(self, company: str | int | None) -> Trajectory | None:
        from graphmap.analysis.trajectory import dates_of_documents, trajectory

        id_ = self.graph.ids[self.start(company)]
        loaded = [stored.source for stored in self.store.sources()]  # superseded ones included: they are the past
        until = "9999" if self.as_of is None else self.as_of.isoformat()
        days = dates_of_documents([source for source in loaded if source.as_of <= until], most=_DAYS)
        if len(days) < 2:
            return None
        return trajectory([Case(self._read(day), policy=self.policy, lens=self.lens, as_of=day) for day in days], id_)

    def around(self, text: str | int, *, most: int = 300) -> Around:
        """The neighbourhood of one company, smelter, mine or country as a page; in a notebook it shows itself.

        At most ``most`` nodes are drawn, the nearest and riskiest first; what is left out is said.

        >>> work.around("CID900001").save("around.html")                    # doctest: +SKIP
        """
        from graphmap.maps import Around
        from graphmap.maps.around import around_page

        node = self.node(text)
        return Around(around_page(self.case, node, most=most), f"Around {self.graph.names[node]}")

    def questions(self) -> Result[tuple[named.Question, ...]]:
        """The named questions, by folder and name; ``detail`` has their parameters and columns.

        >>> [row["title"] for row in work.questions()]                      # doctest: +SKIP
        """
        known = named.questions()
        return answers.catalogue([(one.name, one.title, one.asks) for one in known], known, Basis.of_documents(0))

    def query(self, name: str, /, **parameters: object) -> Result[None]:
        """The answer to a named question: its Cypher's on a server, its twin's on the embedded store; equal rows.

        The latest documents are asked; ``as_of`` is the day on which is judged. What is unknown is None or NaN.

        >>> work.query("paths/to-not-accepted", minerals="gold", max_hops=4).to_frame()     # doctest: +SKIP

        Raises ``NotFound`` for an unknown name, ``GraphmapError`` for a parameter that will not do.
        """
        question = named.question(name)
        values = named.fill(question, parameters, self.latest)
        case = self.latest.case
        found = named.ask(question, named.View(case, self.store), values)
        columns = {one.name: one.meaning for one in question.columns}
        return answers.answer(found.rows, columns, Basis.of_case(case), case.notes)

    def show(self, text: str | int, *, private: bool = False) -> Result[dossier.Dossier]:
        """Everything known of one company, smelter, mine or other node, each claim with its receipt.

        Contacts stay out unless ``private``.

        >>> work.show("CID900001").findings                                 # doctest: +SKIP
        """
        return profile.profile(self.case, dossier.dossier(self.case, self.node(text), private=private))

    def export(
        self,
        path: str | PathLike[str],
        *,
        form: Literal["graphml", "csv", "neo4j-import"] = "graphml",
        private: bool = False,
    ) -> Result[Path]:
        """Write the graph as one GraphML file, or as ``nodes.csv`` and ``edges.csv`` into a folder.

        ``neo4j-import`` writes the whole store, whatever ``as_of``, into a new folder, for ``neo4j-admin`` to import
        (see ``store.bulk``). Contacts stay out unless ``private``.

        >>> work.export("chain.graphml").detail                             # doctest: +SKIP
        """
        if form == "neo4j-import":
            bulk.write_import(self.store, Path(path), private=private)
        else:
            write = export.to_graphml if form == "graphml" else export.to_csv
            write(self.graph, Path(path), private=private)
        if form == "neo4j-import":  # the graph may be too large to read only to count
            basis = Basis.of_documents(sum(one.current for one in self.store.sources()))
        else:
            basis = Basis.of_documents(len(self.graph.sources), self.as_of)
        return papers.exported(Path(path), form, basis)

    # ---- what names mean --------------------------------------------------------------------------------------

    def mineral(self, text: str) -> str:
        """A mineral as the graph spells it, from its name in any of the template languages or its symbol.

        >>> work.mineral("Au")                                              # doctest: +SKIP
        'gold'
        """
        found = names.mineral(text)
        if found is None or found == schema.MULTIPLE:
            near = ", ".join(names.closest(text, schema.MINERALS)) or ", ".join(self.graph.minerals)
            raise NotFound(f"There is no mineral called {text!r}.", f"Did you mean: {near}?")
        return found

    def _minerals(self, given: str | Sequence[str] | None) -> list[str] | None:
        if given is None:
            return None
        return [self.mineral(one) for one in ([given] if isinstance(given, str) else given)]

    def _companies(self, given: Sequence[str | int] | None) -> list[int] | None:
        return None if given is None else [self.node(one, "Company") for one in given]
