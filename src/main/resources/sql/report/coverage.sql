-- How much of a scan's fleet is in each state, and what was skipped by which pattern.
-- in: report_coverage (rows of coverage_rows.sql)
SELECT
  state,
  skipped_because,
  count(DISTINCT CASE WHEN ranks > 0 THEN struct(engine, source) END) AS engines,
  sum(ranks) AS ranks,
  sum(tensors) AS tensors,
  sum(bytes) AS bytes,
  sum(expected_bytes) AS expected_bytes
FROM report_coverage
GROUP BY state, skipped_because
ORDER BY state, skipped_because
