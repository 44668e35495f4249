-- The tensors of the newest finished scans that not all copies of a comparison group hold alike: one row for each copy.
-- in: latest_scans, engines, ranks, tensors (views of finished scans)
-- place: the rank within a replica; data-parallel replicas are copies of each other.
-- holders: the copies that hold the same (dtype, shape, digests); copies: all that hold the tensor. Nobody is called right here:
-- who is, and why, is in findings. A tensor that only some copies have is in findings, too, and not here unless they differ.
CREATE OR REPLACE TEMPORARY VIEW differing_tensors AS
WITH held AS (
  SELECT
    s.fleet,
    s.scan_date,
    s.scan_id,
    e.comparison_group,
    t.source,
    t.rank % (r.tp_size * r.pp_size) AS place,
    t.role,
    t.tensor,
    t.engine,
    t.rank,
    t.dtype,
    t.shape,
    t.checksum,
    t.raw_checksum,
    t.sha256,
    t.file,
    concat(
      coalesce(t.dtype, '-'), ' ',
      coalesce(CAST(t.shape AS STRING), '-'), ' ',
      coalesce(t.raw_checksum, t.checksum, '-'), ' ',
      coalesce(t.sha256, '-')) AS content
  FROM latest_scans AS s
  JOIN tensors AS t ON s.scan_date = t.scan_date AND s.scan_id = t.scan_id
  JOIN engines AS e ON t.scan_id = e.scan_id AND t.engine = e.engine AND t.source = e.source
  JOIN ranks AS r ON t.scan_id = r.scan_id AND t.engine = r.engine AND t.source = r.source AND t.rank = r.rank
  WHERE t.status IN ('HASHED', 'PAIRED') AND t.source <> 'EXPECTED'
), counted AS (
  SELECT
    *,
    count(*) OVER (PARTITION BY scan_id, comparison_group, source, place, role, tensor, content) AS holders,
    count(*) OVER (PARTITION BY scan_id, comparison_group, source, place, role, tensor) AS copies
  FROM held
)
SELECT
  fleet, scan_date, scan_id, comparison_group, source, place, role, tensor, engine, rank, dtype, shape, checksum, raw_checksum,
  sha256, file, holders, copies
FROM counted
WHERE holders < copies
