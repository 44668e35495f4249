-- Files below a directory, as a scan has hashed them, one row per file: the same file may be of several engines.
-- in:  tensors (view of finished scans)
-- out: file, engines, bytes, modified_at, identity, digests (SHA-256 of the whole file, none where it was not hashed), reason
-- Parameters: scan_id, directory (with a slash at its end).
SELECT
  file,
  sort_array(collect_set(engine)) AS engines,
  max(file_bytes) AS bytes,
  max(file_modified_at) AS modified_at,
  max(file_identity) AS identity,
  sort_array(collect_set(file_sha256)) AS digests,
  min(CASE WHEN status = 'UNREADABLE' THEN reason END) AS reason
FROM tensors
WHERE scan_id = :scan_id AND source = 'FILES' AND startswith(file, :directory)
GROUP BY file
