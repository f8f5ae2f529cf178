-- Times are timestamptz, money is whole micro-dollars. Runs are partitioned by day, so that old ones are dropped, not searched.

CREATE SCHEMA IF NOT EXISTS plumbline;

CREATE TABLE plumbline.runs (
  run_id text NOT NULL, probe_id text NOT NULL, slot timestamptz NOT NULL, location text NOT NULL,
  target text NOT NULL, model text NOT NULL, scenario text NOT NULL,
  state text NOT NULL CHECK (state IN ('claimed','done','interrupted','missed','skipped')),
  reason text, claimed_at timestamptz, deadline timestamptz, ended_at timestamptz, trace_id text,
  reserved_micro_usd bigint, reserved_tokens bigint, reserved_requests integer, spend_day date,
  micro_usd bigint, tokens bigint, requests integer,
  verdict text, findings jsonb, unjudged jsonb, observations jsonb, total_ms double precision, first_content_ms double precision,
  PRIMARY KEY (probe_id, slot)) PARTITION BY RANGE (slot);

CREATE TABLE plumbline.runs_other PARTITION OF plumbline.runs DEFAULT;

CREATE INDEX runs_claimed ON plumbline.runs (deadline) WHERE state = 'claimed';

CREATE TABLE plumbline.series (
  series_id text PRIMARY KEY, probe_id text NOT NULL, aspect text NOT NULL, label text NOT NULL,
  state jsonb NOT NULL, last_slot timestamptz NOT NULL);

CREATE INDEX series_of_probe ON plumbline.series (probe_id);

CREATE TABLE plumbline.baselines (
  series_id text NOT NULL, version integer NOT NULL, n integer NOT NULL, learned jsonb NOT NULL,
  accepted_at timestamptz NOT NULL, accepted_by text NOT NULL, why text NOT NULL, PRIMARY KEY (series_id, version));

CREATE TABLE plumbline.incidents (
  fingerprint text PRIMARY KEY, probe_id text NOT NULL, state text NOT NULL, body jsonb NOT NULL);

CREATE INDEX incidents_of_probe ON plumbline.incidents (probe_id);

CREATE TABLE plumbline.transitions (
  incident_id text NOT NULL, sequence integer NOT NULL, fingerprint text NOT NULL, kind text NOT NULL,
  at timestamptz NOT NULL, reason text NOT NULL, incident jsonb NOT NULL, PRIMARY KEY (incident_id, sequence));

CREATE TABLE plumbline.outbox (
  id text PRIMARY KEY, incident_id text NOT NULL, sequence integer NOT NULL, receiver text NOT NULL, alert jsonb NOT NULL,
  created_at timestamptz NOT NULL, due_at timestamptz NOT NULL, leased_until timestamptz,
  attempts integer NOT NULL DEFAULT 0, state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending','delivered','failed')));

CREATE INDEX outbox_pending ON plumbline.outbox (due_at) WHERE state = 'pending';

CREATE TABLE plumbline.delivery_attempts (
  outbox_id text NOT NULL, ordinal integer NOT NULL, receiver text NOT NULL, started_at timestamptz NOT NULL,
  duration_ms double precision NOT NULL, outcome jsonb NOT NULL, PRIMARY KEY (outbox_id, ordinal, started_at));

CREATE TABLE plumbline.spend (
  target text NOT NULL, day date NOT NULL, micro_usd bigint NOT NULL DEFAULT 0, tokens bigint NOT NULL DEFAULT 0,
  requests bigint NOT NULL DEFAULT 0, unknown_runs bigint NOT NULL DEFAULT 0, PRIMARY KEY (target, day));

CREATE TABLE plumbline.leases (name text PRIMARY KEY, holder text NOT NULL, until timestamptz NOT NULL);

CREATE FUNCTION plumbline.claim_run(r jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_probe text := r->>'probeId';
  v_slot timestamptz := (r->>'slot')::timestamptz;
  v_at timestamptz := (r->>'at')::timestamptz;
  v_day date := ((r->>'at')::timestamptz AT TIME ZONE 'UTC')::date;
  v_micro bigint := (r->>'microUsd')::bigint;
  v_reason text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('plumbline:' || v_probe, 0));
  IF EXISTS (SELECT 1 FROM plumbline.runs WHERE probe_id = v_probe AND slot = v_slot) THEN RETURN 'taken'; END IF;
  IF EXISTS (SELECT 1 FROM plumbline.runs WHERE probe_id = v_probe AND state = 'claimed' AND deadline > v_at) THEN
    v_reason := 'overlap';
  ELSE
    INSERT INTO plumbline.spend (target, day) VALUES (r->>'target', v_day) ON CONFLICT DO NOTHING;
    UPDATE plumbline.spend SET micro_usd = micro_usd + coalesce(v_micro, 0),
        tokens = tokens + (r->>'tokens')::bigint, requests = requests + (r->>'requests')::int
      WHERE target = r->>'target' AND day = v_day
        AND ((r->>'capMicroUsd') IS NULL OR micro_usd + coalesce(v_micro, 0) <= (r->>'capMicroUsd')::bigint)
        AND ((r->>'capTokens') IS NULL OR tokens + (r->>'tokens')::bigint <= (r->>'capTokens')::bigint);
    IF NOT FOUND THEN v_reason := 'spend-cap'; END IF;
  END IF;
  INSERT INTO plumbline.runs (run_id, probe_id, slot, location, target, model, scenario, state, reason, claimed_at, deadline,
      trace_id, reserved_micro_usd, reserved_tokens, reserved_requests, spend_day)
    VALUES (r->>'runId', v_probe, v_slot, r->>'location', r->>'target', r->>'model', r->>'scenario',
      CASE WHEN v_reason IS NULL THEN 'claimed' ELSE 'skipped' END, v_reason, v_at, (r->>'deadline')::timestamptz,
      r->>'traceId', v_micro, (r->>'tokens')::bigint, (r->>'requests')::int, v_day);
  RETURN coalesce(v_reason, 'claimed');
END $$;
