-- The digest of each rank over what can be compared, by the rule of ranks.sql.
-- in:  live_contents (the columns of contents.sql)
-- out: engine, rank, checksum
SELECT
  engine,
  rank,
  sha2(array_join(transform(
    sort_array(collect_list(struct(key, coalesce(checksum, sha256) AS checksum))),
    e -> concat(e.key, e.checksum)), ''), 256) AS checksum
FROM live_contents
GROUP BY engine, rank
