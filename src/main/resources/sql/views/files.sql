-- Files of all finished scans whose rows of tensors are there, one row per engine and file.
-- in: tensors (view of finished scans)
-- sha256: of the whole file, where it was asked for, also where it is no safetensors. A file that has changed while it was read has none.
CREATE OR REPLACE TEMPORARY VIEW files AS
WITH found AS (
  SELECT
    scan_date,
    scan_id,
    engine,
    file,
    max(host) AS host,
    max(file_bytes) AS bytes,
    max(file_modified_at) AS modified_at,
    max(file_sha256) AS sha256,
    min(CASE WHEN tensor IS NULL AND status = 'UNREADABLE' THEN reason END) AS fault_of_file,
    max(CASE WHEN tensor IS NULL AND status = 'UNREADABLE' AND file_sha256 IS NULL THEN 1 END) AS not_hashed,
    min(CASE WHEN status = 'UNREADABLE' THEN reason END) AS fault,
    min(hashed_at) AS hashed_at
  FROM tensors
  WHERE source = 'FILES' AND file IS NOT NULL
  GROUP BY scan_date, scan_id, engine, file
)
SELECT
  scan_date,
  scan_id,
  engine,
  host,
  file,
  bytes,
  modified_at,
  CASE WHEN not_hashed IS NULL THEN sha256 END AS sha256,
  CASE
    WHEN fault_of_file IS NOT NULL THEN fault_of_file
    WHEN sha256 IS NULL THEN coalesce(fault, 'not hashed as a whole: scan with --file-digest sha256')
  END AS reason,
  hashed_at
FROM found
