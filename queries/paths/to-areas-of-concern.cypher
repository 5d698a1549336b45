// title: Paths to smelters in or from areas of concern
// question: By which ways do smelters come into a company's chain that stand in an area of the lens, source from one,
//   or are named on its list? Each path is a row, shortest first. Paths of more than $max_hops steps are left out.
//   Where the list of the lens is not loaded, or no document says where a smelter sources from, nothing is judged: no
//   row is no all-clear.
// parameters:
//   $company (company; default: the brand): id of the company whose chain is meant
//   $minerals (minerals; default: those of the lens): each is judged by itself
//   $max_hops (count 1..8; default: 8): the most steps of a path, the declaration of the smelter included
//   $limit (count 1..; default: 1000): the most rows; "found" tells how many there are
//   $day (from the date): the day on which is judged
//   $areas (from the lens): the places of the documents that lie in an area of concern, and what the lens lists by
//     name
// columns:
//   mineral (text): what the path carries
//   smelter (text), smelter_name (text): where it ends
//   grounds (texts): what the smelter has to do with which area, and the level that this has
//   certain (yes or no): no where only the country is known, of which some regions are listed
//   evidence (texts): where the grounds stand: place of the smelter, its origins and mines, and the list
//   hops (count): steps of the path
//   path (texts), ids (texts): names and ids from the company to the smelter
//   receipts (texts): for each step where it stands: file, sheet and cell, date of the document
//   found (count): how many paths there are in all
// twin: graphmap.questions.paths:to_areas_of_concern
WITH date($day) AS day
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
WITH day, mineral, start, outside, links, [start] + [link IN links | endNode(link)] AS upstream
CALL (mineral, upstream) {
  UNWIND upstream AS c
  MATCH (c)-[d:DECLARES {mineral: mineral}]->(s:Smelter)
  WHERE d.source IS NOT NULL
  RETURN s, collect(DISTINCT c) AS declaring
}
// Where the smelter stands, what it sources from, also by its mines, and whether the list of the lens names it. Where
// a region of a country is named, the country alone says nothing.
CALL (mineral, s, day) {
  CALL (mineral, s, day) {
    MATCH (s)-[r:LOCATED_IN]->(place:Country|Region)
    RETURN 'stands in' AS way, place, [r] AS claims
    UNION ALL
    MATCH (s)-[r:ORIGINATES_IN]->(place:Country|Region)
    RETURN 'sources from' AS way, place, [r] AS claims
    UNION ALL
    MATCH (s)-[f:FED_BY]->(:Mine)-[r:LOCATED_IN|ORIGINATES_IN]->(place:Country|Region)
    RETURN 'sources from' AS way, place, [f, r] AS claims
    UNION ALL
    MATCH (s)-[f:FED_BY]->(place:Mine)
    RETURN 'sources from' AS way, place, [f] AS claims
    UNION ALL
    RETURN 'is listed' AS way, s AS place, [] AS claims
  }
  WITH way, place, claims
  WHERE all(r IN claims WHERE r.source IS NOT NULL AND (r.mineral IS NULL OR r.mineral = mineral)
    AND coalesce(r.as_of <= day, true))
  WITH way, collect({place: place, claims: claims}) AS said
  WITH way, said, [x IN said WHERE x.place:Region | head(split(x.place.id, '-'))] AS precise
  UNWIND said AS x
  WITH way, precise, x, head([a IN $areas
    WHERE a.way = way AND a.key = x.place.graphmap_key AND mineral IN a.minerals]) AS area
  WHERE area IS NOT NULL AND NOT (way <> 'is listed' AND x.place.id IN precise)
  UNWIND CASE x.claims WHEN [] THEN [null] ELSE x.claims END AS r
  WITH way, x.place AS place, area, r.file + ', ' + r.row + coalesce(' (' + toString(r.as_of) + ')', '') AS receipt
  WITH DISTINCT way, place, area, receipt
  ORDER BY receipt
  WITH way, place, area, collect(receipt) AS receipts
  ORDER BY way, place.graphmap_key
  RETURN collect({way: way, place: place, level: area.level, certain: area.certain,
    receipts: receipts + area.receipts}) AS grounds
}
WITH mineral, start, outside, links, s, declaring, grounds
WHERE size(grounds) > 0
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
WITH mineral, outside, s, grounds, way + s AS way
ORDER BY size(way), mineral, [n IN way | n.id]
WITH collect({mineral: mineral, outside: outside, grounds: grounds, way: way}) AS ways
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
WITH one, found, receipts, last(one.way) AS s, one.grounds AS grounds
RETURN one.mineral AS mineral, s.id AS smelter, s.name AS smelter_name,
  [g IN grounds | g.way + ' ' + g.place.id + ' (' + g.level + ')'] AS grounds,
  any(g IN grounds WHERE g.certain) AS certain,
  reduce(all_of = [], g IN grounds | all_of + [r IN g.receipts WHERE NOT r IN all_of]) AS evidence,
  size(one.way) - 1 AS hops, [n IN one.way | n.name] AS path, [n IN one.way | n.id] AS ids, receipts, found
ORDER BY hops, mineral, ids
