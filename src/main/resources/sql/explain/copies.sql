-- Every expected rank of the engines that an engine is compared with, its own included.
-- in:  ranks, engines, tensors (views of finished scans)
-- parameters: scan_id, engine, source
-- out: engine, source, rank, place (the rank in its replica), status, checksum, form (stands for dtypes, shapes and all digests), tensors, skipped, bytes, reason,
--      storages (by role: the same where the same files are read, or the same server was asked; null where that is not known;
--      tables of earlier releases know it for whole engines)
WITH places AS (
  SELECT engine, source, rank, role, concat_ws('\n', sort_array(collect_set(coalesce(file, host)))) AS place,
    sha2(concat_ws(',', sort_array(collect_list(CASE WHEN status IN ('HASHED', 'PAIRED') THEN
      concat_ws(' ', key, dtype, CAST(shape AS STRING), raw_checksum, sha256) END))), 256) AS form
  FROM tensors
  WHERE scan_id = :scan_id
  GROUP BY engine, source, rank, role
), found AS (
  SELECT engine, source, rank, map_from_entries(collect_list(struct(role, place))) AS storages,
    concat_ws(' ', sort_array(collect_list(concat(role, form)))) AS form
  FROM places
  GROUP BY engine, source, rank
)
SELECT
  r.engine,
  r.source,
  r.rank,
  CAST(r.rank % (r.tp_size * r.pp_size) AS INT) AS place,
  r.status,
  r.checksum,
  f.form,
  r.tensors,
  r.skipped,
  r.bytes,
  r.reason,
  coalesce(
    from_json(r.storages, 'MAP<STRING, STRING>'),
    transform_values(from_json(e.storages, 'MAP<STRING, STRING>'), (role, at) -> concat(at, ' replica ', r.dp_rank)),
    f.storages) AS storages
FROM ranks AS r
JOIN engines AS e ON r.scan_id = e.scan_id AND r.engine = e.engine AND r.source = e.source
JOIN engines AS asked ON e.scan_id = asked.scan_id AND e.comparison_group = asked.comparison_group
  AND e.source = asked.source
LEFT JOIN found AS f ON r.engine = f.engine AND r.source = f.source AND r.rank = f.rank
WHERE r.scan_id = :scan_id AND asked.engine = :engine AND asked.source = :source
ORDER BY place, r.engine, r.rank
