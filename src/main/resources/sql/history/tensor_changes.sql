-- What changed in each rank that changed: its tensors in two scans beside each other.
-- in:  changed_ranks (change, side: BEFORE or AFTER, scan_id, engine, source, rank),
--      tensors, ranks (views of finished scans)
-- out: change, changed, added, removed (numbers of tensors), bytes (of what changed or was added, as it is, and was removed,
--      as it was; 0 where a running engine does not say), first_key (the first of them by name)
-- A change is left out where the rows of a side are not all there, or do not tell what it is.
WITH sides AS (
  SELECT
    c.change,
    c.side,
    t.key,
    t.bytes,
    struct(t.dtype, t.shape, coalesce(t.checksum, t.sha256)) AS content
  FROM changed_ranks AS c
  JOIN tensors AS t ON c.scan_id = t.scan_id AND c.engine = t.engine AND c.source = t.source AND c.rank = t.rank
  WHERE t.status = 'HASHED'
), beside AS (
  SELECT
    change,
    key,
    max(CASE WHEN side = 'BEFORE' THEN content END) AS content_before,
    max(CASE WHEN side = 'AFTER' THEN content END) AS content_after,
    coalesce(max(CASE WHEN side = 'AFTER' THEN bytes END), max(bytes)) AS bytes,
    count_if(side = 'BEFORE') AS rows_before,
    count_if(side = 'AFTER') AS rows_after
  FROM sides
  GROUP BY change, key
), counted AS (
  SELECT
    change,
    count_if(content_before <> content_after) AS changed,
    count_if(content_before IS NULL) AS added,
    count_if(content_after IS NULL) AS removed,
    coalesce(sum(CASE WHEN content_before <=> content_after THEN 0 ELSE bytes END), 0) AS bytes,
    min(CASE WHEN NOT content_before <=> content_after THEN key END) AS first_key,
    sum(rows_before) AS rows_before,
    sum(rows_after) AS rows_after
  FROM beside
  GROUP BY change
), expected AS (
  SELECT
    c.change,
    sum(CASE WHEN c.side = 'BEFORE' THEN r.tensors END) AS tensors_before,
    sum(CASE WHEN c.side = 'AFTER' THEN r.tensors END) AS tensors_after
  FROM changed_ranks AS c
  JOIN ranks AS r ON c.scan_id = r.scan_id AND c.engine = r.engine AND c.source = r.source AND c.rank = r.rank
  GROUP BY c.change
)
SELECT c.change, c.changed, c.added, c.removed, c.bytes, c.first_key
FROM counted AS c
JOIN expected AS e ON c.change = e.change AND c.rows_before = e.tensors_before AND c.rows_after = e.tensors_after
WHERE c.first_key IS NOT NULL
