-- What running engines without files report although their profile leaves it out, by rank.
-- in:  live_tensors (the rows of the table tensors that come from engines), live_places (engine, rank, label, place),
--      live_pairs (engine, rank: those that are compared with files), live_silent (the columns of silent.sql),
--      referenced (label: of groups that are compared with a checkpoint)
-- out: engine, rank, why (LEFT_OUT), tensors, first (array of keys, at most 10)
-- What all engines of a group report is compared among them, where no checkpoint decides.
SELECT t.engine, t.rank, 'LEFT_OUT' AS why, count(*) AS tensors, slice(sort_array(collect_list(t.key)), 1, 10) AS first
FROM live_tensors AS t
JOIN live_places AS p ON t.engine = p.engine AND t.rank = p.rank
LEFT ANTI JOIN live_pairs AS f ON t.engine = f.engine AND t.rank = f.rank
LEFT JOIN live_silent AS s ON t.engine = s.engine AND t.rank = s.rank AND t.key = s.key AND s.why = 'LEFT_OUT'
LEFT JOIN referenced AS r ON p.label = r.label
WHERE t.status = 'HASHED' AND t.reason IS NOT NULL AND (s.key IS NOT NULL OR r.label IS NOT NULL)
GROUP BY t.engine, t.rank
ORDER BY t.engine, t.rank
