// title: Documents that disagree on a smelter
// question: Where do documents that count today disagree: on what a scheme says of a smelter, or on the country that
//   it stands in? Both claims stay; which of them decides a standing is told by conformance/standing-of-smelters.
//   Statuses of the same standing agree.
// parameters:
//   $day (from the date): the day on which is judged
//   $statuses (from the policy): what each status in the documents means, for which minerals, and how many days it
//     holds
// columns:
//   kind (text): "status" or "country"
//   smelter (text), smelter_name (text): the smelter
//   scheme (text?): of which statuses differ
//   said (texts): what is said
//   receipts (texts): each claim and where it stands
// twin: graphmap.questions.quality:contradictory_claims
WITH date($day) AS day
CALL (day) {
  MATCH (s:Smelter)-[a:ASSESSED_BY]->(g:Scheme)
  WHERE a.source IS NOT NULL AND coalesce(a.as_of <= day, true)
  WITH s, a, head([w IN $statuses WHERE w.scheme = g.id AND w.status = coalesce(a.status, '')]) AS word
  WHERE word IS NOT NULL
  RETURN 'status' AS kind, s, word.name AS scheme, word.standing AS said,
    coalesce(a.status, '') + coalesce(' for ' + a.mineral, '') + ': ' +
      a.file + ', ' + a.row + coalesce(' (' + toString(a.as_of) + ')', '') AS receipt
  UNION ALL
  MATCH (s:Smelter)-[r:LOCATED_IN]->(place:Country|Region)
  WHERE r.source IS NOT NULL AND coalesce(r.as_of <= day, true)
  RETURN 'country' AS kind, s, null AS scheme, head(split(place.id, '-')) AS said,
    place.id + ': ' + r.file + ', ' + r.row + coalesce(' (' + toString(r.as_of) + ')', '') AS receipt
}
WITH kind, s, scheme, said, receipt
ORDER BY said, receipt
WITH kind, s, scheme, collect(DISTINCT said) AS said, collect(DISTINCT receipt) AS receipts
WHERE size(said) > 1
CALL (receipts) {
  UNWIND receipts AS receipt
  WITH receipt
  ORDER BY receipt
  RETURN collect(receipt) AS declared
}
RETURN kind, s.id AS smelter, s.name AS smelter_name, scheme, said, declared AS receipts
ORDER BY kind, smelter, scheme
