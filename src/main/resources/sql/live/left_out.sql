-- The tensors at which some running engine of a group did not look, or that its profile leaves out: no checkpoint is compared with them.
-- in:  live_tensors (the rows of the table tensors that come from engines), live_places (engine, rank, label, place)
-- out: label, place, tensor
SELECT DISTINCT p.label, p.place, t.tensor
FROM live_tensors AS t
JOIN live_places AS p ON t.engine = p.engine AND t.rank = p.rank
WHERE t.status = 'NOT_CHECKED' OR (t.status = 'HASHED' AND t.reason IS NOT NULL)
