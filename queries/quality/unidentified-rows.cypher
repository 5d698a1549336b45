// title: Rows that name no known smelter
// question: Which rows of declarations say that there is a smelter but not which one (unidentified), or give a name
//   without an id (unlisted)? Ask these suppliers first.
// parameters:
//   $minerals (minerals; default: those of the lens): the minerals to look at, each for itself
//   $limit (count 1..; default: 1000): the most rows to show; "found" is the number of all rows
// columns:
//   company (text), company_name (text): the company that declares
//   tier (count?): number of purchases between the company and a brand; unknown if no brand buys from it
//   mineral (text): the mineral for which it declares
//   kind (text): "unidentified" or "unlisted"
//   smelter (text), smelter_name (text): as the graph has it
//   written_name (text?), written_country (text?): as the document has it
//   file (text), row (text): where it is written
//   as_of (date?): date of the document
//   found (count): number of all rows, also those that the limit cuts off
// twin: graphmap.questions.quality:unidentified_rows
UNWIND $minerals AS mineral
MATCH (c:Company)-[r:DECLARES {mineral: mineral}]->(s:Smelter)
WHERE r.source IS NOT NULL AND (s.id STARTS WITH 'unidentified:' OR s.id STARTS WITH 'unlisted:')
WITH c, mineral, s, r
ORDER BY c.id, mineral, s.id, r.file, r.row, r.source
WITH collect({company: c, mineral: mineral, smelter: s, claim: r}) AS rows
WITH rows[..$limit] AS shown, size(rows) AS found
UNWIND shown AS x
WITH x.company AS c, x.mineral AS mineral, x.smelter AS s, x.claim AS r, found
RETURN c.id AS company, c.name AS company_name, c.tier AS tier, mineral, head(split(s.id, ':')) AS kind,
  s.id AS smelter, s.name AS smelter_name, r.written_name AS written_name, r.written_country AS written_country,
  r.file AS file, r.row AS row, r.as_of AS as_of, found
ORDER BY company, mineral, smelter, file, row, r.source
