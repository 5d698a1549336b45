// title: Concentration by country
// question: In how few countries are the smelters of a company's supply chain located, and from how few do they
//   source? This counts smelters, not quantities: "graphmap concentration" weighs by purchases. A smelter that
//   documents place in two countries counts in both.
// parameters:
//   $company (company; default: the brand): id of the company whose supply chain is meant
//   $minerals (minerals; default: those of the lens): the minerals to look at, each for itself
//   $max_hops (count 1..20; default: 20): the most steps to a smelter, its declaration included; smelters farther away
//     are left out
//   $day (from the date): the day for which smelters and areas are judged
//   $have_none (from the shares): companies that declare no smelter of a mineral and, by the shares stated, buy only
//     from companies that have none of it: they have none either
// columns:
//   mineral (text): each mineral is counted by itself
//   way (text): "located in" or "sources from" (also through a mine that feeds the smelter)
//   country (text): code of the country
//   smelters (count): smelters upstream with this country
//   known (count): smelters upstream with any country
//   of_smelters (count): all smelters upstream
//   part (number): part of all pairs of smelter and country, 0 to 1
//   hhi (number): Herfindahl-Hirschman index of the parts, 0 to 10,000, the same in all rows of a mineral and way
//   receipts (texts): where documents say so
// twin: graphmap.questions.concentration:by_country
WITH date($day) AS day
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
// Smelters that companies upstream declare, and who declares them.
CALL (mineral, upstream) {
  UNWIND upstream AS c
  MATCH (c)-[d:DECLARES {mineral: mineral}]->(s:Smelter)
  WHERE d.source IS NOT NULL
  RETURN s, collect(DISTINCT c) AS declaring
}
WITH day, mineral, collect(s) AS upstream_smelters
UNWIND upstream_smelters AS s
CALL (mineral, day, s) {
  CALL (s) {
    MATCH (s)-[r:LOCATED_IN]->(place:Country|Region)
    RETURN 'located in' AS way, place, [r] AS claims
    UNION ALL
    MATCH (s)-[r:ORIGINATES_IN]->(place:Country|Region)
    RETURN 'sources from' AS way, place, [r] AS claims
    UNION ALL
    MATCH (s)-[f:FED_BY]->(:Mine)-[r:LOCATED_IN|ORIGINATES_IN]->(place:Country|Region)
    RETURN 'sources from' AS way, place, [f, r] AS claims
  }
  WITH way, place, claims
  WHERE all(r IN claims WHERE r.source IS NOT NULL AND (r.mineral IS NULL OR r.mineral = mineral)
    AND coalesce(r.as_of <= day, true))
  UNWIND claims AS r
  RETURN way, head(split(place.id, '-')) AS country,
    r.file + ', ' + r.row + coalesce(' (' + toString(r.as_of) + ')', '') AS receipt
}
WITH mineral, size(upstream_smelters) AS of_smelters, way, country, s, receipt
ORDER BY receipt
WITH mineral, of_smelters, way, country, collect(DISTINCT s) AS smelters, collect(DISTINCT receipt) AS receipts
WITH mineral, of_smelters, way, collect({country: country, smelters: smelters, receipts: receipts}) AS countries
WITH mineral, of_smelters, way, countries, reduce(n = 0, x IN countries | n + size(x.smelters)) AS pairs,
  reduce(n = 0, x IN countries | n + size(x.smelters) * size(x.smelters)) AS squares
CALL (countries) {
  UNWIND countries AS x
  UNWIND x.smelters AS s
  RETURN count(DISTINCT s) AS known
}
UNWIND countries AS x
RETURN mineral, way, x.country AS country, size(x.smelters) AS smelters, known, of_smelters,
  toFloat(size(x.smelters)) / pairs AS part, 10000.0 * squares / (pairs * pairs) AS hhi, x.receipts AS receipts
ORDER BY mineral, way, smelters DESC, country
