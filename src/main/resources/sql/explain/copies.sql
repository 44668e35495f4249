-- Every expected rank of the engines that an engine is compared with, its own included.
-- in:  ranks, engines, tensors (views of finished scans); parameters scan_id, engine, source
-- out: engine, source, rank, place (the rank in its replica), status, checksum, tensors, skipped, bytes, reason,
--      storage (the same where the same files were read, or the same server was asked; null where none were)
WITH storages AS (
  SELECT engine, source, rank, concat_ws('\n', sort_array(collect_set(concat(role, ' ', coalesce(file, host))))) AS storage
  FROM tensors
  WHERE scan_id = :scan_id
  GROUP BY engine, source, rank
)
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
  r.reason,
  s.storage
FROM ranks AS r
JOIN engines AS e ON r.scan_id = e.scan_id AND r.engine = e.engine AND r.source = e.source
JOIN engines AS asked ON e.scan_id = asked.scan_id AND e.comparison_group = asked.comparison_group
  AND e.source = asked.source
LEFT JOIN storages AS s ON r.engine = s.engine AND r.source = s.source AND r.rank = s.rank
WHERE r.scan_id = :scan_id AND asked.engine = :engine AND asked.source = :source
ORDER BY place, r.engine, r.rank
