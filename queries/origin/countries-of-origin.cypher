// title: Countries of origin
// question: From which countries and regions does the mineral of a company's chain come, by the origins of its
//   smelters and the mines that feed them, and what does the lens say of each? Smelters of which no document gives an
//   origin are counted in every row: their number is not small because a list is short.
// parameters:
//   $company (company; default: the brand): id of the company whose chain is meant
//   $minerals (minerals; default: those of the lens): each is judged by itself
//   $max_hops (count 1..20; default: 20): the most steps up to a smelter, its declaration included; what lies farther
//     is left out
//   $day (from the date): the day on which is judged
//   $areas (from the lens): the places of the documents that lie in an area of concern, and what the lens lists by
//     name
// columns:
//   mineral (text): each mineral has its own origins
//   country (text): code of the country
//   place (text), place_name (text): the country, or the region of it that a document names
//   level (text?): of the area under the lens; unknown if the lens has nothing on it
//   certain (yes or no?): no where only the country is known, of which some regions are listed
//   smelters (count): smelters upstream that source from there
//   of_smelters (count): smelters upstream in all
//   without_origin (count): those of which no document gives an origin
//   smelter_ids (texts): who sources from there
//   receipts (texts): where it is said
// twin: graphmap.questions.origin:countries_of_origin
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
// Who is upstream, by purchases that carry the mineral.
CALL (mineral, start, outside) {
  MATCH p = (start)-[:BUYS_FROM*0..19]->(c:Company)
  WHERE all(r IN relationships(p) WHERE r.source IS NOT NULL
    AND (r.mineral = mineral OR r.mineral IS NULL AND NOT endNode(r) IN outside))
  WITH c, min(length(p)) AS hops
  WHERE hops < $max_hops
  RETURN collect(c) AS upstream
}
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
CALL (receipts) {
  UNWIND receipts AS receipt
  WITH receipt
  ORDER BY receipt
  RETURN collect(receipt) AS declared
}
WITH *, head([a IN $areas
  WHERE a.way = 'sources from' AND a.key = place.graphmap_key AND mineral IN a.minerals]) AS area
RETURN mineral, head(split(place.id, '-')) AS country, place.id AS place, place.name AS place_name,
  area.level AS level, area.certain AS certain, size(smelter_ids) AS smelters, of_smelters, without_origin, smelter_ids,
  declared AS receipts
ORDER BY mineral, country, place
