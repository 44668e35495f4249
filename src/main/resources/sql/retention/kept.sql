-- The scans whose tensor rows stay, with each reason.
-- in:  scans (fleet, number, scan_id, began: its day, UTC, as text, settings, is_whole, is_old, has_tensors),
--      current (the columns of current.sql), engines, findings (views of finished scans),
--      engine_steps (the columns of history/engine_steps.sql), last_verified, earlier_ranks (the columns of evidence/last_verified.sql and evidence/earlier_ranks.sql)
-- out: scan_id, reason
-- YOUNG: not old. CURRENT: it tells how its fleet stands now.
-- LAST_RIGHT: the last in which an engine was VERIFIED as a whole; of one that never was, the last that hashed it as a whole.
-- BASELINE: a scan that is young or current was compared with it.
-- EARLIER_CONTENT: later scans look there for what a rank held, to tell PARTIAL_UPDATE: the last scan of each content that several
-- copies agreed on, and of each comparison group. (The checksum of a rank, which tells STALE_REVISION, stays in any case.)
-- FIRST_SEEN: the first, of those that have tensors, with a difference that a current scan still has.
-- DRIFT: the scan since which an engine is off, and that in which it was right before: what drift reports go on telling.
-- FIRST_OF_MONTH: the first of its fleet in its month (UTC), one of all engines if there is such.
WITH whole AS (
  SELECT s.fleet, e.engine, e.source, max(struct(s.number, s.scan_id)) AS newest
  FROM scans AS s
  JOIN engines AS e ON s.scan_id = e.scan_id
  LEFT ANTI JOIN last_verified AS v ON s.fleet = v.fleet AND e.engine = v.engine AND e.source = v.source
  WHERE e.checksum IS NOT NULL AND s.has_tensors
  GROUP BY s.fleet, e.engine, e.source
), open AS (
  SELECT DISTINCT c.fleet, f.fingerprint
  FROM current AS c
  JOIN findings AS f ON c.scan_id = f.scan_id
  WHERE f.severity = 'error' OR f.kind = 'TRANSIENT_READ'
), first_seen AS (
  SELECT o.fleet, o.fingerprint, min(struct(s.number, s.scan_id)) AS first
  FROM open AS o
  JOIN findings AS f ON o.fingerprint = f.fingerprint
  JOIN scans AS s ON f.scan_id = s.scan_id AND o.fleet = s.fleet
  WHERE s.has_tensors
  GROUP BY o.fleet, o.fingerprint
), off AS (
  SELECT fleet, max_by(struct(off_since, last_right), number) AS since
  FROM engine_steps
  GROUP BY fleet, engine, source
), first_of_month AS (
  SELECT min(struct(NOT is_whole, number, scan_id)) AS first
  FROM scans
  GROUP BY fleet, substring(began, 1, 7)
), contents AS (
  SELECT scan_id, copies, row_number() OVER (PARTITION BY source, comparison_group, place ORDER BY started_at DESC) AS age
  FROM earlier_ranks
), kept AS (
  SELECT scan_id, 'YOUNG' AS reason FROM scans WHERE NOT is_old
  UNION ALL
  SELECT scan_id, 'CURRENT' FROM current
  UNION ALL
  SELECT scan_id, 'LAST_RIGHT' FROM last_verified
  UNION ALL
  SELECT newest.scan_id, 'LAST_RIGHT' FROM whole
  UNION ALL
  SELECT split_part(get_json_object(settings, '$.baseline'), '/', 1), 'BASELINE'
  FROM scans
  WHERE NOT is_old OR scan_id IN (SELECT scan_id FROM current)
  UNION ALL
  SELECT scan_id, 'EARLIER_CONTENT' FROM contents WHERE copies > 1 OR age = 1
  UNION ALL
  SELECT first.scan_id, 'FIRST_SEEN' FROM first_seen
  UNION ALL
  SELECT s.scan_id, 'DRIFT'
  FROM off AS o
  JOIN scans AS s ON o.fleet = s.fleet AND s.number IN (o.since.off_since, o.since.last_right)
  WHERE o.since.off_since IS NOT NULL
  UNION ALL
  SELECT first.scan_id, 'FIRST_OF_MONTH' FROM first_of_month
)
SELECT DISTINCT scan_id, reason
FROM kept
WHERE scan_id IS NOT NULL
