-- Every expected rank of the engines that an engine is compared with, its own included.
-- in:  ranks, engines (views of finished scans); parameters scan_id, engine
-- out: engine, source, rank, place (the rank in its replica), status, checksum, tensors, skipped, bytes, reason
SELECT
  r.engine,
  r.source,
  r.rank,
  CAST(r.rank % (r.tp_size * r.pp_size) AS INT) AS place,
  r.status,
  r.checksum,
  r.tensors,
  r.skipped,
  r.bytes,
  r.reason
FROM ranks AS r
JOIN engines AS e ON r.scan_id = e.scan_id AND r.engine = e.engine AND r.source = e.source
JOIN engines AS asked ON e.scan_id = asked.scan_id AND e.comparison_group = asked.comparison_group
  AND e.source = asked.source
WHERE r.scan_id = :scan_id AND asked.engine = :engine AND asked.source = 'FILES'
ORDER BY place, r.engine, r.rank
