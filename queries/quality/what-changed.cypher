// title: What changed since a date
// question: Which purchases, declared smelters, assessments and listed areas do the documents of today give that
//   those of an earlier day did not, and which are gone? A changed status or level is one row that is gone and one
//   that is new. Compared are the documents that counted on that day with those that count now; one without a date
//   counts on every day. Purchases that are only assumed are left out.
// parameters:
//   $since (date): the earlier day
//   $limit (count 1..; default: 1000): the most rows; "found" tells how many there are
// columns:
//   change (text): "new" or "gone"
//   type (text): BUYS_FROM, DECLARES, ASSESSED_BY or LISTED_BY
//   tail (text), head (text): ids of the two ends
//   tail_name (text?), head_name (text?): their names; unknown where no document of today speaks of them
//   mineral (text?): unknown if the claim names none
//   said (text?): the status or level
//   receipts (texts): where it stands, or stood
//   found (count): how many changes there are in all
// twin: graphmap.questions.quality:what_changed
WITH date($since) AS since
// Of each series the latest document of that day.
CALL (since) {
  MATCH (d:Document)
  WHERE d.graphmap_key IS NOT NULL AND coalesce(d.as_of <= since, true)
  WITH d
  ORDER BY coalesce(d.as_of, date('0000-01-01')), d.modified, d.id
  WITH CASE coalesce(d.series, '') WHEN '' THEN d.id ELSE d.series END AS series, last(collect(d.id)) AS id
  RETURN collect(id) AS counting
}
MATCH (tail)-[r:BUYS_FROM|DECLARES|ASSESSED_BY|LISTED_BY
  |PAST_BUYS_FROM|PAST_DECLARES|PAST_ASSESSED_BY|PAST_LISTED_BY]->(head)
WHERE r.source IS NOT NULL AND r.assumed IS NULL
WITH CASE WHEN type(r) STARTS WITH 'PAST_' THEN substring(type(r), 5) ELSE type(r) END AS type, tail, head,
  r.mineral AS mineral, coalesce(r.status, r.level) AS said, NOT type(r) STARTS WITH 'PAST_' AS now,
  r.source IN counting AS then, r.file + ', ' + r.row + coalesce(' (' + toString(r.as_of) + ')', '') AS receipt
ORDER BY receipt
WITH type, tail, head, mineral, said, collect(CASE WHEN now THEN receipt END) AS now,
  collect(CASE WHEN then THEN receipt END) AS then
WHERE (size(now) = 0) <> (size(then) = 0)
WITH CASE size(then) WHEN 0 THEN 'new' ELSE 'gone' END AS change, type, tail, head, mineral, said,
  now + then AS told
ORDER BY type, tail.graphmap_key, head.graphmap_key, coalesce(mineral, ''), coalesce(said, ''), change
WITH collect({change: change, type: type, tail: tail, head: head, mineral: mineral, said: said, told: told}) AS changes
WITH changes[..$limit] AS shown, size(changes) AS found
UNWIND shown AS one
WITH one, found, one.told AS receipts, one.tail AS tail, one.head AS head
CALL (receipts) {
  UNWIND receipts AS receipt
  WITH receipt
  ORDER BY receipt
  RETURN collect(receipt) AS declared
}
RETURN one.change AS change, one.type AS type, tail.id AS tail, head.id AS head,
  CASE WHEN EXISTS { MATCH (tail)-[r]-() WHERE r.source IS NOT NULL AND NOT type(r) STARTS WITH 'PAST_' }
    THEN tail.name END AS tail_name,
  CASE WHEN EXISTS { MATCH (head)-[r]-() WHERE r.source IS NOT NULL AND NOT type(r) STARTS WITH 'PAST_' }
    THEN head.name END AS head_name,
  one.mineral AS mineral, one.said AS said,
  reduce(all_of = [], r IN declared | CASE WHEN r IN all_of THEN all_of ELSE all_of + r END) AS receipts, found
ORDER BY type, one.tail.graphmap_key, one.head.graphmap_key, coalesce(mineral, ''), coalesce(said, ''), change
