// title: Risks of OECD Annex II in the supply chain
// question: Which companies, smelters and mines in a company's supply chain are reported to show a risk of Annex II
//   of the OECD Guidance? A mine counts if a document says that it feeds a smelter of the chain.
// parameters:
//   $company (company; default: the brand): id of the company whose supply chain is meant
//   $minerals (minerals; default: those of the lens): the minerals to look at, each for itself
//   $max_hops (count 1..20; default: 20): the most steps to a smelter, its declaration included; smelters farther away
//     are left out
//   $day (from the date): the day for which smelters and areas are judged
//   $have_none (from the shares): companies that declare no smelter of a mineral and, by the shares stated, buy only
//     from companies that have none of it: they have none either
// columns:
//   mineral (text): the mineral in whose chain it is
//   risk (text), risk_name (text): the risk
//   label (text): Company, Smelter or Mine
//   id (text), name (text): what shows the risk
//   feeds (texts): for a mine, the smelters of the chain that it feeds
//   reason (text?): what the document gives as reason
//   file (text), row (text): where it is written
//   as_of (date?): date of the document
// twin: graphmap.questions.exposure:annex_ii_risks
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
CALL (mineral, day, upstream) {
  UNWIND upstream AS thing
  RETURN thing, null AS fed
  UNION
  UNWIND upstream AS c
  MATCH (c)-[d:DECLARES {mineral: mineral}]->(thing:Smelter)
  WHERE d.source IS NOT NULL
  RETURN thing, null AS fed
  UNION
  UNWIND upstream AS c
  MATCH (c)-[d:DECLARES {mineral: mineral}]->(fed:Smelter)-[f:FED_BY]->(thing:Mine)
  WHERE d.source IS NOT NULL AND f.source IS NOT NULL AND (f.mineral IS NULL OR f.mineral = mineral)
    AND coalesce(f.as_of <= day, true)
  RETURN thing, fed
}
WITH day, mineral, thing, fed
ORDER BY fed.id
WITH day, mineral, thing, collect(fed.id) AS feeds
MATCH (thing)-[r:FLAGGED]->(risk:Risk)
WHERE r.source IS NOT NULL AND coalesce(r.as_of <= day, true)
RETURN mineral, risk.id AS risk, risk.name AS risk_name, head(split(thing.graphmap_key, ':')) AS label,
  thing.id AS id, thing.name AS name, feeds, r.reason AS reason, r.file AS file, r.row AS row, r.as_of AS as_of
ORDER BY mineral, risk, label, id, file, row, coalesce(reason, ''), r.source
