-- What each engine held over time, by its files and as it runs: one row for each unbroken run of scans that found the same content.
-- in: scans, engines, rank_states (views of finished scans)
-- rank_states is read once, for it is the most expensive
-- host: where the running engine was asked, or on whose disks its files lie, in the run's last scan; null where nobody said it.
-- content: the engine's checksum; null where a scan could not read all of it (status INCOMPLETE), and what it held then is not known.
-- revision: the described revision of verified copies of the same model and fleet that held this content in the newest scan that found
-- such; the engine's own, if it is among those; null: none. described_revision: what the description said in the run's last scan.
-- evidence, of files in the run's last scan: COMPUTED by it as a whole, or REUSED in part from an earlier one.
-- seen_from, seen_to: when the first and the last scan of the run began; seen_to is null as long as the newest scan found the same.
-- A run ends with other content, with a scan that could not read all of it, and with a scan of all engines that does not have it.
-- change, of the content that was known before, as drift reports tell it: FIRST; UNCHANGED (the run was broken, the content is the same);
-- PLANNED: another model, revision or parallelism is described since what was there before was first seen, and all ranks changed with it
-- (UPDATED); RESTORED: what was right under this description is there again, or copies disagreed and agree now; UNPLANNED: any other
-- (DRIFTED); NOT_COMPARABLE: no scan before hashed it in this way. Null where the content is not known.
CREATE OR REPLACE TEMPORARY VIEW engine_versions AS
WITH numbered AS (
  SELECT
    fleet, scan_date, scan_id, started_at, digest, scope,
    row_number() OVER in_order AS number,
    sum(CASE WHEN scope = 'fleet' THEN 1 ELSE 0 END) OVER in_order AS whole_until,
    sum(CASE WHEN scope = 'fleet' THEN 1 ELSE 0 END) OVER (PARTITION BY fleet) AS whole
  FROM scans
  WHERE NOT in_future
  WINDOW in_order AS (PARTITION BY fleet ORDER BY started_at, scan_id)
), held AS (
  SELECT
    s.fleet, s.number, s.whole_until - CASE WHEN s.scope = 'fleet' THEN 1 ELSE 0 END AS whole_before, s.whole_until, s.whole,
    s.scan_id, s.started_at, e.engine, e.source, e.host, e.model, e.revision, e.status, e.checksum, e.expected_ranks,
    coalesce(e.bytes - e.read_bytes, 0) AS reused_bytes,
    coalesce(e.hashing, CASE WHEN e.source = 'LIVE' THEN e.digest END, s.digest) AS hashing
  FROM numbered AS s
  JOIN engines AS e ON s.scan_date = e.scan_date AND s.scan_id = e.scan_id
  WHERE e.source <> 'EXPECTED'
), hashed AS (
  SELECT
    h.fleet, h.number, h.engine, h.source, r.rank, r.checksum, r.state, r.tp_size * r.pp_size AS replica_ranks,
    CASE WHEN r.checksum IS NOT NULL THEN h.hashing END AS hashing,
    md5(concat(
      coalesce(md5(h.model), '-'), coalesce(md5(h.revision), '-'), CAST(r.tp_size AS STRING), ' ', CAST(r.pp_size AS STRING))) AS declared
  FROM held AS h
  JOIN rank_states AS r ON h.scan_id = r.scan_id AND h.engine = r.engine AND h.source = r.source
), seen AS (
  SELECT *, first_value(declared) OVER (PARTITION BY fleet, engine, source, rank, hashing, checksum ORDER BY number) AS origin
  FROM hashed
), followed AS (
  SELECT
    *,
    lag(checksum) OVER so_hashed AS checksum_before,
    lag(origin) OVER so_hashed AS origin_before,
    lag(state) OVER so_hashed AS state_before,
    min(number) OVER so_declared AS first_declared,
    min(CASE WHEN origin = declared THEN number END) OVER so_declared AS first_of_its_own,
    min(CASE WHEN state = 'VERIFIED' THEN number END)
      OVER (PARTITION BY fleet, engine, source, rank, hashing, declared, checksum) AS first_verified
  FROM seen
  WINDOW
    so_hashed AS (PARTITION BY fleet, engine, source, rank, hashing ORDER BY number),
    so_declared AS (PARTITION BY fleet, engine, source, rank, hashing, declared)
), right_since AS (
  SELECT
    *,
    min(CASE WHEN number = first_verified OR (state <> 'DIFFERENT' AND number IN (first_declared, first_of_its_own)) THEN number END)
      OVER (PARTITION BY fleet, engine, source, rank, hashing, declared, checksum) AS first_right,
    max(CASE WHEN checksum IS NOT NULL AND origin = declared THEN 1 ELSE 0 END) OVER (PARTITION BY fleet, engine, source, number) AS updated
  FROM followed
), stepped AS (
  SELECT
    *,
    CASE
      WHEN checksum IS NULL OR checksum_before IS NULL OR checksum = checksum_before THEN NULL
      WHEN origin = declared AND origin_before <> declared THEN 'PLANNED'
      WHEN state <> 'DIFFERENT' AND (first_right < number OR (state_before = 'DIFFERENT' AND state = 'VERIFIED')) THEN 'RESTORED'
      ELSE 'UNPLANNED'
    END AS step
  FROM right_since
), steps AS (
  SELECT
    fleet, number, engine, source,
    min(rank) AS first_rank,
    max(rank) AS last_rank,
    max(replica_ranks) AS replica_ranks,
    count(CASE WHEN state <> 'VERIFIED' THEN 1 END) AS unverified,
    count(step) AS changed,
    count(CASE WHEN step = 'PLANNED' THEN 1 END) AS planned,
    count(CASE WHEN step = 'UNPLANNED' OR (checksum IS NOT NULL AND origin <> declared AND updated = 1) THEN 1 END) AS unplanned
  FROM stepped
  GROUP BY fleet, number, engine, source
), known AS (
  SELECT
    h.*, s.first_rank, s.last_rank, s.replica_ranks, s.unverified, s.changed, s.planned, s.unplanned,
    CASE WHEN h.checksum IS NOT NULL THEN h.hashing END AS so_hashed
  FROM held AS h
  JOIN steps AS s ON h.fleet = s.fleet AND h.number = s.number AND h.engine = s.engine AND h.source = s.source
), ordered AS (
  SELECT
    *,
    lag(number) OVER in_order AS number_before,
    lag(checksum) OVER in_order AS checksum_in_scan_before,
    lag(whole_until) OVER in_order AS whole_until_before,
    lag(checksum) OVER like_before AS checksum_before,
    lag(expected_ranks) OVER like_before AS expected_ranks_before,
    lag(replica_ranks) OVER like_before AS replica_ranks_before,
    min(CASE WHEN checksum IS NOT NULL THEN number END) OVER (PARTITION BY fleet, engine, source) AS first_known,
    max(number) OVER (PARTITION BY fleet, engine, source) AS last_number,
    max(CASE WHEN unverified = 0 THEN 1 ELSE 0 END) OVER (PARTITION BY fleet, model, checksum, revision) AS is_verified,
    first_value(CASE WHEN unverified = 0 THEN revision END) OVER (
      PARTITION BY fleet, model, checksum
      ORDER BY CASE WHEN unverified = 0 AND revision IS NOT NULL THEN number ELSE 0 END DESC, revision DESC) AS newest_verified
  FROM known
  WINDOW
    in_order AS (PARTITION BY fleet, engine, source ORDER BY number),
    like_before AS (PARTITION BY fleet, engine, source, so_hashed ORDER BY number)
), changes AS (
  SELECT
    *,
    CASE
      WHEN number_before IS NULL OR whole_before > whole_until_before THEN 1
      WHEN checksum IS NOT DISTINCT FROM checksum_in_scan_before THEN 0
      ELSE 1
    END AS begins,
    CASE
      WHEN checksum IS NULL THEN NULL
      WHEN number = first_known THEN 'FIRST'
      WHEN checksum_before IS NULL THEN 'NOT_COMPARABLE'
      WHEN checksum = checksum_before THEN 'UNCHANGED'
      WHEN changed > 0 AND unplanned > 0 THEN 'UNPLANNED'
      WHEN planned > 0 THEN 'PLANNED'
      WHEN changed > 0 THEN 'RESTORED'
      WHEN replica_ranks <> replica_ranks_before THEN 'UNPLANNED'
      ELSE 'PLANNED'
    END AS change,
    CASE
      WHEN model IS NULL OR checksum IS NULL THEN NULL
      WHEN revision IS NOT NULL AND is_verified = 1 THEN revision
      ELSE newest_verified
    END AS matched
  FROM ordered
), runs AS (
  SELECT *, sum(begins) OVER (PARTITION BY fleet, engine, source ORDER BY number) AS run
  FROM changes
), ended AS (
  SELECT *, max(number) OVER (PARTITION BY fleet, engine, source, run) AS last_of_run
  FROM runs
), versions AS (
  SELECT
    fleet, engine, source, run,
    max(CASE WHEN number = last_of_run THEN host END) AS host,
    max(CASE WHEN number = last_of_run THEN matched END) AS matched,
    max(CASE WHEN number = last_of_run THEN reused_bytes END) AS reused_bytes,
    max(CASE WHEN number = last_of_run THEN revision END) AS described_revision,
    max(CASE WHEN number = last_number AND whole_until = whole THEN 1 ELSE 0 END) AS is_current,
    min(first_rank) AS first_rank,
    max(last_rank) AS last_rank,
    min(status) AS status,
    min(checksum) AS content,
    min(started_at) AS seen_from,
    max(started_at) AS last_seen_at,
    count(*) AS scans,
    max(CASE WHEN begins = 1 THEN change END) AS change
  FROM ended
  GROUP BY fleet, engine, source, run
)
SELECT
  fleet,
  engine,
  source,
  host,
  CASE
    WHEN first_rank = last_rank THEN CAST(first_rank AS STRING)
    ELSE concat(CAST(first_rank AS STRING), '-', CAST(last_rank AS STRING))
  END AS ranks,
  status,
  content,
  matched AS revision,
  described_revision,
  seen_from,
  CASE WHEN is_current = 0 THEN last_seen_at END AS seen_to,
  scans,
  change,
  CASE
    WHEN source <> 'FILES' OR content IS NULL THEN NULL
    WHEN reused_bytes > 0 THEN 'REUSED'
    ELSE 'COMPUTED'
  END AS evidence
FROM versions
