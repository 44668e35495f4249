-- What ranks held in earlier scans, where a strict majority of the engines of that time agreed: the newest scan of each content.
-- in:  ranks, engines, scans (views of finished scans)
-- out: source, comparison_group, model, revision, place (the rank in its replica), checksum, copies (how many agreed), engine and rank
--      (one that did), scan_id, started_at
WITH copies AS (
  SELECT
    r.source,
    e.comparison_group,
    e.model,
    e.revision,
    r.scan_id,
    s.started_at,
    CAST(r.rank % (r.tp_size * r.pp_size) AS INT) AS place,
    r.checksum,
    r.engine,
    r.rank
  FROM ranks AS r
  JOIN engines AS e ON r.scan_id = e.scan_id AND r.engine = e.engine AND r.source = e.source
  JOIN scans AS s ON r.scan_id = s.scan_id
  WHERE r.source <> 'EXPECTED' AND NOT s.in_future
), electorates AS (
  SELECT source, scan_id, comparison_group, place, count(*) AS expected
  FROM copies
  GROUP BY source, scan_id, comparison_group, place
), contents AS (
  SELECT
    source,
    scan_id,
    started_at,
    comparison_group,
    model,
    revision,
    place,
    checksum,
    count(*) AS copies,
    min(struct(engine, rank)) AS holder
  FROM copies
  WHERE checksum IS NOT NULL
  GROUP BY source, scan_id, started_at, comparison_group, model, revision, place, checksum
), right AS (
  SELECT
    c.source,
    c.comparison_group,
    c.model,
    c.revision,
    c.place,
    c.checksum,
    max(c.copies) AS copies,
    max(struct(c.started_at, c.scan_id, c.holder)) AS newest
  FROM contents AS c
  JOIN electorates AS e ON c.source = e.source AND c.scan_id = e.scan_id
    AND c.comparison_group = e.comparison_group AND c.place = e.place
  WHERE 2 * c.copies > e.expected
  GROUP BY c.source, c.comparison_group, c.model, c.revision, c.place, c.checksum
)
SELECT
  source,
  comparison_group,
  model,
  revision,
  place,
  checksum,
  copies,
  newest.holder.engine AS engine,
  newest.holder.rank AS rank,
  newest.scan_id,
  newest.started_at
FROM right
