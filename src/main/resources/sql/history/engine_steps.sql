-- Every engine of every scan that has it: how it stands to the scans before.
-- in:  history_scans (fleet, number, scan_id, started_at, digest, whole_before: how many scans of all engines came before it,
--      whole_until: the same with itself, shown), engines (view of finished scans), rank_steps (the columns of rank_steps.sql)
-- out: fleet, number, engine, source, model, revision, comparison_group, expected_ranks, hashed_ranks, checksum, bytes,
--      state, number_before (the scan that it is compared with), model_before, revision_before,
--      changed (array of rank, number_before), drifted_ranks (changed without a plan, or left behind by an update),
--      worst (of the states of its ranks, as in the view engines_today), off_ranks, off_since, first_seen, last_right (numbers of scans), number_after (the next scan that has it),
--      whole_until, shown
-- DRIFTED: a rank changed unplanned, or an update reached some ranks only; also where other ranks could not be read. Or the
-- model is cut into another number of ranks, and no rank changed with it.
-- NOT_SCANNED: not all ranks could be read. NOT_COMPARABLE: no scan before hashed it in this way as a whole.
-- APPEARED: no scan before had it as a whole, or it was away. UPDATED, RESTORED: all changes are planned, or lead back;
-- with more or less replicas of unchanged ranks, the engine is UPDATED, too.
-- last_right: a scan that reused digests says what was right when the oldest of them was computed, so it counts as that scan.
-- NOT_UPDATED: another model or revision is declared than in the scan before, and every rank is the same; not where
-- what drifted before is declared afterwards.
WITH ranks_of AS (
  SELECT
    fleet,
    number,
    engine,
    source,
    sort_array(collect_list(CASE WHEN step IN ('UPDATED', 'RESTORED', 'DRIFTED') THEN struct(rank, number_before) END)) AS changed,
    sort_array(collect_list(CASE WHEN step = 'DRIFTED' OR stale THEN rank END)) AS drifted_ranks,
    count_if(step = 'UPDATED') AS updated,
    sort_array(collect_list(CASE WHEN off THEN rank END)) AS off_ranks,
    min(off_since) AS off_since,
    max(number_before) AS number_before,
    max(replica_ranks) AS replica_ranks,
    count_if(state IN ('DIFFERENT', 'UNREADABLE', 'MISSING')) AS wrong,
    CASE
      WHEN count_if(state = 'DIFFERENT') > 0 THEN 'DIFFERENT'
      WHEN count_if(state = 'UNREADABLE') > 0 THEN 'UNREADABLE'
      WHEN count_if(state = 'MISSING') > 0 THEN 'MISSING'
      WHEN count_if(state = 'UNKNOWN') > 0 THEN 'UNKNOWN'
      WHEN count_if(state = 'HASHED_ONLY') > 0 THEN 'HASHED_ONLY'
      ELSE 'VERIFIED'
    END AS worst
  FROM rank_steps
  GROUP BY fleet, engine, source, number
), began AS (
  SELECT fleet, started_at, max(number) AS number
  FROM history_scans
  GROUP BY fleet, started_at
), present AS (
  SELECT
    s.fleet,
    s.number,
    s.whole_before,
    s.whole_until,
    s.shown,
    e.engine,
    e.source,
    e.model,
    e.revision,
    e.comparison_group,
    e.expected_ranks,
    e.hashed_ranks,
    e.checksum,
    coalesce(e.bytes, 0) AS bytes,
    e.status = 'COMPLETE' AS whole,
    coalesce(e.hashing, CASE WHEN e.source = 'LIVE' THEN e.digest END, s.digest) AS hashing,
    r.changed,
    r.drifted_ranks,
    r.updated,
    r.off_ranks,
    r.off_since,
    r.number_before,
    r.replica_ranks,
    r.wrong,
    r.worst,
    CASE WHEN e.hashed_at < s.started_at THEN b.number ELSE s.number END AS as_of
  FROM history_scans AS s
  JOIN engines AS e ON s.scan_id = e.scan_id
  JOIN ranks_of AS r ON s.fleet = r.fleet AND s.number = r.number AND e.engine = r.engine AND e.source = r.source
  LEFT JOIN began AS b ON s.fleet = b.fleet AND e.hashed_at = b.started_at
), ordered AS (
  SELECT
    *,
    min(number) OVER (PARTITION BY fleet, engine, source) AS first_seen,
    lag(whole_until) OVER of_engine AS whole_until_before,
    lag(expected_ranks) OVER of_engine AS expected_ranks_before,
    lag(replica_ranks) OVER of_engine AS replica_ranks_before,
    lag(model) OVER of_engine AS model_before,
    lag(revision) OVER of_engine AS revision_before,
    lag(size(off_ranks)) OVER of_engine AS off_before,
    lead(number) OVER of_engine AS number_after,
    min(CASE WHEN whole THEN number END) OVER (PARTITION BY fleet, engine, source) AS first_whole,
    min(CASE WHEN whole THEN number END) OVER (PARTITION BY fleet, engine, source, hashing) AS first_whole_so_hashed
  FROM present
  WINDOW of_engine AS (PARTITION BY fleet, engine, source ORDER BY number)
), stated AS (
  SELECT
    *,
    CASE
      WHEN size(changed) > 0 AND size(drifted_ranks) > 0 THEN 'DRIFTED'
      WHEN NOT whole THEN 'NOT_SCANNED'
      WHEN first_whole = number THEN 'APPEARED'
      WHEN first_whole_so_hashed = number THEN 'NOT_COMPARABLE'
      WHEN updated > 0 THEN 'UPDATED'
      WHEN size(changed) > 0 THEN 'RESTORED'
      WHEN replica_ranks <> replica_ranks_before THEN 'DRIFTED'
      WHEN expected_ranks <> expected_ranks_before THEN 'UPDATED'
      WHEN whole_before > whole_until_before THEN 'APPEARED'
      WHEN off_before = 0 AND (coalesce(model, '') <> coalesce(model_before, '') OR coalesce(revision, '') <> coalesce(revision_before, ''))
        THEN 'NOT_UPDATED'
      ELSE 'UNCHANGED'
    END AS state
  FROM ordered
)
SELECT
  fleet,
  number,
  engine,
  source,
  model,
  revision,
  comparison_group,
  expected_ranks,
  hashed_ranks,
  checksum,
  bytes,
  state,
  number_before,
  model_before,
  revision_before,
  changed,
  CASE WHEN state = 'DRIFTED' THEN drifted_ranks ELSE array() END AS drifted_ranks,
  worst,
  off_ranks,
  off_since,
  first_seen,
  max(CASE WHEN whole AND wrong = 0 AND size(off_ranks) = 0 THEN as_of END)
    OVER (PARTITION BY fleet, engine, source ORDER BY number) AS last_right,
  number_after,
  whole_until,
  shown
FROM stated
