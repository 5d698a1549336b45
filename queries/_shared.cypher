// What several questions share, each part once. This file is not run: the tests write its parts into the questions
// (queries/README.md, "Add a question"), so that every question pastes as it is.

// ---- parameters -----------------------------------------------------------------------------------------------------

//   $company (company; default: the brand): id of the company whose supply chain is meant
//   $minerals (minerals; default: those of the lens): the minerals to look at, each for itself
//   $max_hops (count 1..20; default: 20): the most steps to a smelter, its declaration included; smelters farther away
//     are left out
//   $max_hops (count 1..8; default: 8): the most steps of a path, the declaration of the smelter included
//   $limit (count 1..; default: 1000): the most rows to show; "found" is the number of all rows
//   $standings (standings; default: ["not accepted"]): smelters with one of these standings
//   $standings (standings; default: ["accepted", "in progress", "not accepted", "not on list", "unidentified",
//     "not judged"]): smelters with one of these standings
//   $explained (yes or no; default: false): whether to add paths that end in an explained declaration
//   $day (from the date): the day for which smelters and areas are judged
//   $statuses (from the policy): what each status in the documents means, for which minerals, and how many days it is
//     valid
//   $expired (from the policy): the standing of an accepted smelter whose assessment has expired
//   $grace_days (from the policy): for how many days after its end an assessment still counts
//   $areas (from the lens): the places in the documents that lie in an area of concern, and what the lens lists by name
//   $have_none (from the shares): companies that declare no smelter of a mineral and, by the shares stated, buy only
//     from companies that have none of it: they have none either
//   $carrying (from the shares): explained declarations that carry purchases of their own, because nothing else of the
//     company can take them

// ---- the chain of a mineral -----------------------------------------------------------------------------------------

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

// Smelters that companies upstream declare, and who declares them.
CALL (mineral, upstream) {
  UNWIND upstream AS c
  MATCH (c)-[d:DECLARES {mineral: mineral}]->(s:Smelter)
  WHERE d.source IS NOT NULL
  RETURN s, collect(DISTINCT c) AS declaring
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

// Direct suppliers that lead to the smelter, and the companies with which it enters the chain there.
CALL (entering, leads) {
  UNWIND [x IN leads WHERE x.company IN entering] AS x
  UNWIND x.through AS supplier
  WITH x.company AS c, supplier
  ORDER BY supplier.id
  RETURN collect(DISTINCT supplier) AS bringing, collect(DISTINCT c) AS declaring
}

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

// Receipts of the declarations.
CALL (mineral, s, declaring) {
  UNWIND declaring AS c
  MATCH (c)-[r:DECLARES {mineral: mineral}]->(s)
  WHERE r.source IS NOT NULL
  WITH DISTINCT r.file + ', ' + r.row + coalesce(' (' + toString(r.as_of) + ')', '') AS receipt
  ORDER BY receipt
  RETURN collect(receipt) AS receipts
}

// ---- what the policy says -------------------------------------------------------------------------------------------

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

// ---- what the lens says ---------------------------------------------------------------------------------------------

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

// ---- receipts -------------------------------------------------------------------------------------------------------

// Each receipt once, in order.
CALL (receipts) {
  UNWIND receipts AS receipt
  WITH DISTINCT receipt
  ORDER BY receipt
  RETURN collect(receipt) AS sorted_receipts
}
