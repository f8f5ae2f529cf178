-- Rows of runs leave out what their outline, or their other columns, say: `whole_observations` and `whole_ledger` add it. A
-- program that does not know that would read observations without a call. Nothing needs these routines any more.
DROP FUNCTION IF EXISTS plumbline.with_outlines(timestamptz, jsonb);
DROP FUNCTION IF EXISTS plumbline.with_outline(timestamptz, jsonb);
