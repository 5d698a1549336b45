// title: Neighbourhood of a company, smelter, mine or area
// question: What do the documents say around one company, smelter, mine, area or other thing? Steps follow
//   purchases, declarations, mines and ownership, in both directions; every claim about what is fewer than $steps
//   steps away is a row. Contacts are left out.
// parameters:
//   $node (node): its id; in the graph its label and id, e.g. "Company:B-1"
//   $steps (count 1..3; default: 1): 1 gives the claims about the thing itself, 2 also those about its neighbours
//   $limit (count 1..; default: 1000): the most rows to show; "found" is the number of all rows
// columns:
//   distance (count): steps to the nearer end of the claim
//   from_label (text), from (text), from_name (text): what the claim is about
//   type (text): what the document says of it, e.g. BUYS_FROM
//   to_label (text), to (text), to_name (text): the other end
//   mineral (text?): unknown if the claim names none
//   file (text), row (text): where it is written
//   as_of (date?): date of the document
//   found (count): number of all rows, also those that the limit cuts off
// twin: graphmap.questions.paths:neighbourhood
MATCH (start:Company|Smelter|Mine|Region|Country|Product|Scheme|AreaList|Question|Risk|Role)
WHERE start.graphmap_key = $node
CALL (start) {
  MATCH p = (start)-[:BUYS_FROM|DECLARES|FED_BY|OWNED_BY*0..2]-(n)
  WHERE all(r IN relationships(p) WHERE r.source IS NOT NULL)
  WITH n, min(length(p)) AS distance
  WHERE distance < $steps
  RETURN n, distance
}
MATCH (n)-[r:BUYS_FROM|DECLARES|FED_BY|ORIGINATES_IN|LOCATED_IN|ASSESSED_BY
    |LISTED_BY|FLAGGED|ANSWERED|MAKES|OWNED_BY|HAS_ROLE]-()
WHERE r.source IS NOT NULL
WITH r, min(distance) AS distance
WITH r, distance, startNode(r) AS tail, endNode(r) AS head
ORDER BY distance, tail.graphmap_key, type(r), head.graphmap_key, coalesce(r.mineral, ''), r.file, r.row, r.source
WITH collect({claim: r, distance: distance, tail: tail, head: head}) AS claims
WITH claims[..$limit] AS shown, size(claims) AS found
UNWIND range(0, size(shown) - 1) AS i
WITH i, shown[i].claim AS r, shown[i].distance AS distance, shown[i].tail AS tail, shown[i].head AS head, found
ORDER BY i
RETURN distance, head(split(tail.graphmap_key, ':')) AS from_label, tail.id AS from, tail.name AS from_name,
  type(r) AS type, head(split(head.graphmap_key, ':')) AS to_label, head.id AS to, head.name AS to_name,
  r.mineral AS mineral, r.file AS file, r.row AS row, r.as_of AS as_of, found
ORDER BY i
