-- Each engine as the newest finished scan that looked at it found it: one row for each source (FILES, LIVE).
-- in: latest_engines, engines, rank_states, coverage, findings (views of finished scans)
-- state: the worst of its ranks: DIFFERENT, UNREADABLE, MISSING, UNKNOWN, HASHED_ONLY, VERIFIED.
-- errors, warnings: the findings that name the engine; those about its comparison group as a whole do not.
CREATE OR REPLACE TEMPORARY VIEW engines_today AS
WITH worst AS (
  SELECT scan_id, engine, source,
    CASE
      WHEN count(CASE WHEN state = 'DIFFERENT' THEN 1 END) > 0 THEN 'DIFFERENT'
      WHEN count(CASE WHEN state = 'UNREADABLE' THEN 1 END) > 0 THEN 'UNREADABLE'
      WHEN count(CASE WHEN state = 'MISSING' THEN 1 END) > 0 THEN 'MISSING'
      WHEN count(CASE WHEN state = 'UNKNOWN' THEN 1 END) > 0 THEN 'UNKNOWN'
      WHEN count(CASE WHEN state = 'HASHED_ONLY' THEN 1 END) > 0 THEN 'HASHED_ONLY'
      ELSE 'VERIFIED'
    END AS state
  FROM rank_states
  GROUP BY scan_id, engine, source
), told AS (
  SELECT scan_id, engine, source,
    count(CASE WHEN severity = 'error' THEN 1 END) AS errors,
    count(CASE WHEN severity = 'warning' THEN 1 END) AS warnings
  FROM findings
  GROUP BY scan_id, engine, source
), verified AS (
  SELECT scan_id, engine, source, max(last_verified_at) AS last_verified_at
  FROM coverage
  GROUP BY scan_id, engine, source
)
SELECT
  s.fleet,
  s.scan_date,
  s.scan_id,
  e.engine,
  e.source,
  e.model,
  e.revision,
  e.comparison_group,
  w.state,
  e.expected_ranks,
  e.hashed_ranks,
  e.checksum,
  e.bytes,
  coalesce(t.errors, 0) AS errors,
  coalesce(t.warnings, 0) AS warnings,
  v.last_verified_at,
  s.scanned_at
FROM latest_engines AS s
JOIN engines AS e ON s.scan_date = e.scan_date AND s.scan_id = e.scan_id AND s.engine = e.engine AND s.source = e.source
LEFT JOIN worst AS w ON e.scan_id = w.scan_id AND e.engine = w.engine AND e.source = w.source
LEFT JOIN told AS t ON e.scan_id = t.scan_id AND e.engine = t.engine AND e.source = t.source
LEFT JOIN verified AS v ON e.scan_id = v.scan_id AND e.engine = v.engine AND e.source = v.source
