-- What copies hold whose reference is computed from a checkpoint, apart by whether it is known what must be there.
-- in:  contents (the columns of the table tensors; rows of one source),
--      expected_places (engine, rank, label: of the comparison group, place: the rank in its replica),
--      refusals (label, place, tensor: * stands for all that is not among the references), reference_tensors (label, place, tensor ...),
--      left_out (label, place, tensor; not compared with references)
-- out: the columns of contents, label, place, is_open: not known, so that copies are compared with each other
-- What else a module has of which a tensor is refused is open, too: scales and zeros of quantizations that are not covered.
-- Of a block-quantized pair the dequantized weight is expected; both halves are open where it is not known.
WITH ours AS (
  SELECT c.*, p.label, p.place
  FROM contents AS c
  JOIN expected_places AS p ON c.engine = p.engine AND c.rank = p.rank
  WHERE c.status IN ('HASHED', 'PAIRED')
), refused AS (
  SELECT DISTINCT label, place, tensor
  FROM refusals
), refused_modules AS (
  SELECT DISTINCT label, place, regexp_replace(tensor, '[^.]*$', '') AS module
  FROM refusals
), known AS (
  SELECT DISTINCT label, place, tensor
  FROM reference_tensors
)
SELECT
  o.*,
  o.role <> 'target' OR r.tensor IS NOT NULL OR (k.tensor IS NULL AND (a.tensor IS NOT NULL OR m.module IS NOT NULL)) OR l.tensor IS NOT NULL AS is_open
FROM ours AS o
LEFT JOIN refused AS r ON o.label = r.label AND o.place = r.place
  AND CASE WHEN o.status = 'PAIRED' THEN replace(o.tensor, '_scale_inv', '') ELSE o.tensor END = r.tensor
LEFT JOIN refused AS a ON o.label = a.label AND o.place = a.place AND a.tensor = '*'
LEFT JOIN refused_modules AS m ON o.label = m.label AND o.place = m.place AND regexp_replace(o.tensor, '[^.]*$', '') = m.module
LEFT JOIN known AS k ON o.label = k.label AND o.place = k.place AND o.tensor = k.tensor
LEFT JOIN left_out AS l ON o.label = l.label AND o.place = l.place AND o.tensor = l.tensor
