// title: Stale declarations
// question: Which companies have a latest declaration that is older than $older_than days, or that gives no date?
//   The age is counted to $day. For companies without any declaration see quality/silent-companies.
// parameters:
//   $older_than (count 0..; default: 365): days
//   $minerals (minerals; default: those of the lens): the minerals to look at, each for itself
//   $day (from the date): the day for which smelters and areas are judged
// columns:
//   company (text), company_name (text): the company that declares
//   tier (count?): number of purchases between the company and a brand; unknown if no brand buys from it
//   minerals (texts): the minerals that the declaration speaks of
//   file (text), row (text): the document, and its first cell with an answer or a smelter
//   as_of (date?): date of the declaration; unknown if it gives none
//   age (count?): days; unknown if it gives no date
// twin: graphmap.questions.quality:stale_declarations
WITH date($day) AS day
MATCH (c:Company)-[r:DECLARES|ANSWERED]->()
WHERE r.source IS NOT NULL AND r.mineral IN $minerals
WITH day, c, r.source AS source, min(r.row) AS row, collect(DISTINCT r.mineral) AS minerals
MATCH (d:Document {graphmap_key: 'Document:' + source})
WITH day, c, d, row, minerals
ORDER BY coalesce(d.as_of, date('0000-01-01')), d.modified, d.id
WITH day, c, last(collect({document: d, row: row, minerals: minerals})) AS latest
WITH c, latest, latest.document AS d, duration.inDays(latest.document.as_of, day).days AS age
WHERE age IS NULL OR age > $older_than
CALL (latest) {
  UNWIND latest.minerals AS mineral
  WITH mineral
  ORDER BY mineral
  RETURN collect(mineral) AS minerals
}
RETURN c.id AS company, c.name AS company_name, c.tier AS tier, minerals, d.file AS file, latest.row AS row,
  d.as_of AS as_of, age
ORDER BY age DESC, company
