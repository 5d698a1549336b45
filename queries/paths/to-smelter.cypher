// title: Paths to one smelter
// question: By which ways does one smelter come into a company's chain? Each path is a row, shortest first. Paths of
//   more than $max_hops steps are left out.
// parameters:
//   $company (company; default: the brand): id of the company whose chain is meant
//   $smelter (smelter): id of the smelter that is looked for
//   $minerals (minerals; default: those of the lens): each is judged by itself
//   $max_hops (count 1..8; default: 8): the most steps of a path, the declaration of the smelter included
//   $limit (count 1..; default: 1000): the most rows; "found" tells how many there are
// columns:
//   mineral (text): what the path carries
//   smelter (text), smelter_name (text): where it ends
//   hops (count): steps of the path
//   path (texts), ids (texts): names and ids from the company to the smelter
//   receipts (texts): for each step where it stands: file, sheet and cell, date of the document
//   found (count): how many paths there are in all
// twin: graphmap.questions.paths:to_smelter
MATCH (start:Company {graphmap_key: 'Company:' + $company})
UNWIND $minerals AS mineral
// Who says that the mineral is in none of its products, and declares no smelter of it, brings none.
CALL (mineral) {
  MATCH (c:Company)-[a:ANSWERED {mineral: mineral}]->(q:Question)
  WHERE a.source IS NOT NULL AND q.id IN ['cmrt:1', 'cmrt:2'] AND toLower(a.answer) = 'no'
    AND NOT EXISTS { MATCH (c)-[d:DECLARES {mineral: mineral}]->(:Smelter) WHERE d.source IS NOT NULL }
  RETURN collect(DISTINCT c) AS outside
}
// Purchases upstream, one for each pair of companies.
CALL (mineral, start, outside) {
  MATCH p = (start)-[:BUYS_FROM*0..7]->(c:Company)
  WHERE all(r IN relationships(p) WHERE r.source IS NOT NULL
    AND (r.mineral = mineral OR r.mineral IS NULL AND NOT endNode(r) IN outside))
  WITH DISTINCT c
  MATCH (c)-[r:BUYS_FROM]->(d:Company)
  WHERE c <> d AND r.source IS NOT NULL
    AND (r.mineral = mineral OR r.mineral IS NULL AND NOT d IN outside)
  WITH c, d, head(collect(r)) AS link
  RETURN collect(link) AS links
}
WITH mineral, start, outside, links, [start] + [link IN links | endNode(link)] AS upstream
CALL (mineral, upstream) {
  UNWIND upstream AS c
  MATCH (c)-[d:DECLARES {mineral: mineral}]->(s:Smelter)
  WHERE d.source IS NOT NULL
  RETURN s, collect(DISTINCT c) AS declaring
}
WITH mineral, start, outside, links, s, declaring
WHERE s.id = $smelter
// Only companies from which a way leads to the smelter are followed.
CALL (links, declaring) {
  UNWIND declaring AS c
  MATCH p = (c)<-[:BUYS_FROM*0..7]-(d:Company)
  WHERE all(r IN relationships(p) WHERE r IN links)
  RETURN collect(DISTINCT d) AS leading
}
CALL (start, links, declaring, leading) {
  MATCH p = (start)-[:BUYS_FROM*0..7]->(c:Company)
  WHERE all(r IN relationships(p) WHERE r IN links) AND all(n IN nodes(p) WHERE n IN leading)
    AND c IN declaring AND length(p) < $max_hops
    AND all(n IN nodes(p) WHERE single(m IN nodes(p) WHERE m = n))
  RETURN nodes(p) AS way
}
WITH mineral, outside, s, way + s AS way
ORDER BY size(way), mineral, [n IN way | n.id]
WITH collect({mineral: mineral, outside: outside, way: way}) AS ways
WITH ways[..$limit] AS shown, size(ways) AS found
UNWIND shown AS one
CALL (one) {
  UNWIND range(0, size(one.way) - 2) AS i
  WITH i, one.way[i] AS tail, one.way[i + 1] AS head
  MATCH (tail)-[r:BUYS_FROM|DECLARES]->(head)
  WHERE r.source IS NOT NULL AND (r.mineral = one.mineral OR r.mineral IS NULL AND NOT head IN one.outside)
  WITH DISTINCT i, r.file + ', ' + r.row + coalesce(' (' + toString(r.as_of) + ')', '') AS receipt
  ORDER BY i, receipt
  WITH i, collect(receipt) AS step
  ORDER BY i
  RETURN collect(reduce(joined = head(step), other IN tail(step) | joined + '; ' + other)) AS receipts
}
WITH one, found, receipts, last(one.way) AS s
RETURN one.mineral AS mineral, s.id AS smelter, s.name AS smelter_name,
  size(one.way) - 1 AS hops, [n IN one.way | n.name] AS path, [n IN one.way | n.id] AS ids, receipts, found
ORDER BY hops, mineral, ids
