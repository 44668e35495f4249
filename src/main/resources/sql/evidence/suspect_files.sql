-- Where the bytes of suspect tensors are, and what has hashed them.
-- in:  suspects (number, engine, rank, role, tensor), tensors (the table)
-- out: number, file, file_offset_bytes, dtype, shape, bytes, host, executor, gpu
SELECT
  s.number,
  t.file,
  t.file_offset_bytes,
  t.dtype,
  t.shape,
  t.bytes,
  t.host,
  t.executor,
  t.gpu
FROM suspects AS s
JOIN tensors AS t ON s.engine = t.engine AND s.rank = t.rank AND s.role = t.role AND s.tensor = t.tensor
WHERE t.status = 'HASHED'
