-- Running engines against their own files, tensor by tensor.
-- in:  live_tensors, file_tensors (the rows of the table tensors that come from engines, and from files),
--      live_pairs (engine, rank, file_rank, roles: those that the engine was asked for and files are known of, skip: what names contain
--      that the description skips, unreported: a pattern of names that its weight checker never reports)
-- out: engine, rank, key, role, tensor, file_rank, file, expected, actual, what
-- what: EQUAL; OFFLOADED: equal, and hashed as engines hash what lies in the memory of the CPU; DIFFERS; OPEN: another checksum,
-- and it is not known whether it is that of the CPU; ENGINE_ONLY; FILE_ONLY; UNREPORTED: in the file, and of a kind that no engine
-- reports; OTHER_DIGEST: hashed in two ways that cannot be compared; UNCHECKED: the engine did not look at it; SKIPPED: by the
-- description; LEFT_OUT: by the profile, and the engine reports it; UNDESCRIBED: of a role without files in the description.
-- What neither side was asked for is no part of it, nor is what the profile leaves out and the engine does not report.
WITH live AS (
  SELECT p.rank AS of_rank, p.file_rank, array_contains(p.roles, t.role) AS asked,
    t.engine, t.key, t.role, t.tensor, t.status, t.reason, t.checksum, t.sha256
  FROM live_tensors AS t
  JOIN live_pairs AS p ON t.engine = p.engine AND t.rank = p.rank
), files AS (
  SELECT p.rank AS of_rank, p.file_rank, p.unreported, array_contains(p.roles, t.role) AS asked,
    t.status = 'SKIPPED' AND exists(p.skip, s -> t.reason = concat('name contains ', s)) AS skipped,
    t.engine, t.key, t.role, t.tensor, t.status, t.checksum, t.sha256, t.file, t.bytes
  FROM file_tensors AS t
  JOIN live_pairs AS p ON t.engine = p.engine AND t.rank = p.file_rank
  WHERE t.tensor IS NOT NULL
)
SELECT
  coalesce(l.engine, f.engine) AS engine,
  coalesce(l.of_rank, f.of_rank) AS rank,
  coalesce(l.key, f.key) AS key,
  coalesce(l.role, f.role) AS role,
  coalesce(l.tensor, f.tensor) AS tensor,
  coalesce(l.file_rank, f.file_rank) AS file_rank,
  f.file,
  CASE WHEN f.key IS NULL THEN 'absent' WHEN l.checksum IS NULL THEN f.sha256 ELSE f.checksum END AS expected,
  CASE WHEN l.key IS NULL THEN 'absent' ELSE coalesce(l.checksum, l.sha256) END AS actual,
  CASE
    WHEN l.status = 'SKIPPED' OR (l.key IS NULL AND f.skipped) THEN 'SKIPPED'
    WHEN l.status = 'NOT_CHECKED' THEN 'UNCHECKED'
    WHEN f.key IS NULL AND NOT l.asked THEN 'UNDESCRIBED'
    WHEN f.key IS NULL AND l.reason IS NULL THEN 'ENGINE_ONLY'
    WHEN f.key IS NULL OR (l.key IS NOT NULL AND f.status <> 'HASHED') THEN 'LEFT_OUT'
    WHEN l.key IS NULL AND f.tensor RLIKE f.unreported THEN 'UNREPORTED'
    WHEN l.key IS NULL THEN 'FILE_ONLY'
    WHEN l.checksum = f.checksum OR l.sha256 = f.sha256 THEN 'EQUAL'
    WHEN f.bytes = 0 AND l.checksum = 'e3b0c44298fc1c14' THEN 'OFFLOADED'
    WHEN l.checksum = substring(f.sha256, 1, 16) THEN 'OFFLOADED'
    WHEN (l.checksum IS NOT NULL AND f.checksum IS NULL) OR (l.sha256 IS NOT NULL AND f.sha256 IS NULL) THEN 'OTHER_DIGEST'
    WHEN l.checksum IS NOT NULL AND f.sha256 IS NULL AND f.bytes > 0 THEN 'OPEN'
    ELSE 'DIFFERS'
  END AS what
FROM live AS l
FULL JOIN files AS f ON l.engine = f.engine AND l.of_rank = f.of_rank AND l.key = f.key
WHERE (l.key IS NOT NULL AND (l.asked OR l.status <> 'SKIPPED'))
  OR (l.key IS NULL AND f.asked AND (f.status = 'HASHED' OR (f.skipped AND NOT f.tensor RLIKE f.unreported)))
