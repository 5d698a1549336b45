// title: Concentration by smelter
// question: On which smelters do most direct suppliers of a company depend? Counted are suppliers, not masses:
//   "graphmap concentration" weighs by purchases.
// parameters:
//   $company (company; default: the brand): id of the company whose chain is meant
//   $minerals (minerals; default: those of the lens): each is judged by itself
//   $max_hops (count 1..20; default: 20): the most steps up to a smelter, its declaration included; what lies farther
//     is left out
//   $limit (count 1..; default: 1000): the most rows; "found" tells how many there are
//   $day (from the date): the day on which is judged
//   $statuses (from the policy): what each status in the documents means, for which minerals, and how many days it
//     holds
//   $expired (from the policy): what an accepted smelter is when its assessment has run out
//   $grace_days (from the policy): for how many days it still counts then
// columns:
//   mineral (text): each mineral is counted by itself
//   smelter (text), smelter_name (text): the smelter
//   standing (text): of the smelter
//   assessed (text?): receipt of the claim that decides the standing
//   suppliers (count): direct suppliers that lead to it
//   of_suppliers (count): direct suppliers in all
//   part (number): suppliers / of_suppliers, 0 to 1
//   receipts (texts): the declarations, the suppliers' own or further upstream
//   found (count): how many rows there are in all
// twin: graphmap.questions.concentration:by_smelter
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
// Direct suppliers that lead to the smelter otherwise than through the company itself.
CALL (mineral, start, outside) {
  MATCH (start)-[r:BUYS_FROM]->(supplier:Company)
  WHERE supplier <> start AND r.source IS NOT NULL
    AND (r.mineral = mineral OR r.mineral IS NULL AND NOT supplier IN outside)
  RETURN collect(DISTINCT supplier) AS suppliers
}
CALL (mineral, start, outside, suppliers) {
  UNWIND suppliers AS supplier
  MATCH p = (supplier)-[:BUYS_FROM*0..18]->(c:Company)
  WHERE all(r IN relationships(p) WHERE r.source IS NOT NULL AND endNode(r) <> start
    AND (r.mineral = mineral OR r.mineral IS NULL AND NOT endNode(r) IN outside))
  WITH mineral, supplier, c, min(length(p)) AS hops
  WHERE hops < $max_hops - 1
  MATCH (c)-[d:DECLARES {mineral: mineral}]->(s:Smelter)
  WHERE d.source IS NOT NULL
  WITH DISTINCT supplier, s, d.file + ', ' + d.row + coalesce(' (' + toString(d.as_of) + ')', '') AS receipt
  ORDER BY supplier.id, receipt
  RETURN s, collect(DISTINCT supplier) AS bringing, collect(DISTINCT receipt) AS receipts
}
WITH day, mineral, s, size(bringing) AS suppliers, size(suppliers) AS of_suppliers, receipts
ORDER BY suppliers DESC, mineral, s.id
WITH day, collect({mineral: mineral, smelter: s, suppliers: suppliers, of_suppliers: of_suppliers,
  receipts: receipts}) AS used
WITH day, used[..$limit] AS shown, size(used) AS found
UNWIND shown AS one
WITH day, found, one, one.mineral AS mineral, one.smelter AS s, one.receipts AS receipts
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
CALL (receipts) {
  UNWIND receipts AS receipt
  WITH receipt
  ORDER BY receipt
  RETURN collect(receipt) AS declared
}
WITH one, mineral, s, standing, assessment AS a, declared, found
RETURN mineral, s.id AS smelter, s.name AS smelter_name, standing,
  a.file + ', ' + a.row + coalesce(' (' + toString(a.as_of) + ')', '') AS assessed,
  one.suppliers AS suppliers, one.of_suppliers AS of_suppliers, toFloat(one.suppliers) / one.of_suppliers AS part,
  declared AS receipts, found
ORDER BY suppliers DESC, mineral, smelter
