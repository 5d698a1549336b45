// title: What changed since a date
// question: Which purchases, declared smelters, assessments and listed areas do the documents of today give that
//   those of an earlier day did not, and which are gone? A changed status or level gives one row that is gone and
//   one that is new. The documents that counted on that day are compared with those that count now; one without a
//   date counts on every day. Purchases that are only assumed are left out.
// parameters:
//   $since (date): the earlier day
//   $limit (count 1..; default: 1000): the most rows to show; "found" is the number of all rows
// columns:
//   change (text): "new" or "gone"
//   type (text): BUYS_FROM, DECLARES, ASSESSED_BY or LISTED_BY
//   from (text), to (text): ids of the two ends
//   from_name (text?), to_name (text?): their names; unknown where no document of today speaks of them
//   mineral (text?): unknown if the claim names none
//   value (text?): the status or level
//   receipts (texts): where it is written, or was
//   found (count): number of all rows, also those that the limit cuts off
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
  r.mineral AS mineral, coalesce(r.status, r.level) AS value, NOT type(r) STARTS WITH 'PAST_' AS now,
  r.source IN counting AS then, r.file + ', ' + r.row + coalesce(' (' + toString(r.as_of) + ')', '') AS receipt
ORDER BY receipt
WITH type, tail, head, mineral, value, collect(CASE WHEN now THEN receipt END) AS now,
  collect(CASE WHEN then THEN receipt END) AS then
WHERE (size(now) = 0) <> (size(then) = 0)
WITH CASE size(then) WHEN 0 THEN 'new' ELSE 'gone' END AS change, type, tail, head, mineral, value,
  now + then AS receipts
ORDER BY type, tail.graphmap_key, head.graphmap_key, coalesce(mineral, ''), coalesce(value, ''), change
WITH collect({change: change, type: type, tail: tail, head: head, mineral: mineral, value: value,
  receipts: receipts}) AS changes
WITH changes[..$limit] AS shown, size(changes) AS found
UNWIND shown AS x
WITH x, found, x.receipts AS receipts, x.tail AS tail, x.head AS head
// Each receipt once, in order.
CALL (receipts) {
  UNWIND receipts AS receipt
  WITH DISTINCT receipt
  ORDER BY receipt
  RETURN collect(receipt) AS sorted_receipts
}
RETURN x.change AS change, x.type AS type, tail.id AS from, head.id AS to,
  CASE WHEN EXISTS { MATCH (tail)-[r]-() WHERE r.source IS NOT NULL AND NOT type(r) STARTS WITH 'PAST_' }
    THEN tail.name END AS from_name,
  CASE WHEN EXISTS { MATCH (head)-[r]-() WHERE r.source IS NOT NULL AND NOT type(r) STARTS WITH 'PAST_' }
    THEN head.name END AS to_name,
  x.mineral AS mineral, x.value AS value, sorted_receipts AS receipts, found
ORDER BY type, x.tail.graphmap_key, x.head.graphmap_key, coalesce(mineral, ''), coalesce(value, ''), change
