// title: Paths to smelters that are not accepted
// question: By which paths do smelters that the policy does not accept enter a company's supply chain? One row for
//   each path, shortest first. Paths of more than $max_hops steps are left out. A declaration that a supplier of the
//   same company explains is no path of its own, unless it carries purchases; $explained adds it. No row does not
//   mean no risk: ask for "not on list", "unidentified" and "not judged" too.
// parameters:
//   $company (company; default: the brand): id of the company whose supply chain is meant
//   $standings (standings; default: ["not accepted"]): smelters with one of these standings
//   $minerals (minerals; default: those of the lens): the minerals to look at, each for itself
//   $max_hops (count 1..8; default: 8): the most steps of a path, the declaration of the smelter included
//   $limit (count 1..; default: 1000): the most rows to show; "found" is the number of all rows
//   $explained (yes or no; default: false): whether to add paths that end in an explained declaration
//   $day (from the date): the day for which smelters and areas are judged
//   $statuses (from the policy): what each status in the documents means, for which minerals, and how many days it is
//     valid
//   $expired (from the policy): the standing of an accepted smelter whose assessment has expired
//   $grace_days (from the policy): for how many days after its end an assessment still counts
//   $have_none (from the shares): companies that declare no smelter of a mineral and, by the shares stated, buy only
//     from companies that have none of it: they have none either
//   $carrying (from the shares): explained declarations that carry purchases of their own, because nothing else of the
//     company can take them
// columns:
//   mineral (text): the mineral that the path carries
//   smelter (text), smelter_name (text): the end of the path
//   standing (text): of the smelter
//   assessed (text?): receipt of the claim that decides the standing
//   hops (count): steps of the path
//   path (texts), ids (texts): names and ids from the company to the smelter
//   receipts (texts): for each step where it is written: file, sheet and cell, date of the document
//   found (count): number of all rows, also those that the limit cuts off
// twin: graphmap.questions.paths:to_not_accepted
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
// Purchases upstream, one for each pair of companies.
CALL (mineral, start, outside) {
  MATCH p = (start)-[:BUYS_FROM*0..7]->(c:Company)
  WHERE all(r IN relationships(p) WHERE r.source IS NOT NULL
    AND (r.mineral = mineral OR r.mineral IS NULL AND NOT endNode(r) IN outside))
  WITH DISTINCT c
  MATCH (c)-[r:BUYS_FROM]->(d:Company)
  WHERE c <> d AND r.source IS NOT NULL
    AND (r.mineral = mineral OR r.mineral IS NULL AND NOT d IN outside)
  WITH c, d, head(collect(r)) AS link
  RETURN collect(link) AS links
}
WITH day, mineral, start, outside, links, [start] + [link IN links | endNode(link)] AS upstream
// Smelters that companies upstream declare, and where they enter the chain: "declaring" are those who declare it,
// "entering" those with whom it enters. A declaration is explained if a supplier of the company leads to the smelter
// too, unless that supplier also buys from the company, directly or through others. No smelter enters the chain with an
// explained declaration, unless that carries purchases of its own.
CALL (mineral, outside, upstream) {
  UNWIND upstream AS c
  WITH DISTINCT c
  WHERE EXISTS { MATCH (c)-[d:DECLARES {mineral: mineral}]->(:Smelter) WHERE d.source IS NOT NULL }
  CALL (mineral, outside, c) {
    MATCH p = (c)<-[:BUYS_FROM*0..]-(buyer:Company)
    WHERE all(r IN relationships(p) WHERE r.source IS NOT NULL
      AND (r.mineral = mineral OR r.mineral IS NULL AND NOT endNode(r) IN outside))
    RETURN collect(DISTINCT buyer) AS buyers
  }
  CALL (mineral, outside, c, buyers) {
    MATCH (c)-[d:DECLARES {mineral: mineral}]->(s:Smelter)
    WHERE d.source IS NOT NULL
    RETURN s, 'declared' AS how
    UNION
    MATCH p = (c)-[:BUYS_FROM*0..]->(supplier:Company)
    WHERE all(r IN relationships(p) WHERE r.source IS NOT NULL AND NOT endNode(r) IN buyers
      AND (r.mineral = mineral OR r.mineral IS NULL AND NOT endNode(r) IN outside))
    WITH DISTINCT supplier
    WHERE supplier <> c
    MATCH (supplier)-[d:DECLARES {mineral: mineral}]->(s:Smelter)
    WHERE d.source IS NOT NULL
    RETURN s, 'explained' AS how
    UNION
    UNWIND [x IN $carrying WHERE x.mineral = mineral AND x.company = c.id] AS x
    MATCH (c)-[d:DECLARES {mineral: mineral}]->(s:Smelter)
    WHERE d.source IS NOT NULL AND s.id IN x.smelters
    RETURN s, 'carries' AS how
  }
  WITH c, s, collect(how) AS how
  WHERE 'declared' IN how
  RETURN s, collect(c) AS declaring,
    collect(CASE WHEN NOT 'explained' IN how OR 'carries' IN how THEN c END) AS entering
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
WITH mineral, start, links, s, standing, assessment, CASE WHEN $explained THEN declaring ELSE entering END AS ending
WHERE standing IN $standings
// Only companies from which a path leads to the smelter are followed.
CALL (links, ending) {
  UNWIND ending AS c
  MATCH p = (c)<-[:BUYS_FROM*0..7]-(d:Company)
  WHERE all(r IN relationships(p) WHERE r IN links)
  RETURN collect(DISTINCT d) AS leading
}
// Paths, on which no company stands twice.
CALL (start, links, ending, leading) {
  MATCH p = (start)-[:BUYS_FROM*0..7]->(c:Company)
  WHERE all(r IN relationships(p) WHERE r IN links) AND all(n IN nodes(p) WHERE n IN leading)
    AND c IN ending AND length(p) < $max_hops
    AND all(n IN nodes(p) WHERE single(m IN nodes(p) WHERE m = n))
  RETURN nodes(p) AS way
}
WITH mineral, s, standing, assessment, way + s AS way
ORDER BY size(way), mineral, [n IN way | n.id]
WITH collect({mineral: mineral, standing: standing, assessment: assessment, way: way}) AS paths
WITH paths[..$limit] AS shown, size(paths) AS found
UNWIND shown AS path
// The receipts of each step of a path; all rows of one pair of companies are one step.
CALL (path) {
  UNWIND range(0, size(path.way) - 2) AS i
  WITH i, path.way[i] AS tail, path.way[i + 1] AS head
  MATCH (tail)-[r:BUYS_FROM|DECLARES]->(head)
  WHERE r.source IS NOT NULL AND coalesce(r.mineral = path.mineral, true)
  WITH DISTINCT i, r.file + ', ' + r.row + coalesce(' (' + toString(r.as_of) + ')', '') AS receipt
  ORDER BY i, receipt
  WITH i, collect(receipt) AS step
  ORDER BY i
  RETURN collect(reduce(joined = head(step), other IN tail(step) | joined + '; ' + other)) AS receipts
}
WITH path, found, receipts, last(path.way) AS s, path.assessment AS a
RETURN path.mineral AS mineral, s.id AS smelter, s.name AS smelter_name, path.standing AS standing,
  a.file + ', ' + a.row + coalesce(' (' + toString(a.as_of) + ')', '') AS assessed,
  size(path.way) - 1 AS hops, [n IN path.way | n.name] AS path, [n IN path.way | n.id] AS ids, receipts, found
ORDER BY hops, mineral, ids
