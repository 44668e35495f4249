-- How far each expected rank of finished scans was checked: VERIFIED, DIFFERENT, HASHED_ONLY, UNREADABLE, MISSING
-- or UNKNOWN (a running engine does not tell).
-- in: ranks, engines, findings (views of finished scans)
-- reused_bytes: of bytes, those that an earlier scan has read; 0 where all was read. What it says is as old as hashed_at.
-- state_of_rest: of what does not differ in a rank that is DIFFERENT. different_tensors, different_bytes: null where nothing differs, or it is not known how much.
-- What is expected of a rank is no copy of it, and has no state.
-- A finding is about copies of its own source, and about the ranks that its column ranks names, else about all of its engine;
-- without an engine it is about all copies of the comparison group that its location is.
CREATE OR REPLACE TEMPORARY VIEW rank_states AS
SELECT
  r.scan_date,
  r.scan_id,
  r.engine,
  r.source,
  r.rank,
  r.tp_size,
  r.pp_size,
  r.status,
  r.checksum,
  CASE
    WHEN r.status = 'MISSING' THEN 'MISSING'
    WHEN r.status = 'UNKNOWN' THEN 'UNKNOWN'
    WHEN r.status = 'NOT_CHECKED' THEN 'HASHED_ONLY'
    WHEN r.status NOT IN ('COMPLETE', 'PARTIAL') THEN 'UNREADABLE'
    WHEN count(CASE WHEN f.severity = 'error' THEN 1 END) + count(CASE WHEN g.severity = 'error' THEN 1 END) > 0 THEN 'DIFFERENT'
    WHEN count(f.kind) + count(g.kind) > 0 THEN 'HASHED_ONLY'
    ELSE 'VERIFIED'
  END AS state,
  CASE
    WHEN count(CASE WHEN f.severity <> 'error' THEN 1 END) + count(CASE WHEN g.severity <> 'error' THEN 1 END) > 0 THEN 'HASHED_ONLY'
    ELSE 'VERIFIED'
  END AS state_of_rest,
  r.tensors,
  r.bytes,
  r.different_tensors,
  r.different_bytes,
  coalesce(r.bytes - r.read_bytes, 0) AS reused_bytes
FROM ranks AS r
JOIN engines AS e ON r.scan_date = e.scan_date AND r.scan_id = e.scan_id AND r.engine = e.engine AND r.source = e.source
LEFT JOIN findings AS f ON r.scan_date = f.scan_date AND r.scan_id = f.scan_id AND r.engine = f.engine AND r.source = f.source
  AND (f.severity = 'error' OR f.kind IN ('UNVERIFIED', 'ALL_ZERO', 'NOT_CHECKED', 'TRANSIENT_READ'))
  AND (f.ranks IS NULL OR array_contains(f.ranks, r.rank))
LEFT JOIN findings AS g ON r.scan_date = g.scan_date AND r.scan_id = g.scan_id AND g.location = e.comparison_group
  AND g.engine IS NULL AND r.source = g.source
  AND (g.severity = 'error' OR g.kind IN ('UNVERIFIED', 'ALL_ZERO', 'NOT_CHECKED', 'TRANSIENT_READ'))
  AND (g.rank IS NULL OR g.rank = r.rank % (r.tp_size * r.pp_size))
WHERE r.source <> 'EXPECTED'
GROUP BY r.scan_date, r.scan_id, r.engine, r.source, r.rank, r.tp_size, r.pp_size, r.status, r.checksum, r.tensors, r.bytes,
  r.different_tensors, r.different_bytes, r.read_bytes
