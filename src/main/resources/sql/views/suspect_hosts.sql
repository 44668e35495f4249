-- What has read bytes that were wrong, over all finished scans, the most findings first: one row per host, executor and GPU.
-- in: findings, scans (views of finished scans)
-- transient_reads: bytes that did not come again in a second reading, which speaks against the host; damaged: bytes that did,
-- which speaks against the file, unless one host has read them all. A finding is about a tensor, or about many of a rank.
-- Spark numbers executors in each scan anew; where several have read a tensor, all are listed, with commas between.
CREATE OR REPLACE TEMPORARY VIEW suspect_hosts AS
SELECT
  f.host,
  f.executor,
  f.gpu,
  count(*) AS findings,
  count(CASE WHEN f.kind = 'TRANSIENT_READ' THEN 1 END) AS transient_reads,
  count(CASE WHEN f.kind = 'DAMAGED' THEN 1 END) AS damaged,
  count(DISTINCT f.engine) AS engines,
  count(DISTINCT f.scan_id) AS scans,
  min(s.started_at) AS first_seen_at,
  max(s.started_at) AS last_seen_at
FROM findings AS f
JOIN scans AS s ON f.scan_date = s.scan_date AND f.scan_id = s.scan_id
WHERE f.host IS NOT NULL
GROUP BY f.host, f.executor, f.gpu
ORDER BY transient_reads DESC, findings DESC, f.host, f.executor, f.gpu
