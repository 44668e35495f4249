-- Tensors of running engines whose checksum is not that of their file, where the SHA-256 of the file's bytes is not known.
-- in:  live_tensors, file_tensors (the rows of the table tensors that come from engines, and from files),
--      live_pairs (engine, rank, file_rank: those that are compared)
-- out: engine, rank (of the files), role, key, file, file_offset_bytes, bytes; the smallest first
SELECT DISTINCT f.engine, f.rank, f.role, f.key, f.file, f.file_offset_bytes, f.bytes
FROM live_tensors AS t
JOIN live_pairs AS p ON t.engine = p.engine AND t.rank = p.rank
JOIN file_tensors AS f ON p.engine = f.engine AND p.file_rank = f.rank AND t.key = f.key
WHERE t.status = 'HASHED' AND f.status = 'HASHED' AND t.checksum <> f.checksum AND f.sha256 IS NULL AND f.bytes > 0
ORDER BY f.bytes, f.engine, f.rank, f.key
LIMIT 10000
