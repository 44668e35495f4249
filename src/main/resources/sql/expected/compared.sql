-- What is compared with references that are computed from checkpoints, these references, and all that is not concerned.
-- in:  contents (the columns of the table tensors; rows of one source), expected_places (engine, rank, label, place),
--      parted (of parted.sql), reference_tensors (label, holder, place, tensor, dtype, shape, checksum, sha256, chunk_sums),
--      left_out (label, place, tensor; nobody looked at them)
-- out: engine, source, rank, role, tensor, key, dtype, shape, status, checksum, sha256, raw_checksum, chunk_sums, file
-- A reference stands here as a copy: its holder is in the column engine, its place in the column rank.
-- Of a block-quantized weight what the engine hashes is compared: bf16.
SELECT c.engine, c.source, c.rank, c.role, c.tensor, c.key, c.dtype, c.shape, c.status, c.checksum, c.sha256,
  c.raw_checksum, c.chunk_sums, c.file
FROM contents AS c
LEFT ANTI JOIN expected_places AS p ON c.engine = p.engine AND c.rank = p.rank
UNION ALL
SELECT engine, source, rank, role, tensor, key, CASE WHEN raw_checksum IS NULL THEN dtype ELSE 'BF16' END, shape,
  status, checksum, sha256, CAST(NULL AS STRING), CASE WHEN raw_checksum IS NULL THEN chunk_sums END, file
FROM parted
WHERE NOT is_open AND status = 'HASHED'
UNION ALL
SELECT r.holder, 'EXPECTED', r.place, 'target', r.tensor, r.tensor, r.dtype, r.shape, 'HASHED', r.checksum, r.sha256,
  CAST(NULL AS STRING), r.chunk_sums, CAST(NULL AS STRING)
FROM reference_tensors AS r
LEFT ANTI JOIN left_out AS l ON r.label = l.label AND r.place = l.place AND r.tensor = l.tensor
