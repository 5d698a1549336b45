// title: Standing of the smelters in a supply chain
// question: What is the standing of each smelter in a company's supply chain, and on which assessment does it rest?
//   A smelter on no assurance list is "not on list", never "not accepted"; where no list that counts for the mineral
//   was known on the day, it is "not judged".
// parameters:
//   $company (company; default: the brand): id of the company whose supply chain is meant
//   $standings (standings; default: ["accepted", "in progress", "not accepted", "not on list", "unidentified",
//     "not judged"]): smelters with one of these standings
//   $minerals (minerals; default: those of the lens): the minerals to look at, each for itself
//   $max_hops (count 1..20; default: 20): the most steps to a smelter, its declaration included; smelters farther away
//     are left out
//   $day (from the date): the day for which smelters and areas are judged
//   $statuses (from the policy): what each status in the documents means, for which minerals, and how many days it is
//     valid
//   $expired (from the policy): the standing of an accepted smelter whose assessment has expired
//   $grace_days (from the policy): for how many days after its end an assessment still counts
//   $have_none (from the shares): companies that declare no smelter of a mineral and, by the shares stated, buy only
//     from companies that have none of it: they have none either
// columns:
//   mineral (text): a smelter has a standing for each mineral
//   smelter (text), smelter_name (text): the smelter
//   standing (text): on the day
//   overdue (yes or no): whether an accepted assessment has expired
//   scheme (text?), status (text?): as the assurance list has it; unknown if no list says anything that counts
//   assessed (date?), valid_until (date?): as the assurance list has it
//   declared_by (count): companies of the chain that declare it
//   receipt (text?): where the assessment is written
//   receipts (texts): where the smelter is declared
// twin: graphmap.questions.conformance:standing_of_smelters
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
// Whether an assurance list that counts for the mineral was known on the day, whatever smelters it names: before the
// first one no smelter is judged.
CALL (mineral, day) {
  RETURN EXISTS {
    MATCH (scheme:Scheme)<-[a:ASSESSED_BY]-(:Smelter)
    WHERE a.source IS NOT NULL AND (a.mineral IS NULL OR a.mineral = mineral) AND coalesce(a.as_of <= day, true)
      AND any(w IN $statuses WHERE w.scheme = scheme.id AND mineral IN w.minerals)
  } AS judged
}
// The standing of the smelter: of each scheme the latest claim counts, of equally late ones the worse; across schemes
// the best counts. The words for standings are in alphabetical order from the best to the worst.
CALL (mineral, s, day, judged) {
  MATCH (s)-[a:ASSESSED_BY]->(scheme:Scheme)
  WHERE a.source IS NOT NULL AND (a.mineral IS NULL OR a.mineral = mineral)
    AND coalesce(a.as_of <= day, true) AND coalesce(a.assessed <= day, true)
  WITH a, scheme, head([w IN $statuses
    WHERE w.scheme = scheme.id AND w.status = coalesce(a.status, '') AND mineral IN w.minerals]) AS word
  WHERE word IS NOT NULL
  WITH a, scheme, word, coalesce(a.valid_until, coalesce(a.assessed, a.as_of) + duration({days: word.days})) AS end
  WITH a, scheme, word,
    word.standing = 'accepted' AND coalesce(end + duration({days: $grace_days}) < day, false) AS overdue
  WITH a, scheme, word, overdue, CASE WHEN overdue THEN $expired ELSE word.standing END AS claimed
  MATCH (d:Document {graphmap_key: 'Document:' + a.source})
  WITH a, scheme, word, overdue, claimed
  ORDER BY coalesce(a.as_of, date('0000-01-01')), coalesce(a.assessed, date('0000-01-01')),
    claimed = 'not accepted', claimed, scheme.id, a.mineral IS NOT NULL, d.kind, d.title, d.modified, d.id, a.row
  WITH word.name AS name, last(collect({claim: a, scheme: scheme.id, standing: claimed, overdue: overdue})) AS latest
  ORDER BY latest.standing, latest.overdue, latest.scheme
  WITH head(collect(latest)) AS best
  WITH CASE WHEN s.id STARTS WITH 'unidentified:' THEN null ELSE best END AS best
  RETURN CASE WHEN s.id STARTS WITH 'unidentified:' THEN 'unidentified'
      ELSE coalesce(best.standing, CASE WHEN judged THEN 'not on list' ELSE 'not judged' END) END AS standing,
    coalesce(best.overdue, false) AS overdue, best.claim AS assessment
}
WITH mineral, s, declaring, standing, overdue, assessment AS a, endNode(assessment) AS scheme
WHERE standing IN $standings
// Receipts of the declarations.
CALL (mineral, s, declaring) {
  UNWIND declaring AS c
  MATCH (c)-[r:DECLARES {mineral: mineral}]->(s)
  WHERE r.source IS NOT NULL
  WITH DISTINCT r.file + ', ' + r.row + coalesce(' (' + toString(r.as_of) + ')', '') AS receipt
  ORDER BY receipt
  RETURN collect(receipt) AS receipts
}
RETURN mineral, s.id AS smelter, s.name AS smelter_name, standing, overdue, scheme.id AS scheme, a.status AS status,
  a.assessed AS assessed, a.valid_until AS valid_until, size(declaring) AS declared_by,
  a.file + ', ' + a.row + coalesce(' (' + toString(a.as_of) + ')', '') AS receipt, receipts
ORDER BY mineral, standing, smelter
