// title: Answers that origins contradict
// question: Which companies answer "No" to the question whether they source from areas of concern, although a
//   smelter upstream is reported to source from one? Only certain origins count. Question cmrt:3 asks about the
//   covered countries, cmrt:4 about conflict-affected and high-risk areas: by default the one that fits the lens.
// parameters:
//   $questions (questions; default: the one of the lens): ids of the questions
//   $minerals (minerals; default: those of the lens): the minerals to look at, each for itself
//   $max_hops (count 1..20; default: 20): the most steps to a smelter, its declaration included; smelters farther away
//     are left out
//   $day (from the date): the day for which smelters and areas are judged
//   $areas (from the lens): the places in the documents that lie in an area of concern, and what the lens lists by name
//   $have_none (from the shares): companies that declare no smelter of a mineral and, by the shares stated, buy only
//     from companies that have none of it: they have none either
// columns:
//   mineral (text): the mineral that the answer is about
//   company (text), company_name (text): the company that answers
//   tier (count?): number of purchases between the company and a brand; unknown if no brand buys from it
//   question (text): the question
//   smelter (text), smelter_name (text): a smelter upstream
//   areas (texts): the areas of the lens that it sources from
//   answered (texts): where the answer is written
//   receipts (texts): where the origins are written, then the list
// twin: graphmap.questions.quality:contradictory_answers
WITH date($day) AS day
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
// Companies that answer No.
MATCH (start:Company)-[a:ANSWERED {mineral: mineral}]->(question:Question)
WHERE a.source IS NOT NULL AND question.id IN $questions AND toLower(trim(a.answer)) = 'no'
WITH day, mineral, outside, start, question,
  a.file + ', ' + a.row + coalesce(' (' + toString(a.as_of) + ')', '') AS receipt
ORDER BY receipt
WITH day, mineral, outside, start, question, collect(DISTINCT receipt) AS answered
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
// Where the smelter is located, what it sources from, also through its mines, and whether the lens lists it by name.
// Where a document names a region of a country, the country alone decides nothing.
CALL (mineral, s, day) {
  CALL (mineral, s, day) {
    MATCH (s)-[r:LOCATED_IN]->(place:Country|Region)
    RETURN 'located in' AS way, place, [r] AS claims
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
  WITH way, collect({place: place, claims: claims}) AS found
  WITH way, found, [x IN found WHERE x.place:Region | head(split(x.place.id, '-'))] AS precise
  UNWIND found AS x
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
WITH mineral, start, question, answered, s,
  [g IN grounds WHERE g.way = 'sources from' AND g.certain] AS grounds
WHERE size(grounds) > 0
RETURN mineral, start.id AS company, start.name AS company_name, start.tier AS tier, question.id AS question,
  s.id AS smelter, s.name AS smelter_name, [g IN grounds | g.place.id] AS areas, answered,
  reduce(all_of = [], g IN grounds | all_of + [r IN g.receipts WHERE NOT r IN all_of]) AS receipts
ORDER BY mineral, company, question, smelter
