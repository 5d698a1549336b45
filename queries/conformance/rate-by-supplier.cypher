// title: Conformance rate by supplier and mineral
// question: What part of the smelters upstream is accepted, for a company and for each of its direct suppliers? The
//   rate is over smelters that are identified and judged: those in progress, unidentified or not judged are shown
//   apart and never count as accepted. Where no such smelter is known, the rate is unknown. A company that has none
//   of a mineral has no row for it.
// parameters:
//   $company (company; default: the brand): id of the company whose supply chain is meant
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
//   mineral (text): each mineral has its own rate
//   company (text), company_name (text): the company itself and its direct suppliers
//   tier (count?): number of purchases between the company and a brand; unknown if no brand buys from it
//   identified (count): distinct smelters upstream that are named and judged
//   accepted (count), in_progress (count), not_accepted (count), not_on_list (count): those of them with this
//     standing
//   unidentified (count): entries upstream that name no smelter
//   not_judged (count): smelters upstream that are named, on a day before the first assurance list for the mineral
//   rate (number?): accepted / identified, 0 to 1; unknown where identified is 0
//   in_progress_rate (number?): in_progress / identified, 0 to 1; unknown where identified is 0
//   cut_off (yes or no): whether the chain goes on beyond $max_hops
//   declarations (texts): the documents upstream that declare smelters, with their dates
// twin: graphmap.questions.conformance:rate_by_supplier
WITH date($day) AS day
MATCH (buyer:Company {graphmap_key: 'Company:' + $company})
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
// Whether an assurance list that counts for the mineral was known on the day, whatever smelters it names: before the
// first one no smelter is judged.
CALL (mineral, day) {
  RETURN EXISTS {
    MATCH (scheme:Scheme)<-[a:ASSESSED_BY]-(:Smelter)
    WHERE a.source IS NOT NULL AND (a.mineral IS NULL OR a.mineral = mineral) AND coalesce(a.as_of <= day, true)
      AND any(w IN $statuses WHERE w.scheme = scheme.id AND mineral IN w.minerals)
  } AS judged
}
// The standing of every smelter that any company declares for the mineral, found once for all companies.
CALL (mineral, day, judged) {
  MATCH (:Company)-[d:DECLARES {mineral: mineral}]->(s:Smelter)
  WHERE d.source IS NOT NULL
  WITH DISTINCT s
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
  RETURN collect({smelter: s, standing: standing}) AS standings
}
CALL (mineral, buyer, outside) {
  RETURN buyer AS start
  UNION
  MATCH (buyer)-[r:BUYS_FROM]->(start:Company)
  WHERE r.source IS NOT NULL
    AND (r.mineral = mineral OR r.mineral IS NULL AND NOT start IN outside)
  RETURN start
}
WITH mineral, outside, standings, start
WHERE NOT start IN outside
// Companies upstream, through purchases of the mineral or of no mineral that is named.
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
  RETURN count(*) > 0 AS cut_off
}
CALL (mineral, upstream) {
  UNWIND upstream AS c
  MATCH (c)-[d:DECLARES {mineral: mineral}]->(s:Smelter)
  WHERE d.source IS NOT NULL
  WITH s, d.file + coalesce(' (' + toString(d.as_of) + ')', '') AS document
  ORDER BY document
  RETURN collect(DISTINCT s) AS smelters, collect(DISTINCT document) AS declarations
}
WITH mineral, start, cut_off, declarations, [x IN standings WHERE x.smelter IN smelters | x.standing] AS found
WITH mineral, start, cut_off, declarations, size([x IN found WHERE x = 'accepted']) AS accepted,
  size([x IN found WHERE x = 'in progress']) AS in_progress,
  size([x IN found WHERE x = 'not accepted']) AS not_accepted,
  size([x IN found WHERE x = 'not on list']) AS not_on_list,
  size([x IN found WHERE x = 'unidentified']) AS unidentified,
  size([x IN found WHERE x = 'not judged']) AS not_judged
WITH *, accepted + in_progress + not_accepted + not_on_list AS identified
RETURN mineral, start.id AS company, start.name AS company_name, start.tier AS tier,
  identified, accepted, in_progress, not_accepted, not_on_list, unidentified, not_judged,
  CASE WHEN identified > 0 THEN toFloat(accepted) / identified END AS rate,
  CASE WHEN identified > 0 THEN toFloat(in_progress) / identified END AS in_progress_rate, cut_off, declarations
ORDER BY mineral, rate, company
