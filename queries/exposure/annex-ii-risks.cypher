// title: Risks of Annex II in the chain
// question: Which companies, smelters and mines in a company's chain are said to show a risk of Annex II of the OECD
//   Guidance? A mine counts where it is said to feed a smelter of the chain.
// parameters:
//   $company (company; default: the brand): id of the company whose chain is meant
//   $minerals (minerals; default: those of the lens): each is judged by itself
//   $max_hops (count 1..20; default: 20): the most steps up to a smelter, its declaration included; what lies farther
//     is left out
//   $day (from the date): the day on which is judged
// columns:
//   mineral (text): in whose chain it stands
//   risk (text), risk_name (text): the risk
//   label (text): Company, Smelter or Mine
//   id (text), name (text): what shows it
//   feeds (texts): of a mine, the smelters of the chain that it feeds
//   reason (text?): what the document says
//   file (text), row (text): where it stands
//   as_of (date?): date of the document
// twin: graphmap.questions.exposure:annex_ii_risks
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
