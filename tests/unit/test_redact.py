"""Redaction: nothing that tells who a company is leaves the house, and no figure changes."""

from __future__ import annotations

import json
import re
import stat
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import graphmap
from graphmap import redact, schema
from graphmap.analysis import conformance, exposure
from graphmap.analysis.case import Case
from graphmap.campaign.sample import write_campaign
from graphmap.errors import GraphmapError
from graphmap.graph import SupplyGraph, Texts
from graphmap.policy import load_lens, load_policy
from graphmap.records import Edge, Node, Source
from graphmap.redact import redacted
from tests.chains import assessed, country, fed_by, region
from tests.graphs import answered, buys, company, declares, graph_of, smelter

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[graphmap.Workspace]:
    folder = tmp_path_factory.mktemp("campaign")
    write_campaign(folder / "campaign")
    with graphmap.open(folder / "chain.graphmap") as work:
        work.load(folder / "campaign", jobs=0)
        yield work


def everything(graph: SupplyGraph) -> str:
    """All texts of a graph, as they stand in its columns."""
    columns = graph.to_columns()
    texts = [
        bytes(column).decode("utf-8", "surrogatepass") for name, column in columns.items() if name[-6:] == "packed"
    ]
    sources = json.loads(columns["sources"].tobytes())
    return "\n".join([*texts, json.dumps(sources, ensure_ascii=False)])


def ids_of(graph: SupplyGraph, label: str) -> list[str]:
    return [graph.ids[node] for node in graph.of_label(label).tolist()]


def private(graph: SupplyGraph) -> set[str]:
    """What tells who a company is: names, contacts, products, documents and every text that somebody wrote."""
    found: set[str] = set()
    for i, label in enumerate(graph.label.tolist()):
        if schema.LABELS[label] in ("Company", "Product", "Contact"):
            found |= {graph.names[i], graph.ids[i].removeprefix("name:")}
    for table in graph.edges.values():
        for name, column in table.properties.items():
            if isinstance(column, Texts) and name not in ("status", "level", "recycled", "currency", "id_source"):
                found.update(column)
    for source in graph.sources:
        found |= {source.id, source.title, source.file, source.series, source.modified}
    return {text for text in found if len(text) > 3}


def public(graph: SupplyGraph) -> str:
    """What may stay: facilities, areas, questions, and the words of the templates."""
    kept = [i for i, label in enumerate(graph.label.tolist()) if schema.LABELS[label] not in redact._CODED]
    words = ["Yes", "No", "Unknown", "100%", "Greater than 90%", "Greater than 75%", "Greater than 50%", "50% or less"]
    return "\n".join([*(f"{graph.ids[i]}\n{graph.names[i]}" for i in kept), *words])


def figures(graph: SupplyGraph, lens: str = "us-1502", as_of: date | None = None) -> dict[tuple[str, str], list[float]]:
    """Exposure and conformance by company and mineral."""
    case = Case(graph, policy=load_policy("default"), lens=load_lens(lens), as_of=as_of)
    rated = exposure.rate(case)
    columns = ["exposure", "low", "high", "unknown", "smelters", "not_accepted", "unidentified", "worst_hazard"]
    out = {(a, b): list(row) for a, b, *row in rated[["company", "mineral", *columns]].itertuples(index=False)}
    rates = conformance.conformance(case, companies=graph.of_label("Company").tolist())
    numbers = rates.select_dtypes("number").columns
    for row in rates[["company", "mineral", *numbers]].itertuples(index=False):
        out[row[0], row[1]] = out.get((row[0], row[1]), []) + list(row[2:])
    grades = {grade: i for i, grade in enumerate("ABCD")}
    for who, mineral, grade in rated[["company", "mineral", "evidence"]].itertuples(index=False):
        out[who, mineral].append(float(grades[grade]))
    return out


def same_figures(before: SupplyGraph, after: SupplyGraph, lens: str = "us-1502") -> None:
    """Every company has in one graph what its code has in the other."""
    code_of = {id_: redact.code_of(id_, KEY) for id_ in ids_of(before, "Company")}
    old, new = figures(before, lens), figures(after, lens)
    assert {(code_of[who], mineral) for who, mineral in old} == new.keys()
    for (who, mineral), values in old.items():
        theirs = new[code_of[who], mineral]
        np.testing.assert_allclose(np.array(theirs, float), np.array(values, float), rtol=0, atol=1e-12)


def test_of_a_campaign_no_name_leaves_the_house(campaign: graphmap.Workspace) -> None:
    graph = campaign.graph
    texts, allowed = everything(redacted(graph, KEY)), public(graph)
    secret = {text for text in private(graph) if text not in allowed}
    assert len(secret) > 500
    assert [text for text in sorted(secret) if text in texts] == []
    words = set(re.findall(r"\S+", texts))
    ids = {graph.ids[i] for i in graph.of_label("Company").tolist()}
    assert ids & words == set()


@pytest.mark.parametrize("lens", ["us-1502", "own", "eu-2017-821"])
def test_of_a_campaign_every_figure_stays(campaign: graphmap.Workspace, lens: str) -> None:
    same_figures(campaign.graph, redacted(campaign.graph, KEY), lens)


def test_smelters_mines_and_areas_stay_as_they_are(campaign: graphmap.Workspace) -> None:
    graph, after = campaign.graph, redacted(campaign.graph, KEY)
    for label in ("Mine", "Country", "Region", "Scheme", "AreaList", "Question", "Role"):
        assert ids_of(after, label) == ids_of(graph, label), label
    kept = {id_ for id_ in ids_of(graph, "Smelter") if not id_.startswith(schema.UNIDENTIFIED)}
    assert kept <= set(ids_of(after, "Smelter"))
    assert len(ids_of(after, "Smelter")) == len(ids_of(graph, "Smelter"))
    assert len(ids_of(after, "Company")) == len(ids_of(graph, "Company"))


def test_what_is_one_thing_stays_one_thing(campaign: graphmap.Workspace) -> None:
    graph, after = campaign.graph, redacted(campaign.graph, KEY)
    assert graph.merges
    assert not after.merges
    assert len(after.table("SAME_AS")) == 0
    for name in graph.edges.keys() - {"SAME_AS"}:
        assert len(after.table(name)) == len(graph.table(name)), name


def test_the_code_of_a_company_hangs_on_the_key_and_on_nothing_else() -> None:
    one = redacted(graph_of(buys("Acme Metals", "Other Works", 0.5)), KEY)
    two = redacted(graph_of(buys("Zeta", "Acme Metals", 0.5), declares("Acme Metals", "CID1")), KEY)
    three = redacted(graph_of(buys("Acme Metals", "Other Works", 0.5)), KEY[::-1])
    shared = set(ids_of(one, "Company")) & set(ids_of(two, "Company"))
    assert len(shared) == 1
    assert re.fullmatch(r"Company [0-9A-F]{12}", shared.pop())
    assert not set(ids_of(one, "Company")) & set(ids_of(three, "Company"))


def test_the_order_of_loading_does_not_show() -> None:
    claims = [buys("Acme", "Beta", 0.5), declares("Beta", "CID1"), declares("Acme", "CID2"), assessed("CID1", "Active")]
    one, two = (redacted(graph_of(*order), KEY).to_columns() for order in (claims, claims[::-1]))
    assert one.keys() == two.keys()
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)


def test_documents_keep_kind_date_and_cell() -> None:
    other = Source(
        "1" * 64, "cmrt", "cmrt name:acme A", "Acme Ltd.", "CMRT Acme.xlsx", "2026-01-31", facts={"a": "Acme"}
    )
    rows = ("Smelter List!D17", "Acme's list!D18", "see Acme", "$.entries[0].regions[1]")
    said = [declares("Acme", f"CID{i}", row=row) for i, row in enumerate(rows)]
    graph = redacted(graph_of(buys("Acme", "Beta"), documents=[(other, said)]), KEY)
    source = next(source for source in graph.sources if source.kind == "cmrt")
    assert (source.as_of, source.title, source.file) == ("2026-01-31", source.file, source.title)
    assert re.fullmatch(r"document [12]", source.title)
    assert sorted(graph.table("DECLARES").row) == ["", "$.entries[0].regions[1]", "D18", "Smelter List!D17"]
    assert "acme" not in everything(graph).casefold()


def test_a_smelter_or_mine_that_bears_the_name_of_a_company_becomes_a_code() -> None:
    graph = graph_of(
        Node("Company", "name:acme metals", "ACME Metals Ltd."),
        declares("name:acme metals", "unidentified:gold:name:acme metals"),
        Edge(
            "DECLARES",
            company("B-1"),
            smelter("unlisted:tin:acme metals refinery:CN", "Acme  Metals refinery"),
            "A1",
            "tin",
        ),
        Edge("DECLARES", company("B-1"), smelter("CID001", "Works of ACME-Metals"), "A1", "gold"),
        Edge("DECLARES", company("B-1"), smelter("unlisted:tin:backyard works:PE", "Backyard Works"), "A1", "tin"),
        fed_by("CID001", "mine:acme metals pit:CD"),
    )
    after = redacted(graph, KEY)
    shapes = [re.sub("[0-9A-F]{12}", "#", id_) for label in ("Smelter", "Mine") for id_ in ids_of(after, label)]
    made = ["unidentified:gold:#", "unlisted:tin:#:CN", "unlisted:tin:backyard works:PE", "mine:#:CD"]
    assert sorted(shapes) == sorted(["CID001", *made])
    names = {after.ids[i]: after.names[i] for i in range(len(after))}
    assert names["CID001"] == "CID001"
    assert names["unlisted:tin:backyard works:PE"] == "Backyard Works"
    assert "acme" not in everything(after).casefold()


def test_a_number_is_found_only_as_a_whole_word() -> None:
    after = redacted(graph_of(buys("1001", "2002"), declares("1001", "CID001001"), declares("1001", "2002")), KEY)
    assert "CID001001" in ids_of(after, "Smelter")
    assert "2002" not in ids_of(after, "Smelter")


def test_where_a_company_stands_is_known_only_by_country() -> None:
    place = {"latitude": 1.5, "longitude": 2.5, "precision": "city", "written": "Acme Street"}
    graph = graph_of(
        Edge("LOCATED_IN", company("Acme"), region("CD-NK"), "A1", "", place),
        Edge("LOCATED_IN", region("CD-NK"), country("CD"), "A1"),
        Edge("LOCATED_IN", company("Beta"), region("CD-SK"), "A1"),
        Edge("LOCATED_IN", smelter("CID1"), region("CD-SK"), "A1", "", place),
    )
    after = redacted(graph, KEY)
    assert ids_of(after, "Region") == ["CD-SK"]  # where a smelter stands
    assert ids_of(after, "Country") == ["CD"]
    said = {after.ids[claim["tail"]][:7]: claim for claim in after.claims("LOCATED_IN")}
    assert "latitude" not in said["Company"]
    assert (said["CID1"]["latitude"], said["CID1"]["precision"]) == (1.5, "city")
    assert all("written" not in claim for claim in said.values())


def test_answers_of_the_templates_stay_and_what_somebody_wrote_goes() -> None:
    answers = {
        "Yes": "Yes", "no": "no", "A. Company": "A", "C. User defined [Acme]": "C", "100 %": "100 %",
        "Greater than 90%": "Greater than 90%", "1": "1", "50% or less": "50% or less",
        "No, but Acme does": "", "Acme Street 5": "", "000000026": "",
    }  # fmt: skip
    graph = redacted(graph_of(*(answered("Acme", f"cmrt:{i}", text) for i, text in enumerate(answers))), KEY)
    said = {graph.ids[claim["head"]]: claim.get("answer", "") for claim in graph.claims("ANSWERED")}
    assert said == {f"cmrt:{i}": kept for i, kept in enumerate(answers.values())}


def test_spend_goes_and_shares_stay() -> None:
    graph = redacted(graph_of(buys("Acme", "Beta", 0.25, spend=1234.0, currency="EUR", product="Acme parts")), KEY)
    (claim,) = graph.claims("BUYS_FROM")
    assert claim["share"] == 0.25
    assert "spend" not in claim
    assert "product" not in claim


def test_two_companies_are_never_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact, "_DIGITS", 1)  # sixteen codes for forty companies
    with pytest.raises(GraphmapError, match="one code"):
        redacted(graph_of(*(company(f"Company number {i}") for i in range(40))), KEY)


def test_the_code_of_a_company_can_be_asked_for() -> None:
    after = redacted(graph_of(company("B-1", "Acme"), smelter("CID1")), KEY)
    assert ids_of(after, "Company") == [redact.code_of("B-1", KEY)]


_HOSTILE = st.text(st.characters(codec="utf-8"), min_size=4, max_size=30).filter(lambda text: len(text.strip()) > 3)
_SAID = st.lists(st.tuples(_HOSTILE, _HOSTILE, _HOSTILE), min_size=1, max_size=6)


@given(_SAID)
def test_no_hostile_name_leaves_the_house(said: list[tuple[str, str, str]]) -> None:
    marked = [tuple(f"ʭ{i}ʭ{text}" for text in texts) for i, texts in enumerate(said)]  # found in nothing else
    claims = []
    for name, row, written in marked:
        who = Node("Company", f"id {name}", name)
        claims += [
            Edge(
                "DECLARES", who, smelter(f"unlisted:gold:{name}:CN", f"{name} works"), row, "gold", {"comment": written}
            ),
            Edge("MAKES", who, Node("Product", f"id {name}#1", written), row, "", {"comment": written}),
            Edge("HAS_CONTACT", who, Node("Contact", f"contact:{name}", name), row, "", {"email": written}),
            Edge("HAS_ROLE", who, Node("Role", written, written), row),
            Edge("ANSWERED", who, Node("Question", "cmrt:1", "used"), row, "gold", {"answer": written}),
            Edge("LISTED_BY", who, Node("AreaList", "own", name), row, "", {"level": name, "reason": written}),
        ]
    graph = graph_of(*claims)
    assert "ʭ" not in everything(redacted(graph, KEY))
    same_figures(graph, redacted(graph, KEY))


# ---- the key --------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(redact.KEY_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


def test_the_key_is_made_once_and_only_its_owner_reads_it(home: Path) -> None:
    key, path = redact.read_key(), home / "graphmap" / "redact.key"
    assert len(key) == 32
    assert path == redact.key_file()
    assert redact.read_key() == key == bytes.fromhex(path.read_text())
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_of_the_environment_comes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(redact.KEY_VARIABLE, KEY.hex())
    assert redact.read_key() == KEY
    assert not (home / "graphmap").exists()


@pytest.mark.parametrize("text", ["no hex", "abcd", ""])
def test_what_is_no_key_is_refused(home: Path, text: str) -> None:
    redact.key_file().parent.mkdir()
    redact.key_file().write_text(text)
    with pytest.raises(GraphmapError, match="holds no key"):
        redact.read_key()
    with pytest.raises(GraphmapError, match="too short"):
        redacted(graph_of(company("Acme")), b"short")


def test_a_key_that_cannot_be_kept_is_said(home: Path) -> None:
    (home / "graphmap").write_text("a file where the folder should be")
    with pytest.raises(GraphmapError, match="cannot be used"):
        redact.read_key()


@pytest.mark.parametrize("variable", ["LOCALAPPDATA", ""])
def test_where_the_key_is_kept(home: Path, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv(variable or "HOME", str(home))
    assert redact.key_file().is_relative_to(home)
