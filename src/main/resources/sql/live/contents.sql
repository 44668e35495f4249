-- What the ranks of running engines hold, as far as it can be compared with other running engines.
-- in:  live_tensors (the rows of the table tensors that come from engines),
--      live_places (engine, rank, label: engines with the same one are compared, place: the rank in its replica)
-- out: engine, source, rank, role, tensor, key, dtype, shape, status, checksum, sha256, raw_checksum, chunk_sums
-- A tensor that one engine did not look at is compared in no engine that it would be compared with.
WITH ours AS (
  SELECT p.label, p.place, t.*
  FROM live_tensors AS t
  JOIN live_places AS p ON t.engine = p.engine AND t.rank = p.rank
), unchecked AS (
  SELECT DISTINCT label, place, key
  FROM ours
  WHERE status = 'NOT_CHECKED'
)
SELECT
  o.engine,
  o.source,
  o.rank,
  o.role,
  o.tensor,
  o.key,
  o.dtype,
  o.shape,
  o.status,
  o.checksum,
  o.sha256,
  o.raw_checksum,
  o.chunk_sums
FROM ours AS o
LEFT ANTI JOIN unchecked AS u ON o.label = u.label AND o.place = u.place AND o.key = u.key
WHERE o.status = 'HASHED'
