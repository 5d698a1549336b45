// title: Companies that have declared nothing
// question: Which companies of a company's chain have given no declaration: neither a smelter nor an answer for any
//   of the minerals? What they buy is unknown.
// parameters:
//   $company (company; default: the brand): id of the company whose chain is meant
//   $minerals (minerals; default: those of the lens): each is judged by itself
//   $max_hops (count 1..20; default: 20): the most steps up to a smelter, its declaration included; what lies farther
//     is left out
// columns:
//   company (text), company_name (text): who is silent
//   tier (count?): how many purchases it is away from a brand; unknown if no brand buys from it
//   minerals (texts): in whose chains it stands
//   sells_to (texts): ids of those in the chain that buy from it
//   receipts (texts): where these purchases stand
// twin: graphmap.questions.quality:silent_companies
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
UNWIND upstream AS c
WITH mineral, outside, upstream, c
WHERE NOT EXISTS {
  MATCH (c)-[r:DECLARES|ANSWERED]->()
  WHERE r.source IS NOT NULL AND r.mineral IN $minerals
}
UNWIND upstream AS buyer
OPTIONAL MATCH (buyer)-[r:BUYS_FROM]->(c)
WHERE buyer <> c AND r.source IS NOT NULL AND (r.mineral = mineral OR r.mineral IS NULL AND NOT c IN outside)
WITH c, mineral, CASE WHEN r IS NULL THEN null ELSE buyer.id END AS buyer,
  r.file + ', ' + r.row + coalesce(' (' + toString(r.as_of) + ')', '') AS receipt
ORDER BY mineral
WITH c, collect(DISTINCT mineral) AS minerals, collect(DISTINCT buyer) AS buyers, collect(DISTINCT receipt) AS receipts
CALL (buyers) {
  UNWIND buyers AS buyer
  WITH buyer
  ORDER BY buyer
  RETURN collect(buyer) AS sells_to
}
CALL (receipts) {
  UNWIND receipts AS receipt
  WITH receipt
  ORDER BY receipt
  RETURN collect(receipt) AS declared
}
RETURN c.id AS company, c.name AS company_name, c.tier AS tier, minerals, sells_to, declared AS receipts
ORDER BY tier, company
