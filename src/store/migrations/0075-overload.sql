-- Slots that were left out because workers could not keep up, by minute: an incident needs their number, never their rows.
CREATE TABLE plumbline.left_out (
  location text NOT NULL, minute timestamptz NOT NULL, slots bigint NOT NULL, PRIMARY KEY (location, minute));

-- Runs in which the worker stalled. Empty on a machine that is fast enough.
CREATE INDEX runs_stalled ON plumbline.runs (slot)
  WHERE state = 'done' AND observations @? '$[*] ? (@.maxLoopDelayMs > 1000)';

-- A slot that was left out counts as known: one incident is about all of them. There are many at once: whoever records
-- them writes their progress and their sums, for all of them together. A claim is noted when it ends.
DROP TRIGGER note_progress ON plumbline.runs;
CREATE TRIGGER note_progress AFTER INSERT OR UPDATE OF state, verdict ON plumbline.runs FOR EACH ROW
  WHEN (NEW.state <> 'claimed' AND NEW.reason IS DISTINCT FROM 'overload') EXECUTE FUNCTION plumbline.note_progress();

DROP TRIGGER note_hour ON plumbline.runs;
CREATE TRIGGER note_hour AFTER INSERT OR UPDATE OF state, verdict ON plumbline.runs FOR EACH ROW
  WHEN (NEW.state <> 'claimed' AND NEW.reason IS DISTINCT FROM 'overload') EXECUTE FUNCTION plumbline.note_hour();
