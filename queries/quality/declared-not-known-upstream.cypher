// title: Declared, but not known upstream
// question: Which smelters does a company declare that none of its known suppliers declares, however far upstream?
//   Either a tier is hidden, or a declaration upstream is missing or incomplete. A company without known suppliers
//   of the mineral has no rows: nothing is known of its suppliers.
// parameters:
//   $company (company; default: the brand): id of the company whose supply chain is meant
//   $minerals (minerals; default: those of the lens): the minerals to look at, each for itself
//   $max_hops (count 1..20; default: 20): the most steps to a smelter, its declaration included; smelters farther away
//     are left out
//   $have_none (from the shares): companies that declare no smelter of a mineral and, by the shares stated, buy only
//     from companies that have none of it: they have none either
// columns:
//   mineral (text): the mineral for which it is declared
//   smelter (text), smelter_name (text): the smelter
//   suppliers (count): known companies upstream
//   declaring (count): those of them that declare any smelter of the mineral
//   receipts (texts): where the company declares it
// twin: graphmap.questions.quality:declared_not_known_upstream
MATCH (start:Company {graphmap_key: 'Company:' + $company})
UNWIND $minerals AS mineral
// Companies that have none of the mineral: they answer that it is not in their products and declare no smelter of it,
// or all that they buy comes from such companies.
CALL (mineral) {
  CALL (mineral) {
    MATCH (c:Company)-[a:ANSWERED {mineral: mineral}]->(q:Question)
    WHERE a.source IS NOT NULL AND q.id IN ['cmrt:1', 'cmrt:2'] AND toLower(trim(a.answer)) = 'no'
      AND NOT EXISTS { MATCH (c)-[d:DECLARES {mineral: mineral}]->(:Smelter) WHERE d.source IS NOT NULL }
    RETURN c
    UNION
    UNWIND [x IN $have_none WHERE x.mineral = mineral] AS x
    MATCH (c:Company {graphmap_key: 'Company:' + x.company})
    RETURN c
  }
  RETURN collect(c) AS outside
}
// Companies upstream, through purchases of the mineral or of no mineral that is named.
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
