-- What each probe did in each hour: pages and long charts read sums, never runs. Kept by a trigger, as the progress is:
-- whoever writes a run, in whatever version, keeps the sums as well. They outlive the runs.
CREATE TABLE plumbline.run_hours (
  probe_id text NOT NULL, hour timestamptz NOT NULL,
  ok integer NOT NULL DEFAULT 0, warn integer NOT NULL DEFAULT 0, drift integer NOT NULL DEFAULT 0,
  fail integer NOT NULL DEFAULT 0, inconclusive integer NOT NULL DEFAULT 0,
  missed integer NOT NULL DEFAULT 0, skipped integer NOT NULL DEFAULT 0, interrupted integer NOT NULL DEFAULT 0,
  timed integer NOT NULL DEFAULT 0, total_ms double precision NOT NULL DEFAULT 0,
  least_ms double precision, most_ms double precision,
  first_timed integer NOT NULL DEFAULT 0, first_ms double precision NOT NULL DEFAULT 0,
  tokens bigint NOT NULL DEFAULT 0, micro_usd bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (probe_id, hour)) WITH (fillfactor = 70);

CREATE INDEX run_hours_by_time ON plumbline.run_hours USING brin (hour);

-- A run that is still claimed counts for nothing yet; one that ends differently later is moved.
CREATE FUNCTION plumbline.count_run(r plumbline.runs, sign integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_how text := CASE WHEN r.state = 'done' THEN coalesce(r.verdict, 'inconclusive') ELSE r.state END;
BEGIN
  IF r.state = 'claimed' THEN RETURN; END IF;
  INSERT INTO plumbline.run_hours AS h (probe_id, hour, ok, warn, drift, fail, inconclusive, missed, skipped, interrupted,
      timed, total_ms, least_ms, most_ms, first_timed, first_ms, tokens, micro_usd)
    VALUES (r.probe_id, date_trunc('hour', r.slot, 'UTC'),
      CASE v_how WHEN 'ok' THEN sign ELSE 0 END, CASE v_how WHEN 'warn' THEN sign ELSE 0 END,
      CASE v_how WHEN 'drift' THEN sign ELSE 0 END, CASE v_how WHEN 'fail' THEN sign ELSE 0 END,
      CASE v_how WHEN 'inconclusive' THEN sign ELSE 0 END, CASE v_how WHEN 'missed' THEN sign ELSE 0 END,
      CASE v_how WHEN 'skipped' THEN sign ELSE 0 END, CASE v_how WHEN 'interrupted' THEN sign ELSE 0 END,
      CASE WHEN r.total_ms IS NULL THEN 0 ELSE sign END, coalesce(r.total_ms, 0) * sign, r.total_ms, r.total_ms,
      CASE WHEN r.first_content_ms IS NULL THEN 0 ELSE sign END, coalesce(r.first_content_ms, 0) * sign,
      coalesce(r.tokens, 0) * sign, coalesce(r.micro_usd, 0) * sign)
    ON CONFLICT (probe_id, hour) DO UPDATE SET ok = h.ok + excluded.ok, warn = h.warn + excluded.warn,
      drift = h.drift + excluded.drift, fail = h.fail + excluded.fail,
      inconclusive = h.inconclusive + excluded.inconclusive, missed = h.missed + excluded.missed,
      skipped = h.skipped + excluded.skipped, interrupted = h.interrupted + excluded.interrupted,
      timed = h.timed + excluded.timed, total_ms = h.total_ms + excluded.total_ms,
      least_ms = least(h.least_ms, excluded.least_ms), most_ms = greatest(h.most_ms, excluded.most_ms),
      first_timed = h.first_timed + excluded.first_timed, first_ms = h.first_ms + excluded.first_ms,
      tokens = h.tokens + excluded.tokens, micro_usd = h.micro_usd + excluded.micro_usd;
END $$;

CREATE FUNCTION plumbline.note_hour() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.state <> 'claimed' THEN PERFORM plumbline.count_run(OLD, -1); END IF;
  END IF;
  PERFORM plumbline.count_run(NEW, 1);
  RETURN NULL;
END $$;

SELECT plumbline.count_run(r, 1) FROM plumbline.runs r WHERE state <> 'claimed';

CREATE TRIGGER note_hour AFTER INSERT OR UPDATE OF state, verdict ON plumbline.runs
  FOR EACH ROW EXECUTE FUNCTION plumbline.note_hour();

-- People who have signed in. Only the hash of what their browser holds is kept.
CREATE TABLE plumbline.sessions (
  id text PRIMARY KEY, digest text NOT NULL UNIQUE, name text NOT NULL, scope text NOT NULL CHECK (scope IN ('read', 'write')),
  created_at timestamptz NOT NULL, expires_at timestamptz NOT NULL);
