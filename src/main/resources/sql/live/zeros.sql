-- Tensors of running engines that are entirely zero, and are not so by nature, as far as a file of that name tells the length.
-- in:  live_tensors, file_tensors (the rows of the table tensors that come from engines, and from files)
-- functions: zero_digest(bytes) and zero_sha256(bytes)
-- out: engine, rank, role, tensor, bytes
-- By nature: as in evidence/zeros.sql. Of a block-quantized weight the engine hashes bf16.
WITH lengths AS (
  SELECT DISTINCT key, CASE WHEN raw_checksum IS NULL THEN bytes ELSE 2 * bytes END AS bytes
  FROM file_tensors
  WHERE status = 'HASHED'
    AND size(shape) > 1
    AND bytes >= 256
    AND NOT tensor RLIKE '(?i)bias|lora_b|zero_point|qzeros|zero_conv'
)
SELECT t.engine, t.rank, t.role, t.tensor, max(l.bytes) AS bytes
FROM live_tensors AS t
JOIN lengths AS l ON t.key = l.key
WHERE t.status = 'HASHED'
  AND CASE WHEN t.checksum IS NOT NULL THEN t.checksum = zero_digest(l.bytes) ELSE t.sha256 = zero_sha256(l.bytes) END
GROUP BY t.engine, t.rank, t.role, t.tensor
LIMIT 200000
