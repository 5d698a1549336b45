// title: Countries of origin
// question: From which countries and regions does the mineral in a company's supply chain come, by the origins of
//   its smelters and of the mines that feed them, and what does the lens say of each? Every row also counts the
//   smelters for which no document gives an origin: a short list does not mean that few countries are involved.
// parameters:
//   $company (company; default: the brand): id of the company whose supply chain is meant
//   $minerals (minerals; default: those of the lens): the minerals to look at, each for itself
//   $max_hops (count 1..20; default: 20): the most steps to a smelter, its declaration included; smelters farther away
//     are left out
//   $day (from the date): the day for which smelters and areas are judged
//   $areas (from the lens): the places in the documents that lie in an area of concern, and what the lens lists by name
//   $have_none (from the shares): companies that declare no smelter of a mineral and, by the shares stated, buy only
//     from companies that have none of it: they have none either
// columns:
//   mineral (text): each mineral has its own origins
//   country (text): code of the country
//   place (text), place_name (text): the country, or the region of it that a document names
//   level (text?): of the area under the lens; unknown if the lens says nothing of the place
//   certain (yes or no?): no where only the country is known, and only some of its regions are listed
//   smelters (count): smelters upstream that source from there
//   of_smelters (count): all smelters upstream
//   without_origin (count): those of them for which no document gives an origin
//   smelter_ids (texts): the smelters that source from there
//   receipts (texts): where documents say so
// twin: graphmap.questions.origin:countries_of_origin
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
CALL (mineral, day, s) {
  CALL (s) {
    MATCH (s)-[r:ORIGINATES_IN]->(place:Country|Region)
    RETURN place, [r] AS claims
    UNION ALL
    MATCH (s)-[f:FED_BY]->(:Mine)-[r:LOCATED_IN|ORIGINATES_IN]->(place:Country|Region)
    RETURN place, [f, r] AS claims
  }
  WITH place, claims
  WHERE all(r IN claims WHERE r.source IS NOT NULL AND (r.mineral IS NULL OR r.mineral = mineral)
    AND coalesce(r.as_of <= day, true))
  RETURN collect({place: place, claims: claims}) AS origins
}
WITH mineral, collect({smelter: s, origins: origins}) AS found
WITH mineral, found, size([x IN found WHERE size(x.origins) = 0]) AS without_origin
UNWIND found AS x
UNWIND x.origins AS origin
UNWIND origin.claims AS r
WITH mineral, size(found) AS of_smelters, without_origin, x.smelter.id AS smelter, origin.place AS place,
  r.file + ', ' + r.row + coalesce(' (' + toString(r.as_of) + ')', '') AS receipt
ORDER BY smelter, receipt
WITH mineral, of_smelters, without_origin, place, collect(DISTINCT smelter) AS smelter_ids,
  collect(DISTINCT receipt) AS receipts
// Each receipt once, in order.
CALL (receipts) {
  UNWIND receipts AS receipt
  WITH DISTINCT receipt
  ORDER BY receipt
  RETURN collect(receipt) AS sorted_receipts
}
WITH *, head([a IN $areas
  WHERE a.way = 'sources from' AND a.key = place.graphmap_key AND mineral IN a.minerals]) AS area
RETURN mineral, head(split(place.id, '-')) AS country, place.id AS place, place.name AS place_name,
  area.level AS level, area.certain AS certain, size(smelter_ids) AS smelters, of_smelters, without_origin, smelter_ids,
  sorted_receipts AS receipts
ORDER BY mineral, country, place
