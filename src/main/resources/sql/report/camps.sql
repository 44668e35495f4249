-- Who holds what, of the tensors that findings are about: one row for each content of each finding's tensor.
-- in: report_findings (rows of findings.sql), engines, ranks, tensors (views of finished scans)
-- parameters: scan_id and names
-- (so many engines are named)
-- status is HASHED, SKIPPED, ABSENT, or that of a rank that was not read as a whole. voters: copies of one file are one.
-- holds_finding: the copy that the finding is about is among them. mib_sums: the sums of the MiBs of one of these copies.
WITH asked AS (
  SELECT
    f.number, f.role, f.tensor, e.engine, e.source, r.rank,
    r.status AS rank_status,
    coalesce(e.engine = f.engine AND e.source = f.source AND r.rank = f.rank, false) AS is_accused
  FROM report_findings AS f
  LEFT JOIN engines AS a ON a.scan_id = :scan_id AND a.engine = f.engine AND a.source = f.source
  JOIN engines AS e ON e.scan_id = :scan_id AND e.comparison_group = coalesce(a.comparison_group, f.location)
  JOIN ranks AS r ON r.scan_id = :scan_id AND r.engine = e.engine AND r.source = e.source
    AND r.rank % (r.tp_size * r.pp_size) = f.rank % (r.tp_size * r.pp_size)
  WHERE f.tensor IS NOT NULL
), copies AS (
  SELECT
    a.number, a.engine, a.source, a.rank, a.is_accused,
    CASE
      WHEN a.rank_status <> 'COMPLETE' THEN a.rank_status
      WHEN t.status IS NULL THEN 'ABSENT'
      ELSE t.status
    END AS status,
    coalesce(t.file, concat(a.engine, ' ', a.source, ' ', CAST(a.rank AS STRING))) AS voter,
    t.dtype, CAST(t.shape AS STRING) AS shape, t.bytes, coalesce(t.checksum, t.sha256) AS checksum, t.chunk_sums
  FROM asked AS a
  LEFT JOIN tensors AS t ON t.scan_id = :scan_id AND t.engine = a.engine AND t.source = a.source AND t.rank = a.rank
    AND t.role = a.role AND t.tensor = a.tensor
), held AS (
  SELECT
    number, engine, source, rank, is_accused, status, voter,
    CASE WHEN status = 'HASHED' THEN dtype END AS dtype,
    CASE WHEN status = 'HASHED' THEN shape END AS shape,
    CASE WHEN status = 'HASHED' THEN bytes END AS bytes,
    CASE WHEN status = 'HASHED' THEN checksum END AS checksum,
    CASE WHEN status = 'HASHED' THEN chunk_sums END AS chunk_sums
  FROM copies
)
SELECT
  number,
  status,
  dtype,
  shape,
  checksum,
  max(bytes) AS bytes,
  count(*) AS copies,
  count(DISTINCT voter) AS voters,
  count(DISTINCT engine, source) AS engines,
  slice(array_sort(collect_set(struct(engine, source))), 1, :names) AS named,
  max(is_accused) AS holds_finding,
  min_by(chunk_sums, struct(engine, source, rank)) AS mib_sums
FROM held
GROUP BY number, status, dtype, shape, checksum
ORDER BY number, voters DESC, status, dtype, shape, checksum
