-- Every fault in every shown scan that has it, or is the first not to have it any more.
-- in:  history_scans (fleet, number, scan_id, is_whole, shown), findings (view of finished scans),
--      rank_steps (the columns of rank_steps.sql)
-- out: fleet, number, fingerprint, state, first_seen, last_seen (up to then), times_seen (up to then): numbers of scans
-- NEW: no scan before had it. STILL_THERE: the last scan that could tell had it. CAME_BACK: it was gone.
-- GONE: the first scan that could have found it and did not. NOT_CHECKED: it was there, and this scan could not tell.
-- A scan can tell of a difference where the ranks concerned were read, not reused, and compared; of a rank without a copy where it was
-- read; of a rank that could not be read and of files beside it where it looked at the engine. A scan of all engines can tell
-- of an engine that is not there any more, and of what is about no engine.
WITH looked AS (
  SELECT
    fleet,
    number,
    engine,
    source,
    collect_set(CASE WHEN step <> 'NOT_SCANNED' AND reused_bytes = 0 THEN rank END) AS read,
    collect_set(CASE WHEN state IN ('VERIFIED', 'DIFFERENT') AND reused_bytes = 0 THEN rank END) AS compared,
    collect_set(rank) AS expected
  FROM rank_steps
  GROUP BY fleet, engine, source, number
), found AS (
  SELECT DISTINCT s.fleet, f.fingerprint, s.number, s.shown, f.kind, f.severity, f.engine, f.source, f.ranks
  FROM history_scans AS s
  JOIN findings AS f ON s.scan_id = f.scan_id
), ordered AS (
  SELECT
    *,
    min(number) OVER fault AS first_seen,
    count(*) OVER fault AS times_seen,
    lag(number) OVER fault AS number_before,
    lead(number) OVER fault AS number_after,
    CASE
      WHEN kind IN ('MISSING_RANK', 'UNREADABLE', 'DUPLICATE_RANK') THEN 'ENGINE'
      WHEN severity = 'error' THEN 'COMPARED'
      WHEN kind = 'UNVERIFIED' THEN 'READ'
      ELSE 'ENGINE'
    END AS told_by
  FROM found
  WINDOW fault AS (PARTITION BY fleet, fingerprint ORDER BY number)
), gaps AS (
  SELECT
    o.fleet,
    o.fingerprint,
    o.first_seen,
    o.times_seen,
    o.number AS last_seen,
    o.number_after,
    s.number,
    s.shown,
    CASE
      WHEN l.engine IS NULL THEN s.is_whole
      WHEN o.told_by = 'ENGINE' THEN true
      WHEN o.told_by = 'READ' THEN size(array_except(coalesce(o.ranks, l.expected), l.read)) = 0
      ELSE size(array_except(coalesce(o.ranks, l.expected), l.compared)) = 0
    END AS tells
  FROM ordered AS o
  JOIN history_scans AS s ON o.fleet = s.fleet
    AND s.number > o.number AND s.number < coalesce(o.number_after, s.number + 1)
  LEFT JOIN looked AS l ON s.fleet = l.fleet AND s.number = l.number AND o.engine = l.engine AND o.source = l.source
), absent AS (
  SELECT *, min(CASE WHEN tells THEN number END) OVER (PARTITION BY fleet, fingerprint, last_seen) AS gone
  FROM gaps
), returned AS (
  SELECT DISTINCT fleet, fingerprint, number_after AS number
  FROM absent
  WHERE gone IS NOT NULL
)
SELECT
  o.fleet,
  o.number,
  o.fingerprint,
  CASE WHEN o.number_before IS NULL THEN 'NEW' WHEN r.number IS NULL THEN 'STILL_THERE' ELSE 'CAME_BACK' END AS state,
  o.first_seen,
  o.number AS last_seen,
  o.times_seen
FROM ordered AS o
LEFT JOIN returned AS r ON o.fleet = r.fleet AND o.fingerprint = r.fingerprint AND o.number = r.number
WHERE o.shown
UNION ALL
SELECT
  fleet,
  number,
  fingerprint,
  CASE WHEN number = gone THEN 'GONE' ELSE 'NOT_CHECKED' END AS state,
  first_seen,
  last_seen,
  times_seen
FROM absent
WHERE shown AND number <= coalesce(gone, number)
