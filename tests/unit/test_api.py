"""The Python verbs on a campaign of six files (drawn in tests/files.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pytest

import graphmap
from graphmap.errors import NotFound, PolicyError, StoreError
from tests.files import write_files


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("files"))


@pytest.fixture
def work(files: Path, tmp_path: Path) -> Iterator[graphmap.Workspace]:
    with graphmap.open(tmp_path / "chain.graphmap") as opened:
        opened.load(files, jobs=0)
        yield opened


def test_the_package_offers_what_it_names() -> None:
    assert {name for name in graphmap.__all__ if hasattr(graphmap, name)} == {
        "Workspace", "__version__", "init", "open",
    }  # fmt: skip
    assert graphmap.__version__ == version("graphmap-minerals")
    with pytest.raises(AttributeError, match="no attribute 'opne'"):
        _ = graphmap.opne


def test_load_reports_and_counts_each_file(files: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    with graphmap.open(str(tmp_path / "chain.graphmap")) as work:
        report = work.load(files, jobs=0, progress=lambda *step: seen.append(step)).detail
        again = work.load(files, jobs=0).detail
    assert [one.kind for one in report.documents] == ["cmrt", "cmrt", "companies", "purchases", "smelters"]
    assert [one.file for one in report.rejected] == ["broken.xls"]
    assert [(done, total) for done, total, _ in seen] == [(i, 6) for i in range(1, 7)]
    assert again == report, "loading again changes nothing"


def test_the_graph_is_read_again_after_a_change(work: graphmap.Workspace) -> None:
    before = work.graph
    assert work.graph is before
    assert work.rate().to_frame().query("company == 'S-1'")["smelters"].item() == 2
    gone = work.forget("CMRT Example Solder.xlsx")
    assert [one.source.kind for one in gone.detail] == ["cmrt"]
    assert gone.findings == ("Forgotten: CMRT Example Solder.xlsx (cmrt, 2026-06-01)",)
    assert work.graph is not before
    assert work.rate().to_frame().query("company == 'S-1'")["smelters"].item() == 0
    assert [stored["file"] for stored in work.sources()].count("CMRT Example Solder.xlsx") == 0
    assert work.sources().basis.documents == len(work.sources()) == 4


def test_a_document_is_named_by_id_or_file(work: graphmap.Workspace, files: Path, tmp_path: Path) -> None:
    stored = work.source("smelters.csv")
    assert work.source(stored.source.id) == stored
    assert work.source(stored.source.id[:6].upper()) == stored
    with pytest.raises(NotFound, match=r"Is it one of these: smelters\.csv"):
        work.source("smelter.csv")
    with pytest.raises(NotFound, match="No document"):
        work.source(stored.source.id[:3])

    changed = (files / "smelters.csv").read_text("utf-8").replace("2026-06-30", "2026-07-31")
    (tmp_path / "smelters.csv").write_text(changed, "utf-8")
    work.load(tmp_path / "smelters.csv", jobs=0)
    with pytest.raises(NotFound, match=r"2 documents are called 'smelters.csv'. Name one by its id: \w{12} \(smelters"):
        work.source("smelters.csv")


def test_as_of_takes_the_documents_and_the_rules_of_that_day(work: graphmap.Workspace, tmp_path: Path) -> None:
    assert work.case.as_of == date(2026, 6, 30)
    with graphmap.open(tmp_path / "chain.graphmap", as_of="2026-05-31") as earlier:
        assert earlier.case.as_of == date(2026, 5, 31)
        assert not len(earlier.graph.table("DECLARES")), "the declarations are of June"
        assert len(earlier.graph.table("BUYS_FROM")) == 2
    with pytest.raises(ValueError, match="last June"):
        graphmap.open(tmp_path / "chain.graphmap", as_of="last June")


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(PolicyError):
        graphmap.open(tmp_path / "chain.graphmap", policy="none")
    with pytest.raises(PolicyError):
        graphmap.open(tmp_path / "chain.graphmap", lens="none")
    assert not (tmp_path / "chain.graphmap").exists(), "nothing is made before all is well"
    (tmp_path / "notes.txt").write_text("not a store")
    with pytest.raises(StoreError):
        graphmap.open(tmp_path / "notes.txt")


def test_nodes_go_by_id_and_name(work: graphmap.Workspace) -> None:
    solder = work.node("S-1")
    assert [work.node(text) for text in ("example solder", "Solder", solder)] == [solder] * 3
    assert work.describe(solder) == "S-1 (Example Solder, company)"
    assert work.find("tin") == [work.node("CID900001"), work.node("CID900002")]
    with pytest.raises(
        NotFound, match=r"'tin' may mean 2 things. Name one by its id: CID900001 \(Good Example Tin, sm"
    ):
        work.node("tin")
    with pytest.raises(NotFound, match=r"'Bad' is no company. It may mean: CID900002 \(Bad Example Tin, smelter\)"):
        work.node("Bad", "Company")
    with pytest.raises(NotFound, match=r"Nothing here is called 'Exampel Solder'. Did you mean: Example Solder"):
        work.node("Exampel Solder")


def test_minerals_go_by_name_and_symbol(work: graphmap.Workspace) -> None:
    assert [work.mineral(text) for text in ("tin", "Sn", "Zinn", "锡")] == ["tin"] * 4
    with pytest.raises(NotFound, match=r"There is no mineral called 'tinn'. Did you mean: tin"):
        work.mineral("tinn")


def test_rate_and_overall(work: graphmap.Workspace) -> None:
    rated = work.rate("Sn").to_frame()
    assert dict(zip(rated["company"], rated["exposure"].round(9), strict=True)) == {
        "S-1": 0.475,
        "B-1": 0.305,
        "S-2": 0.05,
    }
    assert [(row["company"], row["unknown"]) for row in work.rate(["gold"])] == [("B-1", 1.0)]
    assert [row["company"] for row in work.overall()] == ["S-1", "B-1", "S-2"]
    assert [row["company"] for row in work.overall(tier=1)] == ["S-1", "S-2"]
    assert work.rate(tier=0).findings == ("Example Brand [B-1] is the most exposed: 30.5 % [5.0–56.0 %] in tin.",)


def test_attribution_sums_to_the_exposure(work: graphmap.Workspace) -> None:
    found = work.attribute(None, "tin")
    for split in ("smelter", "supplier"):
        parts = [part for part in found if part["split"] == split]
        assert (
            sum(part["contribution"] for part in parts) == pytest.approx(found.detail.exposure) == pytest.approx(0.305)
        )
    assert [part["id"] for part in found if part["split"] == "supplier"] == ["S-1", "S-2"]


def test_paths(work: graphmap.Workspace) -> None:
    (path,) = work.paths()
    assert path["path"] == "Example Brand > Example Solder > Bad Example Tin"
    assert path["score"] == pytest.approx(0.6 * 0.5 * 0.9)
    assert [str(hop["receipts"][0]) for hop in path["hops"]] == [
        "purchases.csv, A2 (2026-05-31)",
        "CMRT Example Solder.xlsx, Smelter List!A6 (2026-06-01)",
    ]
    assert work.paths("Example Brand", to="Good", through=["S-2"]).detail.total == 1
    assert len(work.paths(to="any", avoiding=["S-1", "S-2"], mineral="tin")) == 0


def test_choke_points_concentration_and_conformance(work: graphmap.Workspace) -> None:
    assert [row["company"] for row in work.chokepoints() if row["act"]] == ["S-1"]
    assert work.concentration(["S-2"], minerals="tin").rows[0]["hhi"] == 10_000
    (rates,) = work.conformance(["Example Brand"], minerals="tin")
    assert (rates["accepted"], rates["identified"], rates["rate_by_count"]) == (1, 2, 0.5)
    assert len(work.conformance()) == 3


def test_show(work: graphmap.Workspace) -> None:
    found = work.show("CID900002")
    assert found.detail.figures[0].mineral == "tin"
    (claim,) = [row for row in found if row.get("type") == "DECLARES"]
    assert (claim["other_name"], claim["cell"]) == ("Example Solder", "Smelter List!A6")


def test_export(work: graphmap.Workspace, tmp_path: Path) -> None:
    assert work.export(tmp_path / "chain.graphml").detail == tmp_path / "chain.graphml"
    work.export(tmp_path / "tables", form="csv")
    assert "Example Solder" in (tmp_path / "tables" / "nodes.csv").read_text("utf-8")
    network = work.graph.to_networkx()
    assert "Smelter:CID900002" in network


def test_a_trajectory_has_a_row_for_each_date(work: graphmap.Workspace) -> None:
    found = work.trajectory("B-1")
    assert found.detail is not None
    assert [(row["mineral"], str(row["day"])) for row in found if not row["forecast"]][-1] == ("tin", "2026-06-30")
    assert found.to_dict()["rows"][0]["rate"] is None, "before the assurance list nothing is judged"


def test_the_questions_are_listed_and_answered(work: graphmap.Workspace) -> None:
    assert {row["name"] for row in work.questions()} == {one.name for one in work.questions().detail}
    answer = work.query("standing-of-smelters")
    assert answer.basis.as_of == "2026-06-30"
    assert [row["standing"] for row in answer] == ["accepted", "not accepted"]
    assert all(answer.columns.values())


def test_starting_points(work: graphmap.Workspace) -> None:
    assert [work.graph.ids[node] for node in work.brands()] == ["B-1"]
    assert work.start(None) == work.node("B-1")
    work.forget("companies.csv")
    assert work.start(None) == work.node("B-1"), "who buys and sells to nobody is where the chain starts"
