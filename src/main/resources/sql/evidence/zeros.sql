-- Tensors that are entirely zero, and are not so by nature.
-- in:  tensors (the rows of the table that come from files)
-- functions: zero_checksum(bytes, first_sum) and zero_sha256(bytes)
-- out: engine, rank, role, tensor, bytes
-- Zero by nature: vectors and scalars, what is tiny, biases, the second factor of an adapter, zero points of quantization.
SELECT engine, rank, role, tensor, bytes
FROM tensors
WHERE status = 'HASHED'
  AND size(shape) > 1
  AND bytes >= 256
  AND NOT tensor RLIKE '(?i)bias|lora_b|zero_point|qzeros|zero_conv'
  AND CASE
    WHEN chunk_sums IS NOT NULL THEN coalesce(raw_checksum, checksum) = zero_checksum(bytes, element_at(chunk_sums, 1))
    ELSE coalesce(raw_checksum, sha256) = zero_sha256(bytes)
  END
LIMIT 200000
