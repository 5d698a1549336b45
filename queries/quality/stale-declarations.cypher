// title: Stale declarations
// question: Whose latest declaration is older than $older_than days, or does not say of when it is? Counted is to the
//   day of the judgement. Companies without any declaration are asked for with quality/silent-companies.
// parameters:
//   $older_than (count 0..; default: 365): days
//   $minerals (minerals; default: those of the lens): each is judged by itself
//   $day (from the date): the day on which is judged
// columns:
//   company (text), company_name (text): who declares
//   tier (count?): how many purchases it is away from a brand; unknown if no brand buys from it
//   minerals (texts): those that the declaration speaks of
//   file (text), row (text): the document, and the first cell with an answer or a smelter
//   as_of (date?): date of the declaration; unknown if it is undated
//   age (count?): days; unknown if it is undated
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
