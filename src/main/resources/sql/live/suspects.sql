-- Tensors that running engines hold otherwise than their files, or may hold otherwise: what is read a second time.
-- in:  live_compared (the columns of compared.sql), file_tensors (the rows of the table tensors that come from files)
-- out: engine, rank (of the files), role, tensor, key, dtype, shape, checksum, sha256, file, file_offset_bytes, bytes, host, executor, gpu,
--      in_engine (what engines report, each digest once); the smallest first
SELECT
  f.engine,
  f.rank,
  f.role,
  f.tensor,
  f.key,
  f.dtype,
  CAST(f.shape AS STRING) AS shape,
  f.checksum,
  f.sha256,
  f.file,
  f.file_offset_bytes,
  f.bytes,
  f.host,
  f.executor,
  f.gpu,
  collect_set(c.actual) AS in_engine
FROM live_compared AS c
JOIN file_tensors AS f ON c.engine = f.engine AND c.file_rank = f.rank AND c.key = f.key
WHERE c.what IN ('OPEN', 'DIFFERS') AND f.status = 'HASHED' AND f.bytes > 0
GROUP BY ALL
ORDER BY bytes, engine, rank, key
LIMIT 10000
