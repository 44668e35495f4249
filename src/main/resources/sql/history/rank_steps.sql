-- Every rank of every scan beside what the same rank held before, as far as it was hashed in the same way.
-- in:  history_scans (fleet, number: of the scan in its fleet, from 1, scan_id, digest, is_last),
--      engines, rank_states (views of finished scans)
-- out: fleet, number, is_last, engine, source, rank, replica_ranks (of how many ranks a replica of the model is made), status, state, reused_bytes (as in rank_states), checksum,
--      number_before (the scan in which it was hashed in the same way the last time),
--      step: FIRST, UNCHANGED, UPDATED, RESTORED or DRIFTED; NOT_SCANNED where it has no checksum,
--      stale (it holds what an older declaration named, while another rank of its engine is of the present one),
--      off (it holds what it should not, or did when it was last hashed), off_since (the scan since which it is off)
-- What is declared is model, revision and parallelism; what a rank holds belongs to the declaration under which it was first
-- seen. A change is UPDATED where the declaration has changed since what was there before was first seen, and what is there
-- now was first seen under the present one. It is RESTORED where the rank comes back to what was right under the present
-- declaration (copies agreed, or nothing else was there when that began), or where copies disagreed and agree now. Any other
-- change is DRIFTED. A rank is off from a drift on until copies agree, it is restored or updated, or it is declared anew
-- and nothing speaks against it; and as long as it is stale and copies do not agree. Reused digests are no new look: with them
-- a rank is not RESTORED, and is off as it was before.
-- Most of the time goes into sorting, so what is long has a number: a lane is an engine and source of a fleet, a form one of the ways
-- to hash (null where nothing was hashed), a declaration one of model and revision, and a content the scan in which the rank had a
-- checksum for the first time.
WITH hashed_engines AS (
  SELECT s.fleet, s.scan_id, s.number, s.is_last, e.engine, e.source, e.model, e.revision, coalesce(e.hashing, CASE WHEN e.source = 'LIVE' THEN e.digest END, s.digest) AS hashing
  FROM history_scans AS s
  JOIN engines AS e ON s.scan_id = e.scan_id
), lanes AS (
  SELECT *, row_number() OVER (ORDER BY fleet, engine, source) AS lane
  FROM (SELECT DISTINCT fleet, engine, source FROM hashed_engines)
), forms AS (
  SELECT *, dense_rank() OVER (ORDER BY hashing) AS form, dense_rank() OVER (ORDER BY model, revision) AS declaration
  FROM (SELECT DISTINCT hashing, model, revision FROM hashed_engines)
), observed AS (
  SELECT /*+ REPARTITION(lane), BROADCAST(l), BROADCAST(f) */
    l.lane,
    e.fleet,
    e.number,
    e.is_last,
    r.engine,
    r.source,
    r.rank,
    r.tp_size * r.pp_size AS replica_ranks,
    r.status,
    r.checksum,
    r.state,
    r.reused_bytes,
    CASE WHEN r.checksum IS NOT NULL THEN f.form END AS form,
    struct(f.declaration, r.tp_size, r.pp_size) AS declared
  FROM hashed_engines AS e
  JOIN lanes AS l ON e.fleet = l.fleet AND e.engine = l.engine AND e.source = l.source
  JOIN forms AS f ON e.hashing <=> f.hashing AND e.model <=> f.model AND e.revision <=> f.revision
  JOIN rank_states AS r ON e.scan_id = r.scan_id AND e.engine = r.engine AND e.source = r.source
), held AS (
  SELECT
    *,
    min(number) OVER same AS content,
    first_value(declared) OVER same AS origin
  FROM observed
  WINDOW same AS (PARTITION BY lane, rank, form, checksum ORDER BY number)
), followed AS (
  SELECT
    *,
    lag(number) OVER before AS number_before,
    lag(content) OVER before AS content_before,
    lag(declared) OVER before AS declared_before,
    lag(state) OVER before AS state_before,
    lag(origin) OVER before AS origin_before
  FROM held
  WINDOW before AS (PARTITION BY lane, rank, form ORDER BY number)
), verified AS (
  SELECT
    *,
    min(CASE WHEN state = 'VERIFIED' THEN number END) OVER (PARTITION BY lane, rank, form, declared, content) AS first_verified
  FROM followed
), dated AS (
  SELECT
    *,
    min(number) OVER declaration AS first_declared,
    min(CASE WHEN origin = declared THEN number END) OVER declaration AS first_of_its_own
  FROM verified
  WINDOW declaration AS (PARTITION BY lane, rank, form, declared)
), judged AS (
  SELECT
    *,
    content <> content_before AS changed,
    origin = declared AND origin_before <> declared AS planned,
    least(
      first_verified,
      min(CASE WHEN state <> 'DIFFERENT' AND number IN (first_declared, first_of_its_own) THEN number END)
        OVER (PARTITION BY lane, rank, form, declared, content)
    ) AS first_right
  FROM dated
), compared AS (
  SELECT
    *,
    form IS NOT NULL AND origin <> declared
      AND max(form IS NOT NULL AND origin = declared) OVER (PARTITION BY lane, number) AS stale
  FROM judged
), stepped AS (
  SELECT
    *,
    CASE
      WHEN form IS NULL THEN 'NOT_SCANNED'
      WHEN content_before IS NULL THEN 'FIRST'
      WHEN NOT changed THEN 'UNCHANGED'
      WHEN planned THEN 'UPDATED'
      WHEN reused_bytes = 0 AND state <> 'DIFFERENT' AND (first_right < number OR (state_before = 'DIFFERENT' AND state = 'VERIFIED')) THEN 'RESTORED'
      ELSE 'DRIFTED'
    END AS step
  FROM compared
), stood AS (
  SELECT
    *,
    max(CASE WHEN step = 'DRIFTED' THEN number END) OVER so_far AS last_drift,
    max(CASE
      WHEN form IS NOT NULL AND state = 'VERIFIED' AND reused_bytes = 0 THEN number
      WHEN step IN ('RESTORED', 'UPDATED') THEN number
      WHEN step = 'UNCHANGED' AND declared <> declared_before AND state <> 'DIFFERENT' THEN number
    END) OVER so_far AS last_cleared
  FROM stepped
  WINDOW so_far AS (PARTITION BY lane, rank ORDER BY number)
), known AS (
  SELECT
    *,
    coalesce(last_value(CASE WHEN form IS NOT NULL THEN
      coalesce(last_drift > coalesce(last_cleared, 0), false) OR (stale AND state <> 'VERIFIED')
    END) IGNORE NULLS OVER (PARTITION BY lane, rank ORDER BY number), false) AS off
  FROM stood
), turned AS (
  SELECT *, off AND NOT lag(off, 1, false) OVER (PARTITION BY lane, rank ORDER BY number) AS turns_off
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
  reused_bytes,
  checksum,
  CASE WHEN form IS NOT NULL THEN number_before END AS number_before,
  step,
  stale,
  off,
  CASE WHEN off THEN max(CASE WHEN turns_off THEN number END) OVER (PARTITION BY lane, rank ORDER BY number) END AS off_since
FROM turned
