-- findings of all scans that were finished, each with its fingerprint: the same fault has the same one in every scan.
-- in: landed_findings, landed_scans (the Parquet files as they lie; landed_in: the scan_id of the directory, which a gathering has for all of its scans)
-- A fault is the same as long as kind, engine, source, rank, role, tensor and what is there instead are; location is part of it where it
-- says whom the fault is about: other ranks, the comparison group, a file that could not be checked. Where in a file the bytes differ is
-- not, since that is known only if they were read again; nor are what should be there, votes and wording, which follow what others hold.
-- md5 is the digest that Spark and DuckDB spell alike; of each part first, so that no choice of names looks like another.
CREATE OR REPLACE TEMPORARY VIEW findings AS
SELECT
  t.* EXCEPT (landed_in),
  md5(concat(
    md5(t.kind),
    coalesce(md5(t.engine), '-'),
    md5(t.source),
    coalesce(md5(CAST(t.rank AS STRING)), '-'),
    coalesce(md5(t.role), '-'),
    coalesce(md5(t.tensor), '-'),
    coalesce(md5(CASE WHEN t.engine IS NULL OR t.severity <> 'error' OR t.location LIKE 'ranks %' THEN t.location END), '-'),
    coalesce(md5(t.actual), '-'))) AS fingerprint
FROM landed_findings AS t
JOIN landed_scans AS s ON t.scan_date = s.scan_date AND t.scan_id = s.scan_id AND t.landed_in = s.landed_in
