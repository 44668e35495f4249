-- The tensors that are not the same in all holders of a place, as each holder has them.
-- in:  holders (place, holder, holders_of_place, scan_id, engine, rank; one row per copy that is compared),
--      held_tensors (scan_id, and the columns of the table tensors; the rows of one source)
-- out: place, holder, role, tensor, dtype, shape, checksum, sha256, chunk_sums, file,
--      number (of the tensor among those of its place that differ), differing (how many these are),
--      of_rank, of_file, of_layer (how many matrices the holder has in its rank, in the tensor's file and in its layer)
-- A matrix is a tensor of two dimensions or more, or of a shape that is not known; a layer is what begins a name up to its first number.
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
    t.shape AS shape_of,
    coalesce(t.raw_checksum, t.checksum) AS checksum,
    CASE WHEN t.status = 'PAIRED' THEN t.raw_checksum ELSE t.sha256 END AS sha256,
    t.chunk_sums,
    t.file,
    regexp_extract(t.key, '^(.*?[.][0-9]+)[.]', 1) AS layer,
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
), counted AS (
  SELECT place, holder, file, layer, count_if(shape_of IS NULL OR size(shape_of) > 1) AS matrices
  FROM contents
  GROUP BY place, holder, file, layer
), of_ranks AS (
  SELECT place, holder, sum(matrices) AS matrices FROM counted GROUP BY place, holder
), of_files AS (
  SELECT place, holder, file, sum(matrices) AS matrices FROM counted GROUP BY place, holder, file
), of_layers AS (
  SELECT place, holder, layer, sum(matrices) AS matrices FROM counted GROUP BY place, holder, layer
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
  c.file,
  n.number,
  n.differing,
  r.matrices AS of_rank,
  f.matrices AS of_file,
  l.matrices AS of_layer
FROM numbered AS n
JOIN contents AS c ON n.place = c.place AND n.role = c.role AND n.tensor = c.tensor
JOIN of_ranks AS r ON c.place = r.place AND c.holder = r.holder
JOIN of_files AS f ON c.place = f.place AND c.holder = f.holder AND c.file <=> f.file
JOIN of_layers AS l ON c.place = l.place AND c.holder = l.holder AND c.layer = l.layer
