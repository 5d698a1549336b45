"""Document in, records out: each document here must give exactly the records that lie beside it as JSON lines.

``pytest tests/golden --update-golden`` writes them anew; read the difference before you commit it. Workbooks are built
here from a description; other documents lie in the folder ``documents``.
"""

from __future__ import annotations

import difflib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graphmap import ingest
from graphmap.records import Batch
from tests import workbooks

HERE = Path(__file__).parent
BUILT: dict[str, Callable[[Path], Path]] = {
    "CMRT clean.xlsx": workbooks.clean,
    "CMRT messy.xlsx": workbooks.messy,
}
LYING = sorted(path.name for path in HERE.glob("documents/*"))


def lines(batch: Batch) -> Iterator[str]:
    """A batch as JSON lines. What follows from the bytes of the file is left out: ids of contacts are numbered."""
    contacts = [node.id for node in batch.nodes if node.label == "Contact"]

    def name(label: str, id_: str) -> str:
        return f"Contact:#{contacts.index(id_)}" if label == "Contact" else f"{label}:{id_}"

    source = batch.source
    about = {"series": source.series, "title": source.title, "as_of": source.as_of}
    yield dump(source=source.kind, **about, facts=source.facts, counts=source.counts)
    yield from sorted(dump(node=name(node.label, node.id), name=node.name) for node in batch.nodes)
    claims = [
        dump(
            edge=edge.type,
            tail=name(*edge.tail[:2]),
            head="Contact" if edge.head.label == "Contact" else name(*edge.head[:2]),
            row=edge.row,
            **({"mineral": edge.mineral} if edge.mineral else {}),
            **dict(sorted(edge.properties.items())),
        )
        for edge in batch.edges
    ]
    yield from sorted(claims)
    yield from (
        dump(issue=issue.severity, **{k: v for k, v in issue._asdict().items() if k != "severity" and v})
        for issue in batch.issues
    )


def dump(**values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, default=str)


@pytest.mark.parametrize("name", [*BUILT, *LYING])
def test_records(name: str, tmp_path: Path, update_golden: bool) -> None:
    document = tmp_path / name
    if name in BUILT:
        BUILT[name](document)
    else:
        shutil.copy(HERE / "documents" / name, document)
    golden = HERE / f"{name}.jsonl"
    found = [line + "\n" for line in lines(ingest.read_batches(document, workbooks.TODAY)[0])]
    if update_golden:
        golden.write_text("".join(found), "utf-8")
    expected = golden.read_text("utf-8").splitlines(keepends=True) if golden.exists() else []
    difference = "".join(difflib.unified_diff(expected, found, "expected", "found", n=0))
    assert not difference, f"{name} gives other records (accept them with --update-golden):\n{difference}"


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in HERE.glob("*.jsonl")} == {f"{name}.jsonl" for name in [*BUILT, *LYING]}
