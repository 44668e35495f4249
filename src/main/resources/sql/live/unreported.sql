-- What running engines without files do not report, or alone report, by rank.
-- in:  live_silent (the columns of silent.sql), live_pairs (engine, rank: those that are compared with files)
-- out: engine, rank, why (MISSING, ALONE), tensors, first (array of keys, at most 10)
SELECT s.engine, s.rank, s.why, count(*) AS tensors, slice(sort_array(collect_list(s.key)), 1, 10) AS first
FROM live_silent AS s
LEFT ANTI JOIN live_pairs AS p ON s.engine = p.engine AND s.rank = p.rank
WHERE s.why IN ('MISSING', 'ALONE')
GROUP BY s.engine, s.rank, s.why
ORDER BY s.engine, s.rank, s.why
