-- Copies of tensors that have no say in what running engines hold, for more is known of them, or nothing.
-- in:  live_tensors (the rows of the table tensors that come from engines),
--      live_places (engine, rank, label: engines with the same one are compared, place: the rank in its replica),
--      live_compared (the columns of compared.sql), live_pairs (engine, rank: those that are compared with files),
--      blamed_files (engine, rank, key: files that are not known to be right; NULL: all ranks, all keys)
-- out: label, place, engine, rank, key, why
-- why: DIFFERS: from its own file; ELSEWHERE: in the memory of the CPU, or perhaps; MISSING: from the answer, though its file, or at
-- least half of the copies, have it; ALONE: the only copy, where one is missing, and without a file; LEFT_OUT: by the profile, and not
-- all engines report it
WITH ours AS (
  SELECT p.label, p.place, t.engine, t.rank, t.key, t.status = 'HASHED' AND t.reason IS NOT NULL AS left_out
  FROM live_places AS p
  JOIN live_tensors AS t ON p.engine = t.engine AND p.rank = t.rank
), known AS (
  SELECT DISTINCT label, place, engine, rank
  FROM ours
), unpaired AS (
  SELECT k.*
  FROM known AS k
  LEFT ANTI JOIN live_pairs AS p ON k.engine = p.engine AND k.rank = p.rank
), held AS (
  SELECT label, place, key, count(*) AS copies, max(left_out) AS left_out
  FROM ours
  GROUP BY label, place, key
), some AS (
  SELECT h.*, 2 * h.copies >= n.copies AS at_least_half
  FROM held AS h
  JOIN (SELECT label, place, count(*) AS copies FROM known GROUP BY label, place) AS n ON h.label = n.label AND h.place = n.place
  WHERE h.copies < n.copies
), lacking AS (
  SELECT label, place, key, copies
  FROM some
  WHERE at_least_half AND NOT left_out
), unpaired_missing AS (
  SELECT u.label, u.place, u.engine, u.rank, l.key
  FROM unpaired AS u
  JOIN lacking AS l ON u.label = l.label AND u.place = l.place
  LEFT ANTI JOIN live_tensors AS t ON u.engine = t.engine AND u.rank = t.rank AND l.key = t.key
), told AS (
  SELECT
    c.engine,
    c.rank,
    c.key,
    CASE c.what WHEN 'FILE_ONLY' THEN 'MISSING' WHEN 'OPEN' THEN 'ELSEWHERE' WHEN 'OFFLOADED' THEN 'ELSEWHERE' ELSE 'DIFFERS' END AS why
  FROM live_compared AS c
  LEFT ANTI JOIN blamed_files AS b ON c.what IN ('DIFFERS', 'ENGINE_ONLY') AND c.engine = b.engine
    AND (b.rank IS NULL OR b.rank = c.file_rank) AND (b.key IS NULL OR b.key = c.key)
  WHERE c.what IN ('DIFFERS', 'ENGINE_ONLY', 'FILE_ONLY', 'OPEN', 'OFFLOADED')
)
SELECT k.label, k.place, k.engine, k.rank, t.key, t.why
FROM told AS t
JOIN known AS k ON t.engine = k.engine AND t.rank = k.rank
UNION ALL
SELECT label, place, engine, rank, key, 'MISSING'
FROM unpaired_missing
UNION ALL
SELECT u.label, u.place, u.engine, u.rank, o.key, 'ALONE'
FROM unpaired AS u
JOIN ours AS o ON u.engine = o.engine AND u.rank = o.rank
JOIN lacking AS l ON o.label = l.label AND o.place = l.place AND o.key = l.key
LEFT SEMI JOIN unpaired_missing AS m ON o.label = m.label AND o.place = m.place AND o.key = m.key
WHERE l.copies = 1
UNION ALL
SELECT o.label, o.place, o.engine, o.rank, o.key, 'LEFT_OUT'
FROM ours AS o
JOIN some AS s ON o.label = s.label AND o.place = s.place AND o.key = s.key
WHERE s.left_out
