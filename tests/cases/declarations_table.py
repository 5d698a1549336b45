"""Declarations as a plain table, for tests: declarer, smelter, mineral, question, answer, date."""

from collections.abc import Iterator

from graphmap.records import About, Edge, Node, Record
from graphmap.sheets import Document, Reads

READS = Reads(
    kind="declarations-table",
    title="Declarations as a table",
    columns={
        "company": ("declarer",),
        "smelter": ("declared",),
        "mineral": ("for metal",),
        "question": ("question no",),
        "answer": ("answer given",),
        "date": ("doc date",),
    },
    needs=(("company", "smelter", "mineral", "question", "answer"),),
)


def load(document: Document) -> Iterator[Record]:
    """What each company declares and answers; the document speaks for its latest date."""
    claims: list[Edge] = []
    dates = [""]
    for row in document.table(READS.columns):
        company, smelter, mineral = row.take("company"), row.take("smelter"), row.take("mineral")
        question, answer = row.take("question"), row.take("answer")
        dates.append(row.take("date"))
        node = Node("Company", company, company)
        if smelter:
            claims.append(Edge("DECLARES", node, Node("Smelter", smelter, smelter), row.address("smelter"), mineral))
        if question:
            head = Node("Question", f"cmrt:{question}", question)
            claims.append(Edge("ANSWERED", node, head, row.address("question"), mineral, {"answer": answer}))
    yield About(READS.title, f"declarations {document.file}", max(dates))
    yield from claims
