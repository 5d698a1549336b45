// title: Counts for a dashboard
// question: How much is there: companies, smelters and other things that a document speaks of, claims by type,
//   documents, and issues found in them? Contacts are not counted.
// parameters:
// columns:
//   what (text): "thing", "tier", "claim", "document" or "issue"
//   name (text): label, tier ("none" where no brand buys), type of claim, kind of document (those replaced by later
//     ones are "superseded") or severity
//   number (count): how many
// twin: graphmap.questions.quality:counts
CALL () {
  MATCH (n:Company|Smelter|Mine|Region|Country|Product|Scheme|AreaList|Question|Risk|Role)
  MATCH (n)-[r:BUYS_FROM|DECLARES|FED_BY|ORIGINATES_IN|LOCATED_IN|ASSESSED_BY
    |LISTED_BY|FLAGGED|ANSWERED|MAKES|OWNED_BY|HAS_ROLE]-()
  WHERE n.graphmap_key IS NOT NULL AND r.source IS NOT NULL
  RETURN 'thing' AS what, head(split(n.graphmap_key, ':')) AS name, count(DISTINCT n) AS number
  UNION ALL
  MATCH (n:Company)-[r:BUYS_FROM|DECLARES|FED_BY|ORIGINATES_IN|LOCATED_IN|ASSESSED_BY
    |LISTED_BY|FLAGGED|ANSWERED|MAKES|OWNED_BY|HAS_ROLE]-()
  WHERE r.source IS NOT NULL
  RETURN 'tier' AS what, coalesce(toString(n.tier), 'none') AS name, count(DISTINCT n) AS number
  UNION ALL
  MATCH ()-[r:BUYS_FROM|DECLARES|FED_BY|ORIGINATES_IN|LOCATED_IN|ASSESSED_BY
    |LISTED_BY|FLAGGED|ANSWERED|MAKES|OWNED_BY|HAS_ROLE]->()
  WHERE r.source IS NOT NULL
  RETURN 'claim' AS what, type(r) AS name, count(r) AS number
  UNION ALL
  MATCH (d:Document)
  WHERE d.graphmap_key IS NOT NULL
  RETURN 'document' AS what, CASE WHEN d.current THEN d.kind ELSE 'superseded' END AS name, count(d) AS number
  UNION ALL
  MATCH (d:Document)
  WHERE d.graphmap_key IS NOT NULL AND d.current
  UNWIND coalesce(d.issue_severity, []) AS severity
  RETURN 'issue' AS what, severity AS name, count(*) AS number
}
RETURN what, name, number
ORDER BY what, name
