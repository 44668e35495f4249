-- The expected ranks of a scan with how far each was checked. Ranks of one place are copies of each other.
-- in: ranks, rank_states (views of finished scans)
-- parameters: scan_id
SELECT
  r.engine,
  r.source,
  r.rank,
  r.rank % (r.tp_size * r.pp_size) AS place,
  r.status,
  s.state,
  r.checksum,
  r.tensors,
  r.skipped,
  r.bytes,
  r.reason
FROM ranks AS r
JOIN rank_states AS s
  ON r.scan_date = s.scan_date AND r.scan_id = s.scan_id AND r.engine = s.engine AND r.source = s.source AND r.rank = s.rank
WHERE r.scan_id = :scan_id
ORDER BY r.engine, r.source, r.rank
