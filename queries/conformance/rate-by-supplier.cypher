// title: Conformance rate by supplier and mineral
// question: Which part of the identified smelters upstream is accepted, for a company and each of its direct
//   suppliers? In progress and unidentified stand apart and never count as accepted; without an identified smelter
//   the rate is unknown. Who says that it has none of a mineral has no row for it.
// parameters:
//   $company (company; default: the brand): id of the company whose chain is meant
//   $minerals (minerals; default: those of the lens): each is judged by itself
//   $max_hops (count 1..20; default: 20): the most steps up to a smelter, its declaration included; what lies farther
//     is left out
//   $day (from the date): the day on which is judged
//   $statuses (from the policy): what each status in the documents means, for which minerals, and how many days it
//     holds
//   $expired (from the policy): what an accepted smelter is when its assessment has run out
//   $grace_days (from the policy): for how many days it still counts then
// columns:
//   mineral (text): each mineral has its own rate
//   company (text), company_name (text): the company itself and its direct suppliers
//   tier (count?): how many purchases it is away from a brand; unknown if no brand buys from it
//   identified (count): distinct smelters upstream that have a name
//   accepted (count), in_progress (count), not_accepted (count), not_on_list (count): of these, by standing
//   unidentified (count): entries upstream that name no smelter
//   rate (number?): accepted / identified, 0 to 1; unknown where no smelter is identified
//   in_progress_rate (number?): in progress / identified, 0 to 1
//   cut (yes or no): whether the chain goes on beyond $max_hops
//   declarations (texts): the documents upstream that declare smelters, with their dates
// twin: graphmap.questions.conformance:rate_by_supplier
WITH date($day) AS day
MATCH (buyer:Company {graphmap_key: 'Company:' + $company})
UNWIND $minerals AS mineral
// Who says that the mineral is in none of its products, and declares no smelter of it, brings none.
CALL (mineral) {
  MATCH (c:Company)-[a:ANSWERED {mineral: mineral}]->(q:Question)
  WHERE a.source IS NOT NULL AND q.id IN ['cmrt:1', 'cmrt:2'] AND toLower(a.answer) = 'no'
    AND NOT EXISTS { MATCH (c)-[d:DECLARES {mineral: mineral}]->(:Smelter) WHERE d.source IS NOT NULL }
  RETURN collect(DISTINCT c) AS outside
}
// The standing of every smelter that anybody declares for the mineral, once for all companies.
CALL (mineral, day) {
  MATCH (:Company)-[d:DECLARES {mineral: mineral}]->(s:Smelter)
  WHERE d.source IS NOT NULL
  WITH DISTINCT mineral, day, s
  // The standing: of each scheme the latest claim counts, of equally late ones the worse; across schemes the best does.
  // The words stand in alphabetical order from the best to the worst.
  CALL (mineral, s, day) {
    MATCH (s)-[a:ASSESSED_BY]->(scheme:Scheme)
    WHERE a.source IS NOT NULL AND (a.mineral IS NULL OR a.mineral = mineral)
      AND coalesce(a.as_of <= day, true) AND coalesce(a.assessed <= day, true)
    WITH a, scheme, head([w IN $statuses
      WHERE w.scheme = scheme.id AND w.status = coalesce(a.status, '') AND mineral IN w.minerals]) AS word
    WHERE word IS NOT NULL
    WITH a, scheme, word, coalesce(a.valid_until, coalesce(a.assessed, a.as_of) + duration({days: word.days})) AS end
    WITH a, scheme, word,
      word.standing = 'accepted' AND coalesce(end + duration({days: $grace_days}) < day, false) AS overdue
    WITH a, scheme, word, overdue, CASE WHEN overdue THEN $expired ELSE word.standing END AS said
    MATCH (d:Document {graphmap_key: 'Document:' + a.source})
    WITH a, scheme, word, overdue, said
    ORDER BY coalesce(a.as_of, date('0000-01-01')), coalesce(a.assessed, date('0000-01-01')),
      said = 'not accepted', said, scheme.id, a.mineral IS NOT NULL, d.kind, d.title, d.modified, d.id, a.row
    WITH word.name AS name, last(collect({claim: a, scheme: scheme.id, said: said, overdue: overdue})) AS latest
    ORDER BY latest.said, latest.overdue, latest.scheme
    WITH head(collect(latest)) AS best
    WITH CASE WHEN s.id STARTS WITH 'unidentified:' THEN null ELSE best END AS best
    RETURN CASE WHEN s.id STARTS WITH 'unidentified:' THEN 'unidentified'
        ELSE coalesce(best.said, 'not on list') END AS standing,
      coalesce(best.overdue, false) AS overdue, best.claim AS assessment
  }
  RETURN collect({smelter: s, standing: standing}) AS judged
}
CALL (mineral, buyer, outside) {
  RETURN buyer AS start
  UNION
  MATCH (buyer)-[r:BUYS_FROM]->(start:Company)
  WHERE r.source IS NOT NULL
    AND (r.mineral = mineral OR r.mineral IS NULL AND NOT start IN outside)
  RETURN start
}
WITH mineral, outside, judged, start
WHERE NOT start IN outside
// Who is upstream, by purchases that carry the mineral.
CALL (mineral, start, outside) {
  MATCH p = (start)-[:BUYS_FROM*0..19]->(c:Company)
  WHERE all(r IN relationships(p) WHERE r.source IS NOT NULL
    AND (r.mineral = mineral OR r.mineral IS NULL AND NOT endNode(r) IN outside))
  WITH c, min(length(p)) AS hops
  WHERE hops < $max_hops
  RETURN collect(c) AS upstream
}
CALL (mineral, outside, upstream) {
  UNWIND upstream AS c
  MATCH (c)-[r:BUYS_FROM]->(d:Company)
  WHERE NOT d IN upstream AND r.source IS NOT NULL
    AND (r.mineral = mineral OR r.mineral IS NULL AND NOT d IN outside)
  RETURN count(*) > 0 AS cut
}
CALL (mineral, upstream) {
  UNWIND upstream AS c
  MATCH (c)-[d:DECLARES {mineral: mineral}]->(s:Smelter)
  WHERE d.source IS NOT NULL
  WITH s, d.file + coalesce(' (' + toString(d.as_of) + ')', '') AS document
  ORDER BY document
  RETURN collect(DISTINCT s) AS smelters, collect(DISTINCT document) AS declarations
}
WITH mineral, start, cut, declarations, [j IN judged WHERE j.smelter IN smelters | j.standing] AS found
WITH mineral, start, cut, declarations,
  size([x IN found WHERE x <> 'unidentified']) AS identified, size([x IN found WHERE x = 'accepted']) AS accepted,
  size([x IN found WHERE x = 'in progress']) AS in_progress,
  size([x IN found WHERE x = 'not accepted']) AS not_accepted,
  size([x IN found WHERE x = 'not on list']) AS not_on_list,
  size([x IN found WHERE x = 'unidentified']) AS unidentified
RETURN mineral, start.id AS company, start.name AS company_name, start.tier AS tier,
  identified, accepted, in_progress, not_accepted, not_on_list, unidentified,
  CASE WHEN identified > 0 THEN toFloat(accepted) / identified END AS rate,
  CASE WHEN identified > 0 THEN toFloat(in_progress) / identified END AS in_progress_rate, cut, declarations
ORDER BY mineral, rate, company
