-- Every rank of every scan beside what the same rank held before, as far as it was hashed in the same way.
-- in:  history_scans (fleet, number: of the scan in its fleet, from 1, scan_id, digest, is_last),
--      engines, rank_states (views of finished scans)
-- out: fleet, number, is_last, engine, source, rank, replica_ranks (of how many ranks a replica of the model is made), status, state (as in rank_states), checksum,
--      number_before (the scan in which it was hashed in the same way the last time),
--      step: FIRST, UNCHANGED, UPDATED, RESTORED or DRIFTED; NOT_SCANNED where it has no checksum,
--      stale (it holds what an older declaration named, while another rank of its engine is of the present one),
--      off (it holds what it should not, or did when it was last hashed), off_since (the scan since which it is off)
-- What is declared is model, revision and parallelism; what a rank holds belongs to the declaration under which it was first
-- seen. A change is UPDATED where the declaration has changed since what was there before was first seen, and what is there
-- now was first seen under the present one. It is RESTORED where the rank comes back to what was right under the present
-- declaration (copies agreed, or nothing else was there when that began), or where copies disagreed and agree now. Any other
-- change is DRIFTED. A rank is off from a drift on until copies agree, it is restored or updated, or it is declared anew
-- and nothing speaks against it; and as long as it is stale and copies do not agree.
-- A lane is the number of an engine in its fleet: most of the time goes into sorting, and numbers are compared sooner than names.
WITH lanes AS (
  SELECT fleet, engine, source, row_number() OVER (PARTITION BY fleet ORDER BY engine, source) AS lane
  FROM (
    SELECT DISTINCT s.fleet, e.engine, e.source
    FROM history_scans AS s
    JOIN engines AS e ON s.scan_id = e.scan_id
  )
), observed AS (
  SELECT /*+ REPARTITION(lane), BROADCAST(l) */
    l.lane,
    s.fleet,
    s.number,
    s.is_last,
    r.engine,
    r.source,
    r.rank,
    r.tp_size * r.pp_size AS replica_ranks,
    r.status,
    r.checksum,
    r.state,
    r.checksum IS NOT NULL AS hashed,
    coalesce(e.hashing, s.digest) AS hashing,
    struct(e.model, e.revision, r.tp_size, r.pp_size) AS declared
  FROM history_scans AS s
  JOIN rank_states AS r ON s.scan_id = r.scan_id
  JOIN lanes AS l ON s.fleet = l.fleet AND r.engine = l.engine AND r.source = l.source
  JOIN engines AS e ON r.scan_id = e.scan_id AND r.engine = e.engine AND r.source = e.source
), held AS (
  SELECT
    *,
    first_value(declared) OVER (PARTITION BY lane, rank, fleet, hashing, hashed, checksum ORDER BY number) AS origin
  FROM observed
), followed AS (
  SELECT
    *,
    lag(number) OVER before AS number_before,
    lag(checksum) OVER before AS checksum_before,
    lag(declared) OVER before AS declared_before,
    lag(state) OVER before AS state_before,
    lag(origin) OVER before AS origin_before
  FROM held
  WINDOW before AS (PARTITION BY lane, rank, fleet, hashing, hashed ORDER BY number)
), dated AS (
  SELECT
    *,
    min(number) OVER declaration AS first_declared,
    min(CASE WHEN origin = declared THEN number END) OVER declaration AS first_of_its_own
  FROM followed
  WINDOW declaration AS (PARTITION BY lane, rank, fleet, hashing, hashed, declared)
), judged AS (
  SELECT
    *,
    hashed AND checksum <> checksum_before AS changed,
    hashed AND origin = declared AND origin_before <> declared AS planned,
    min(CASE WHEN state = 'VERIFIED' OR (state <> 'DIFFERENT' AND number IN (first_declared, first_of_its_own)) THEN number END)
      OVER (PARTITION BY lane, rank, fleet, hashing, hashed, declared, checksum) AS first_right,
    hashed AND origin <> declared
      AND max(hashed AND origin = declared) OVER (PARTITION BY lane, fleet, number) AS stale
  FROM dated
), stepped AS (
  SELECT
    *,
    CASE
      WHEN NOT hashed THEN 'NOT_SCANNED'
      WHEN checksum_before IS NULL THEN 'FIRST'
      WHEN NOT changed THEN 'UNCHANGED'
      WHEN planned THEN 'UPDATED'
      WHEN state <> 'DIFFERENT' AND (first_right < number OR (state_before = 'DIFFERENT' AND state = 'VERIFIED')) THEN 'RESTORED'
      ELSE 'DRIFTED'
    END AS step
  FROM judged
), stood AS (
  SELECT
    *,
    max(CASE WHEN step = 'DRIFTED' THEN number END) OVER so_far AS last_drift,
    max(CASE
      WHEN hashed AND state = 'VERIFIED' THEN number
      WHEN step IN ('RESTORED', 'UPDATED') THEN number
      WHEN step = 'UNCHANGED' AND declared <> declared_before AND state <> 'DIFFERENT' THEN number
    END) OVER so_far AS last_cleared
  FROM stepped
  WINDOW so_far AS (PARTITION BY lane, rank, fleet ORDER BY number)
), known AS (
  SELECT
    *,
    coalesce(last_value(CASE WHEN hashed THEN
      coalesce(last_drift > coalesce(last_cleared, 0), false) OR (stale AND state <> 'VERIFIED')
    END) IGNORE NULLS OVER (PARTITION BY lane, rank, fleet ORDER BY number), false) AS off
  FROM stood
), runs AS (
  SELECT *, count_if(NOT off) OVER (PARTITION BY lane, rank, fleet ORDER BY number) AS run
  FROM known
)
SELECT
  fleet,
  number,
  is_last,
  engine,
  source,
  rank,
  replica_ranks,
  status,
  state,
  checksum,
  CASE WHEN hashed THEN number_before END AS number_before,
  step,
  stale,
  off,
  CASE WHEN off THEN min(CASE WHEN off THEN number END) OVER (PARTITION BY lane, rank, fleet, run) END AS off_since
FROM runs
