-- The tensors that are not the same in all complete copies of a rank.
-- in:  tensors, ranks, engines (views of finished scans)
-- parameters: scan_id, engine, source, place (the rank in its replica)
-- out: key, contents (how many different ones), copies (how many have it)
WITH copies AS (
  SELECT r.engine, r.source, r.rank
  FROM ranks AS r
  JOIN engines AS e ON r.scan_id = e.scan_id AND r.engine = e.engine AND r.source = e.source
  JOIN engines AS asked ON e.scan_id = asked.scan_id AND e.comparison_group = asked.comparison_group
    AND e.source = asked.source
  WHERE r.scan_id = :scan_id AND asked.engine = :engine AND asked.source = :source AND r.status = 'COMPLETE'
    AND r.rank % (r.tp_size * r.pp_size) = :place
), contents AS (
  SELECT
    t.key,
    concat_ws(' ', t.dtype, CAST(t.shape AS STRING), t.checksum, t.sha256, t.raw_checksum) AS content
  FROM tensors AS t
  JOIN copies AS c ON t.engine = c.engine AND t.source = c.source AND t.rank = c.rank
  WHERE t.scan_id = :scan_id AND t.status IN ('HASHED', 'PAIRED')
)
SELECT key, count(DISTINCT content) AS contents, count(*) AS copies
FROM contents
GROUP BY key
HAVING count(DISTINCT content) > 1 OR count(*) <> (SELECT count(*) FROM copies)
ORDER BY key
