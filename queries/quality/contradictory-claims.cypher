// title: Documents that disagree on a smelter
// question: Where do documents that count today disagree: on what a scheme says of a smelter, or on the country in
//   which it is located? Both claims are kept; conformance/standing-of-smelters shows which one decides. Statuses
//   with the same standing agree.
// parameters:
//   $day (from the date): the day for which smelters and areas are judged
//   $statuses (from the policy): what each status in the documents means, for which minerals, and how many days it is
//     valid
// columns:
//   kind (text): "status" or "country"
//   smelter (text), smelter_name (text): the smelter
//   scheme (text?): the scheme whose statuses differ
//   claims (texts): the standings or countries that documents give
//   receipts (texts): each claim and where it is written
// twin: graphmap.questions.quality:contradictory_claims
WITH date($day) AS day
CALL (day) {
  MATCH (s:Smelter)-[a:ASSESSED_BY]->(g:Scheme)
  WHERE a.source IS NOT NULL AND coalesce(a.as_of <= day, true)
  WITH s, a, head([w IN $statuses WHERE w.scheme = g.id AND w.status = coalesce(a.status, '')]) AS word
  WHERE word IS NOT NULL
  RETURN 'status' AS kind, s, word.name AS scheme, word.standing AS claim,
    coalesce(a.status, '') + coalesce(' for ' + a.mineral, '') + ': ' +
      a.file + ', ' + a.row + coalesce(' (' + toString(a.as_of) + ')', '') AS receipt
  UNION ALL
  MATCH (s:Smelter)-[r:LOCATED_IN]->(place:Country|Region)
  WHERE r.source IS NOT NULL AND coalesce(r.as_of <= day, true)
  RETURN 'country' AS kind, s, null AS scheme, head(split(place.id, '-')) AS claim,
    place.id + ': ' + r.file + ', ' + r.row + coalesce(' (' + toString(r.as_of) + ')', '') AS receipt
}
WITH kind, s, scheme, claim, receipt
ORDER BY claim, receipt
WITH kind, s, scheme, collect(DISTINCT claim) AS claims, collect(DISTINCT receipt) AS receipts
WHERE size(claims) > 1
// Each receipt once, in order.
CALL (receipts) {
  UNWIND receipts AS receipt
  WITH DISTINCT receipt
  ORDER BY receipt
  RETURN collect(receipt) AS sorted_receipts
}
RETURN kind, s.id AS smelter, s.name AS smelter_name, scheme, claims, sorted_receipts AS receipts
ORDER BY kind, smelter, scheme
