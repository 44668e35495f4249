-- Where the copies of a group hold bytes of some digests: in which place, under which name.
-- in:  asked_digests (number, digest), own_tensors (the columns of the table tensors; the rows of one source of this scan),
--      copies (engine, rank, place: the rank in its replica, storages: by role, storage: where a role has none of its own, is_reference)
-- out: number, place, role, tensor, engine and rank (one copy that has them), votes (storages that have them), in_reference
-- What more than 8 names have is left out: such as norms of ones, or zeros. Their bytes say nothing of where they belong.
WITH found AS (
  SELECT
    a.number,
    c.place,
    t.role,
    t.tensor,
    c.engine,
    c.rank,
    coalesce(c.storages[t.role], c.storage) AS storage,
    c.is_reference
  FROM own_tensors AS t
  JOIN asked_digests AS a ON coalesce(t.raw_checksum, t.checksum, t.sha256) = a.digest
  JOIN copies AS c ON t.engine = c.engine AND t.rank = c.rank
  WHERE t.status IN ('HASHED', 'PAIRED')
), known AS (
  SELECT number
  FROM found
  GROUP BY number
  HAVING count(DISTINCT role, tensor) <= 8
)
SELECT
  f.number,
  f.place,
  f.role,
  f.tensor,
  min(struct(f.engine, f.rank)).engine AS engine,
  min(struct(f.engine, f.rank)).rank AS rank,
  count(DISTINCT f.storage) AS votes,
  max(f.is_reference) AS in_reference
FROM found AS f
JOIN known AS k ON f.number = k.number
GROUP BY f.number, f.place, f.role, f.tensor
