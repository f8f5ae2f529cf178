-- What triggers keep of runs: how far each probe has come, and what it did in each hour. An update first: `ON CONFLICT DO
-- UPDATE` would lock the row before, in a record of its own.
CREATE OR REPLACE FUNCTION plumbline.note_progress() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  LOOP
    UPDATE plumbline.progress p SET target = NEW.target, scenario = NEW.scenario, last_slot = greatest(p.last_slot, NEW.slot),
        last_good_slot = greatest(p.last_good_slot, CASE WHEN NEW.verdict = 'ok' THEN NEW.slot END),
        last_done_at = greatest(p.last_done_at,
          CASE WHEN NEW.state = 'done' OR (NEW.state = 'skipped' AND NEW.reason IN ('paused', 'spend-cap'))
            THEN coalesce(NEW.ended_at, NEW.slot) END)
      WHERE probe_id = NEW.probe_id;
    EXIT WHEN FOUND;
    INSERT INTO plumbline.progress (probe_id) VALUES (NEW.probe_id) ON CONFLICT DO NOTHING;
  END LOOP;
  RETURN NULL;
END $$;

-- A run that is still claimed counts for nothing yet; one that ends differently later is moved.
CREATE OR REPLACE FUNCTION plumbline.count_run(r plumbline.runs, sign integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_how text := CASE WHEN r.state = 'done' THEN coalesce(r.verdict, 'inconclusive') ELSE r.state END;
  v_hour timestamptz := date_trunc('hour', r.slot, 'UTC');
BEGIN
  IF r.state = 'claimed' THEN RETURN; END IF;
  LOOP
    UPDATE plumbline.run_hours h SET ok = h.ok + (v_how = 'ok')::int * sign, warn = h.warn + (v_how = 'warn')::int * sign,
        drift = h.drift + (v_how = 'drift')::int * sign, fail = h.fail + (v_how = 'fail')::int * sign,
        inconclusive = h.inconclusive + (v_how = 'inconclusive')::int * sign,
        missed = h.missed + (v_how = 'missed')::int * sign, skipped = h.skipped + (v_how = 'skipped')::int * sign,
        interrupted = h.interrupted + (v_how = 'interrupted')::int * sign,
        timed = h.timed + (r.total_ms IS NOT NULL)::int * sign, total_ms = h.total_ms + coalesce(r.total_ms, 0) * sign,
        least_ms = least(h.least_ms, r.total_ms), most_ms = greatest(h.most_ms, r.total_ms),
        first_timed = h.first_timed + (r.first_content_ms IS NOT NULL)::int * sign,
        first_ms = h.first_ms + coalesce(r.first_content_ms, 0) * sign,
        tokens = h.tokens + coalesce(r.tokens, 0) * sign, micro_usd = h.micro_usd + coalesce(r.micro_usd, 0) * sign
      WHERE probe_id = r.probe_id AND hour = v_hour;
    EXIT WHEN FOUND;
    INSERT INTO plumbline.run_hours (probe_id, hour) VALUES (r.probe_id, v_hour) ON CONFLICT DO NOTHING;
  END LOOP;
END $$;
