-- One row per tensor of files that were read whole: nothing is left to merge.
-- in:  runs (file_index, tensor, dtype, shape, tensor_bytes, file_offset_bytes, file_tensors, chunk, chunks,
--            chunk_sum, chunk_sums, sha256, engine_name, name_reason, fp8, fp8_sum, fp8_sha256, skipped_by,
--            error, file_sha256, read_through, host, executor, gpu; a row stands for a whole tensor)
-- out: the columns of merged.sql
SELECT
  file_index,
  tensor,
  dtype,
  shape,
  tensor_bytes AS bytes,
  file_offset_bytes,
  file_tensors,
  CAST(chunks AS BIGINT) AS chunks_found,
  chunk_sum AS tensor_sum,
  chunk_sums,
  sha256,
  engine_name,
  name_reason,
  fp8,
  fp8_sum,
  fp8_sha256,
  skipped_by,
  error,
  file_sha256,
  read_through,
  host,
  executor,
  gpu
FROM runs
