-- What the files of an engine make it answer: one row per rank of the first pipeline stage of every replica.
-- in:  ranks, tensors (views of finished scans)
-- parameters: scan_id, engine
-- out: rank, tp_rank, tp_size, pp_rank, pp_size, dp_rank, dp_size, checksum, roles (array; target first), tensors (array of key, checksum)
WITH held AS (
  SELECT
    rank,
    sort_array(collect_set(role)) AS roles,
    sort_array(collect_list(CASE WHEN status = 'HASHED' THEN struct(key, checksum) END)) AS tensors
  FROM tensors
  WHERE scan_id = :scan_id AND engine = :engine AND source = 'FILES'
  GROUP BY rank
)
SELECT
  r.rank,
  r.tp_rank,
  r.tp_size,
  r.pp_rank,
  r.pp_size,
  r.dp_rank,
  r.dp_size,
  r.checksum,
  concat(array('target'), array_remove(h.roles, 'target')) AS roles,
  h.tensors
FROM ranks AS r
JOIN held AS h ON r.rank = h.rank
WHERE r.scan_id = :scan_id AND r.engine = :engine AND r.source = 'FILES' AND r.pp_rank = 0
ORDER BY r.rank
