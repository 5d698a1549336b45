// title: Choke points
// question: Through which companies do all ways of a company to its smelters that are not accepted go? A declaration
//   that a supplier of the same company explains counts as that supplier's. Companies through which only some of the
//   ways go have no row. Ways of more than $max_hops steps are left out.
// parameters:
//   $company (company; default: the brand): id of the company whose chain is meant
//   $standings (standings; default: ["not accepted"]): which smelters are looked for, by their standing
//   $minerals (minerals; default: those of the lens): each is judged by itself
//   $max_hops (count 1..20; default: 20): the most steps up to a smelter, its declaration included; what lies farther
//     is left out
//   $day (from the date): the day on which is judged
//   $statuses (from the policy): what each status in the documents means, for which minerals, and how many days it
//     holds
//   $expired (from the policy): what an accepted smelter is when its assessment has run out
//   $grace_days (from the policy): for how many days it still counts then
// columns:
//   mineral (text): each mineral has its own ways
//   gate (text), gate_name (text): the company through which all ways go
//   tier (count?): how many purchases it is away from a brand; unknown if no brand buys from it
//   gated (count): how many of the smelters it gates
//   of_smelters (count): how many such smelters are upstream in all
//   smelters (texts), smelter_names (texts): those that it gates
//   receipts (texts): the declarations by which they come in
// twin: graphmap.questions.paths:choke_points
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
WITH start, mineral, outside, s, declaring, standing
WHERE standing IN $standings
// Where the smelter comes in: with those who declare it and have no supplier that leads to it. Suppliers in a circle
// with their buyer do not count, or nobody would bring it.
CALL (mineral, outside, s, declaring) {
  UNWIND declaring AS c
  CALL (mineral, outside, c) {
    MATCH p = (c)<-[:BUYS_FROM*0..19]-(d:Company)
    WHERE all(r IN relationships(p) WHERE r.source IS NOT NULL
      AND (r.mineral = mineral OR r.mineral IS NULL AND NOT endNode(r) IN outside))
    WITH d, min(length(p)) AS hops
    WHERE hops < $max_hops
    RETURN collect(d) AS circle
  }
  CALL (mineral, outside, c, circle, declaring) {
    MATCH (c)-[r:BUYS_FROM]->(d:Company)
    WHERE NOT d IN circle AND r.source IS NOT NULL
      AND (r.mineral = mineral OR r.mineral IS NULL AND NOT d IN outside)
    WITH DISTINCT mineral, outside, d, declaring
    MATCH p = (d)-[:BUYS_FROM*0..19]->(e:Company)
    WHERE all(r IN relationships(p) WHERE r.source IS NOT NULL
      AND (r.mineral = mineral OR r.mineral IS NULL AND NOT endNode(r) IN outside))
    WITH declaring, d, e, min(length(p)) AS hops
    WHERE hops < $max_hops AND e IN declaring
    RETURN count(*) AS explaining
  }
  RETURN collect(CASE explaining WHEN 0 THEN c END) AS entering
}
WITH start, mineral, outside,
  collect({smelter: s, entering: CASE entering WHEN [] THEN declaring ELSE entering END}) AS sought
// The companies from which a way leads to one of them; each is left out in turn.
CALL (start, mineral, outside, sought) {
  UNWIND sought AS x
  UNWIND x.entering AS e
  WITH DISTINCT start, mineral, outside, e
  MATCH p = (e)<-[:BUYS_FROM*0..19]-(gate:Company)
  WHERE all(r IN relationships(p) WHERE r.source IS NOT NULL
    AND (r.mineral = mineral OR r.mineral IS NULL AND NOT endNode(r) IN outside))
  WITH DISTINCT start, gate
  WHERE gate <> start
  RETURN gate
}
CALL (start, mineral, outside, gate) {
  MATCH p = (start)-[:BUYS_FROM*0..19]->(c:Company)
  WHERE all(r IN relationships(p) WHERE r.source IS NOT NULL AND endNode(r) <> gate
    AND (r.mineral = mineral OR r.mineral IS NULL AND NOT endNode(r) IN outside))
  WITH c, min(length(p)) AS hops
  WHERE hops < $max_hops
  RETURN collect(c) AS around
}
WITH mineral, gate, sought, [x IN sought WHERE none(e IN x.entering WHERE e IN around)] AS gated
WHERE size(gated) > 0
CALL (mineral, gated) {
  UNWIND gated AS x
  UNWIND x.entering AS e
  WITH mineral, x.smelter AS s, e
  MATCH (e)-[r:DECLARES {mineral: mineral}]->(s)
  WHERE r.source IS NOT NULL
  WITH DISTINCT r.file + ', ' + r.row + coalesce(' (' + toString(r.as_of) + ')', '') AS receipt
  ORDER BY receipt
  RETURN collect(receipt) AS receipts
}
CALL (gated) {
  UNWIND gated AS x
  WITH x.smelter AS s
  ORDER BY s.id
  RETURN collect(s.id) AS smelters, collect(s.name) AS smelter_names
}
RETURN mineral, gate.id AS gate, gate.name AS gate_name, gate.tier AS tier, size(gated) AS gated,
  size(sought) AS of_smelters, smelters, smelter_names, receipts
ORDER BY gated DESC, mineral, gate
