-- A tensor as the engines of a comparison group have it.
-- in:  tensors, ranks, engines (views of finished scans)
-- parameters: scan_id, engine, source, place (the rank in its replica), key (or the name that a file has for it)
-- out: engine, source, rank, role, status, dtype, shape, bytes, checksum, sha256, raw_checksum, copied_at (file or server), file_offset_bytes, host, executor, gpu, name_in_file, reason
SELECT
  t.engine,
  t.source,
  t.rank,
  t.role,
  t.status,
  t.dtype,
  CAST(t.shape AS STRING) AS shape,
  t.bytes,
  t.checksum,
  t.sha256,
  t.raw_checksum,
  coalesce(t.file, t.host) AS copied_at,
  t.file_offset_bytes,
  t.host,
  t.executor,
  t.gpu,
  t.name_in_file,
  t.reason
FROM tensors AS t
JOIN ranks AS r ON t.scan_id = r.scan_id AND t.engine = r.engine AND t.source = r.source AND t.rank = r.rank
JOIN engines AS e ON t.scan_id = e.scan_id AND t.engine = e.engine AND t.source = e.source
JOIN engines AS asked ON e.scan_id = asked.scan_id AND e.comparison_group = asked.comparison_group
  AND e.source = asked.source
WHERE t.scan_id = :scan_id AND asked.engine = :engine AND asked.source = :source
  AND t.key = coalesce(
    (SELECT max(key) FROM tensors WHERE scan_id = :scan_id AND source = :source AND key = :key),
    (SELECT min(key) FROM tensors WHERE scan_id = :scan_id AND source = :source AND name_in_file = :key))
  AND r.rank % (r.tp_size * r.pp_size) = :place
