-- What the ranks of running engines hold, as far as it can be compared with other running engines.
-- in:  live_tensors (the rows of the table tensors that come from engines),
--      live_places (engine, rank, label: engines with the same one are compared, place: the rank in its replica),
--      live_silent (the columns of silent.sql), live_compared (the columns of compared.sql)
-- out: engine, source, rank, role, tensor, key, dtype, shape, status, checksum, sha256, raw_checksum, chunk_sums, file
-- A tensor that one engine did not look at is compared in no engine that it would be compared with. Nor is one of which the copies that
-- have a say agree: where another copy differs from its file, one that agrees must be equal to its own.
WITH ours AS (
  SELECT p.label, p.place, t.*
  FROM live_tensors AS t
  JOIN live_places AS p ON t.engine = p.engine AND t.rank = p.rank
), unchecked AS (
  SELECT DISTINCT label, place, key
  FROM ours
  WHERE status = 'NOT_CHECKED'
), silent AS (
  SELECT label, place, key, max(why = 'DIFFERS') AS differs
  FROM live_silent
  GROUP BY label, place, key
), speaking AS (
  SELECT o.label, o.place, o.key, o.engine, o.rank, coalesce(o.checksum, o.sha256) AS digest
  FROM ours AS o
  LEFT SEMI JOIN silent AS q ON o.label = q.label AND o.place = q.place AND o.key = q.key
  LEFT ANTI JOIN live_silent AS s ON o.engine = s.engine AND o.rank = s.rank AND o.key = s.key
  WHERE o.status = 'HASHED'
), settled AS (
  SELECT q.label, q.place, q.key
  FROM silent AS q
  LEFT JOIN speaking AS o ON q.label = o.label AND q.place = o.place AND q.key = o.key
  LEFT JOIN live_compared AS c ON o.engine = c.engine AND o.rank = c.rank AND o.key = c.key AND c.what = 'EQUAL'
  GROUP BY q.label, q.place, q.key
  HAVING count(DISTINCT o.digest) <= 1 AND (NOT max(q.differs) OR count(o.key) = 0 OR count(c.key) > 0)
), left_out AS (
  SELECT * FROM unchecked
  UNION
  SELECT * FROM settled
)
SELECT
  o.engine,
  o.source,
  o.rank,
  o.role,
  o.tensor,
  o.key,
  o.dtype,
  o.shape,
  o.status,
  o.checksum,
  o.sha256,
  o.raw_checksum,
  o.chunk_sums,
  o.file
FROM ours AS o
LEFT ANTI JOIN left_out AS u ON o.label = u.label AND o.place = u.place AND o.key = u.key
WHERE o.status = 'HASHED'
