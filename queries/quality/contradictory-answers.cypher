// title: Answers that origins contradict
// question: Who answers "No" to the question whether it sources from areas of concern, while a smelter upstream is
//   said to source from one? Only what is certain counts. Question cmrt:3 asks for the covered countries, cmrt:4 for
//   conflict-affected and high-risk areas: by default the one that fits the lens.
// parameters:
//   $questions (questions; default: the one of the lens): ids of the questions
//   $minerals (minerals; default: those of the lens): each is judged by itself
//   $max_hops (count 1..20; default: 20): the most steps up to a smelter, its declaration included; what lies farther
//     is left out
//   $day (from the date): the day on which is judged
//   $areas (from the lens): the places of the documents that lie in an area of concern, and what the lens lists by
//     name
// columns:
//   mineral (text): for which it is answered
//   company (text), company_name (text): who answers
//   tier (count?): how many purchases it is away from a brand; unknown if no brand buys from it
//   question (text): the question
//   smelter (text), smelter_name (text): a smelter upstream
//   places (texts): the areas of the lens that it sources from
//   answered (texts): where the answer stands
//   receipts (texts): where the origins stand, then the list
// twin: graphmap.questions.quality:contradictory_answers
WITH date($day) AS day
UNWIND $minerals AS mineral
// Who says that the mineral is in none of its products, and declares no smelter of it, brings none.
CALL (mineral) {
  MATCH (c:Company)-[a:ANSWERED {mineral: mineral}]->(q:Question)
  WHERE a.source IS NOT NULL AND q.id IN ['cmrt:1', 'cmrt:2'] AND toLower(a.answer) = 'no'
    AND NOT EXISTS { MATCH (c)-[d:DECLARES {mineral: mineral}]->(:Smelter) WHERE d.source IS NOT NULL }
  RETURN collect(DISTINCT c) AS outside
}
// Who answers No.
MATCH (start:Company)-[a:ANSWERED {mineral: mineral}]->(question:Question)
WHERE a.source IS NOT NULL AND question.id IN $questions AND toLower(a.answer) = 'no'
WITH day, mineral, outside, start, question,
  a.file + ', ' + a.row + coalesce(' (' + toString(a.as_of) + ')', '') AS receipt
ORDER BY receipt
WITH day, mineral, outside, start, question, collect(DISTINCT receipt) AS answered
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
WITH mineral, start, question, answered, s,
  [g IN grounds WHERE g.way = 'sources from' AND g.certain] AS grounds
WHERE size(grounds) > 0
RETURN mineral, start.id AS company, start.name AS company_name, start.tier AS tier, question.id AS question,
  s.id AS smelter, s.name AS smelter_name, [g IN grounds | g.place.id] AS places, answered,
  reduce(all_of = [], g IN grounds | all_of + [r IN g.receipts WHERE NOT r IN all_of]) AS receipts
ORDER BY mineral, company, question, smelter
