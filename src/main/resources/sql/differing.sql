-- How much of each rank is not as it should be.
-- in:  differing_names (engine, rank, role, tensor), counted_tensors (the columns of the table tensors; rows of one source)
-- out: engine, rank, tensors, bytes (null of a running engine, which does not tell them)
-- As in ranks.sql, a block-quantized pair is one tensor, and its bytes are those of both halves.
SELECT
  d.engine,
  d.rank,
  count_if(t.status = 'HASHED') AS tensors,
  sum(t.bytes) AS bytes
FROM differing_names AS d
JOIN counted_tensors AS t ON d.engine = t.engine AND d.rank = t.rank AND d.role = t.role AND d.tensor = t.tensor
WHERE t.status IN ('HASHED', 'PAIRED')
GROUP BY d.engine, d.rank
