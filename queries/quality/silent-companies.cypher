// title: Companies that have declared nothing
// question: Which companies in a company's supply chain have given no declaration: neither a smelter nor an answer
//   for any of the minerals? What they buy is unknown.
// parameters:
//   $company (company; default: the brand): id of the company whose supply chain is meant
//   $minerals (minerals; default: those of the lens): the minerals to look at, each for itself
//   $max_hops (count 1..20; default: 20): the most steps to a smelter, its declaration included; smelters farther away
//     are left out
//   $have_none (from the shares): companies that declare no smelter of a mineral and, by the shares stated, buy only
//     from companies that have none of it: they have none either
// columns:
//   company (text), company_name (text): the company without a declaration
//   tier (count?): number of purchases between the company and a brand; unknown if no brand buys from it
//   minerals (texts): the minerals in whose chains it is
//   sells_to (texts): ids of the companies in the chain that buy from it
//   receipts (texts): where these purchases are written
// twin: graphmap.questions.quality:silent_companies
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
UNWIND upstream AS c
WITH mineral, outside, upstream, c
WHERE NOT EXISTS {
  MATCH (c)-[r:DECLARES|ANSWERED]->()
  WHERE r.source IS NOT NULL AND r.mineral IN $minerals
}
UNWIND upstream AS buyer
// All rows of one pair of companies are one purchase: where one of them names the mineral, all count.
OPTIONAL MATCH (buyer)-[r:BUYS_FROM]->(c)
WHERE buyer <> c AND r.source IS NOT NULL AND coalesce(r.mineral = mineral, true)
  AND (NOT c IN outside OR EXISTS { MATCH (buyer)-[x:BUYS_FROM {mineral: mineral}]->(c) WHERE x.source IS NOT NULL })
WITH c, mineral, CASE WHEN r IS NULL THEN null ELSE buyer.id END AS buyer,
  r.file + ', ' + r.row + coalesce(' (' + toString(r.as_of) + ')', '') AS receipt
ORDER BY mineral, buyer
WITH c, collect(DISTINCT mineral) AS minerals, collect(DISTINCT buyer) AS buyers, collect(DISTINCT receipt) AS receipts
CALL (buyers) {
  UNWIND buyers AS buyer
  WITH buyer
  ORDER BY buyer
  RETURN collect(buyer) AS sells_to
}
// Each receipt once, in order.
CALL (receipts) {
  UNWIND receipts AS receipt
  WITH DISTINCT receipt
  ORDER BY receipt
  RETURN collect(receipt) AS sorted_receipts
}
RETURN c.id AS company, c.name AS company_name, c.tier AS tier, minerals, sells_to, sorted_receipts AS receipts
ORDER BY tier, company
