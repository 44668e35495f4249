-- The tensors that are not the same in all holders of a place, as each holder has them.
-- in:  holders (place, holder, holders_of_place, scan_id, engine, rank), one row per copy that is compared
--      held_tensors (scan_id, and the columns of the table tensors; the rows of one source)
-- out: place, holder, role, tensor, dtype, shape, checksum, sha256, chunk_sums,
--      number (of the tensor among those of its place that differ), differing (how many these are)
-- Of block-quantized pairs each half is compared as it is stored, so that what differs is named, also where the dequantized
-- weight does not show it.
-- A holder that does not have a tensor has no row of it.
WITH contents AS (
  SELECT
    h.place,
    h.holder,
    h.holders_of_place,
    t.role,
    t.tensor,
    t.dtype,
    CAST(t.shape AS STRING) AS shape,
    coalesce(t.raw_checksum, t.checksum) AS checksum,
    CASE WHEN t.status = 'PAIRED' THEN t.raw_checksum ELSE t.sha256 END AS sha256,
    t.chunk_sums,
    concat_ws(' ', t.dtype, CAST(t.shape AS STRING), coalesce(t.raw_checksum, t.checksum)) AS content
  FROM holders AS h
  JOIN held_tensors AS t ON h.scan_id = t.scan_id AND h.engine = t.engine AND h.rank = t.rank
  WHERE t.status IN ('HASHED', 'PAIRED')
), differing AS (
  SELECT place, role, tensor
  FROM contents
  GROUP BY place, role, tensor, holders_of_place
  HAVING min(content) <> max(content) OR coalesce(min(sha256) <> max(sha256), false) OR count(*) <> holders_of_place
), numbered AS (
  SELECT
    place,
    role,
    tensor,
    row_number() OVER (PARTITION BY place ORDER BY role DESC, tensor) AS number,
    count(*) OVER (PARTITION BY place) AS differing
  FROM differing
)
SELECT
  c.place,
  c.holder,
  c.role,
  c.tensor,
  c.dtype,
  c.shape,
  c.checksum,
  c.sha256,
  c.chunk_sums,
  n.number,
  n.differing
FROM numbered AS n
JOIN contents AS c ON n.place = c.place AND n.role = c.role AND n.tensor = c.tensor
