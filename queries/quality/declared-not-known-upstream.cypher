// title: Declared, but not known upstream
// question: Which smelters does a company declare that none of its known suppliers declares, however far upstream?
//   Either a tier is hidden, or a declaration upstream is missing or incomplete. A company without known suppliers of
//   the mineral has no rows: there all is unknown.
// parameters:
//   $company (company; default: the brand): id of the company whose chain is meant
//   $minerals (minerals; default: those of the lens): each is judged by itself
//   $max_hops (count 1..20; default: 20): the most steps up to a smelter, its declaration included; what lies farther
//     is left out
// columns:
//   mineral (text): for which it is declared
//   smelter (text), smelter_name (text): the smelter
//   suppliers (count): known companies upstream
//   declaring (count): those of them that declare any smelter of the mineral
//   receipts (texts): where the company declares it
// twin: graphmap.questions.quality:declared_not_known_upstream
MATCH (start:Company {graphmap_key: 'Company:' + $company})
UNWIND $minerals AS mineral
// Who says that the mineral is in none of its products, and declares no smelter of it, brings none.
CALL (mineral) {
  MATCH (c:Company)-[a:ANSWERED {mineral: mineral}]->(q:Question)
  WHERE a.source IS NOT NULL AND q.id IN ['cmrt:1', 'cmrt:2'] AND toLower(a.answer) = 'no'
    AND NOT EXISTS { MATCH (c)-[d:DECLARES {mineral: mineral}]->(:Smelter) WHERE d.source IS NOT NULL }
  RETURN collect(DISTINCT c) AS outside
}
// Who is upstream, by purchases that carry the mineral.
CALL (mineral, start, outside) {
  MATCH p = (start)-[:BUYS_FROM*0..19]->(c:Company)
  WHERE all(r IN relationships(p) WHERE r.source IS NOT NULL
    AND (r.mineral = mineral OR r.mineral IS NULL AND NOT endNode(r) IN outside))
  WITH c, min(length(p)) AS hops
  WHERE hops < $max_hops
  RETURN collect(c) AS upstream
}
WITH mineral, start, [c IN upstream WHERE c <> start] AS suppliers
WHERE size(suppliers) > 0
CALL (mineral, suppliers) {
  UNWIND suppliers AS c
  MATCH (c)-[d:DECLARES {mineral: mineral}]->(s:Smelter)
  WHERE d.source IS NOT NULL
  RETURN collect(DISTINCT s) AS known, count(DISTINCT c) AS declaring
}
MATCH (start)-[r:DECLARES {mineral: mineral}]->(s:Smelter)
WHERE r.source IS NOT NULL AND NOT s IN known
WITH mineral, s, size(suppliers) AS suppliers, declaring,
  r.file + ', ' + r.row + coalesce(' (' + toString(r.as_of) + ')', '') AS receipt
ORDER BY receipt
RETURN mineral, s.id AS smelter, s.name AS smelter_name, suppliers, declaring, collect(DISTINCT receipt) AS receipts
ORDER BY mineral, smelter
