-- What each rank holds as a whole, of tensors that are compared; its checksum by the rule of ranks.sql.
-- in:  chosen (the columns of compared.sql, of some of its rows)
-- out: engine, rank, tensors, checksum, form (stands for dtypes, shapes, raw checksums and, where there are two digests, SHA-256)
SELECT
  engine,
  rank,
  count_if(status = 'HASHED') AS tensors,
  sha2(array_join(transform(
    sort_array(collect_list(CASE WHEN status = 'HASHED' THEN struct(key, coalesce(checksum, sha256) AS checksum) END)),
    e -> concat(e.key, e.checksum)), ''), 256) AS checksum,
  sha2(array_join(
    sort_array(collect_list(concat_ws(' ', key, dtype, CAST(shape AS STRING), raw_checksum, sha256))), ','), 256) AS form
FROM chosen
GROUP BY engine, rank
