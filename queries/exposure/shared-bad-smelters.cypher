// title: Smelters not accepted that several suppliers share
// question: Which smelters that the policy does not accept enter a company's supply chain through several direct
//   suppliers? They are worth one joint request. Set $standings to look for smelters that are not on list,
//   unidentified or not judged.
// parameters:
//   $company (company; default: the brand): id of the company whose supply chain is meant
//   $standings (standings; default: ["not accepted"]): smelters with one of these standings
//   $at_least (count 2..; default: 2): the fewest suppliers that must share the smelter
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
//   $carrying (from the shares): explained declarations that carry purchases of their own, because nothing else of the
//     company can take them
// columns:
//   mineral (text): each mineral is counted by itself
//   smelter (text), smelter_name (text): the smelter
//   standing (text): of the smelter
//   assessed (text?): receipt of the claim that decides the standing
//   suppliers (count): direct suppliers that lead to it
//   of_suppliers (count): all direct suppliers
//   supplier_ids (texts), supplier_names (texts): the suppliers that lead to it
//   receipts (texts): the declarations with which it enters the chain, the suppliers' own or further upstream
// twin: graphmap.questions.exposure:shared_bad_smelters
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
// Direct suppliers, and the companies to which they lead other than through the company itself.
CALL (mineral, start, outside) {
  MATCH (start)-[r:BUYS_FROM]->(supplier:Company)
  WHERE supplier <> start AND r.source IS NOT NULL
    AND (r.mineral = mineral OR r.mineral IS NULL AND NOT supplier IN outside)
  WITH collect(DISTINCT supplier) AS suppliers
  CALL (mineral, start, outside, suppliers) {
    UNWIND suppliers AS supplier
    MATCH p = (supplier)-[:BUYS_FROM*0..18]->(c:Company)
    WHERE all(r IN relationships(p) WHERE r.source IS NOT NULL AND endNode(r) <> start
      AND (r.mineral = mineral OR r.mineral IS NULL AND NOT endNode(r) IN outside))
    WITH supplier, c, min(length(p)) AS hops
    WHERE hops < $max_hops - 1
    WITH c, collect(supplier) AS through
    RETURN collect({company: c, through: through}) AS leads
  }
  RETURN suppliers, leads, [x IN leads | x.company] AS upstream
}
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
WITH day, start, mineral, suppliers, leads, s, entering
// Direct suppliers that lead to the smelter, and the companies with which it enters the chain there.
CALL (entering, leads) {
  UNWIND [x IN leads WHERE x.company IN entering] AS x
  UNWIND x.through AS supplier
  WITH x.company AS c, supplier
  ORDER BY supplier.id
  RETURN collect(DISTINCT supplier) AS bringing, collect(DISTINCT c) AS declaring
}
WITH day, mineral, s, declaring, bringing, suppliers
WHERE size(bringing) >= $at_least
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
WITH mineral, s, declaring, standing, assessment AS a, bringing, suppliers
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
RETURN mineral, s.id AS smelter, s.name AS smelter_name, standing,
  a.file + ', ' + a.row + coalesce(' (' + toString(a.as_of) + ')', '') AS assessed,
  size(bringing) AS suppliers, size(suppliers) AS of_suppliers,
  [x IN bringing | x.id] AS supplier_ids, [x IN bringing | x.name] AS supplier_names, receipts
ORDER BY suppliers DESC, mineral, smelter
