SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET check_function_bodies = false;
CREATE SCHEMA bullmq;
CREATE SCHEMA plumbline;
CREATE FUNCTION plumbline.claim_run(r jsonb) RETURNS text
    LANGUAGE plpgsql
    AS $$
  DECLARE
    v_probe text := r->>'probeId';
    v_slot timestamptz := (r->>'slot')::timestamptz;
    v_at timestamptz := (r->>'at')::timestamptz;
    v_day date := ((r->>'at')::timestamptz AT TIME ZONE 'UTC')::date;
    v_micro bigint := (r->>'microUsd')::bigint;
    v_tokens bigint := (r->>'tokens')::bigint;
    v_requests int := (r->>'requests')::int;
    v_budgets jsonb;
    v_reason text;
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('plumbline:' || v_probe, 0));
    IF EXISTS (SELECT 1 FROM plumbline.runs WHERE probe_id = v_probe AND slot = v_slot) THEN RETURN 'taken'; END IF;
    IF EXISTS (SELECT 1 FROM plumbline.runs WHERE probe_id = v_probe AND state = 'claimed' AND deadline > v_at) THEN
      v_reason := 'overlap';
    ELSE
      IF jsonb_array_length(r->'caps') > 0 THEN
        v_budgets := plumbline.reserve_budgets(r->'caps', v_at, coalesce(v_micro, 0), v_tokens, v_requests);
        IF v_budgets IS NULL THEN v_reason := 'spend-cap'; END IF;
      END IF;
      IF v_reason IS NULL THEN
        INSERT INTO plumbline.spend AS s (target, day, micro_usd, tokens, requests)
          VALUES (r->>'target', v_day, coalesce(v_micro, 0), v_tokens, v_requests)
          ON CONFLICT (target, day) DO UPDATE SET micro_usd = s.micro_usd + excluded.micro_usd,
            tokens = s.tokens + excluded.tokens, requests = s.requests + excluded.requests;
      END IF;
    END IF;
    INSERT INTO plumbline.runs (run_id, probe_id, slot, location, target, model, scenario, state, reason, claimed_at, deadline,
        trace_id, reserved_micro_usd, reserved_tokens, reserved_requests, spend_day, budgets)
      VALUES (r->>'runId', v_probe, v_slot, r->>'location', r->>'target', r->>'model', r->>'scenario',
        CASE WHEN v_reason IS NULL THEN 'claimed' ELSE 'skipped' END, v_reason, v_at, (r->>'deadline')::timestamptz,
        r->>'traceId', v_micro, v_tokens, v_requests, v_day, v_budgets);
    RETURN coalesce(v_reason, 'claimed');
  END $$;
CREATE FUNCTION plumbline.claim_unless_paused(r jsonb) RETURNS text
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM plumbline.pauses WHERE probe_id = r->>'probeId') THEN
    RETURN plumbline.claim_run(r);
  END IF;
  INSERT INTO plumbline.runs (run_id, probe_id, slot, location, target, model, scenario, state, reason)
  VALUES (r->>'runId', r->>'probeId', (r->>'slot')::timestamptz, r->>'location', r->>'target', r->>'model',
    r->>'scenario', 'skipped', 'paused')
  ON CONFLICT DO NOTHING;
  RETURN CASE WHEN FOUND THEN 'paused' ELSE 'taken' END;
END $$;
CREATE FUNCTION plumbline.reserve_budgets(caps jsonb, at timestamp with time zone, micro bigint, tok bigint, req bigint) RETURNS jsonb
    LANGUAGE plpgsql
    AS $$
  DECLARE
    v_keys jsonb;
  BEGIN
    SELECT coalesce(jsonb_agg(c || jsonb_build_object('starts', date_trunc(c->>'span', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')
      ORDER BY c->>'scope', c->>'span'), '[]') INTO v_keys FROM jsonb_array_elements(caps) AS c;
    INSERT INTO plumbline.budgets AS b (scope, span, starts, micro_usd, tokens, requests)
      SELECT k.scope, k.span, k.starts, coalesce(sum(s.micro_usd), 0), coalesce(sum(s.tokens), 0), coalesce(sum(s.requests), 0)
      FROM jsonb_to_recordset(v_keys) AS k(scope text, span text, starts timestamptz, targets jsonb)
      LEFT JOIN plumbline.spend s ON k.span <> 'hour' AND s.day >= (k.starts AT TIME ZONE 'UTC')::date
        AND (k.scope = 'all' OR k.scope = 'target/' || s.target OR jsonb_exists(k.targets, s.target))
      GROUP BY k.scope, k.span, k.starts ORDER BY k.scope, k.span ON CONFLICT DO NOTHING;
    PERFORM 1 FROM plumbline.budgets b JOIN jsonb_to_recordset(v_keys) AS k(scope text, span text, starts timestamptz)
      USING (scope, span, starts) ORDER BY b.scope, b.span FOR UPDATE OF b;
    IF EXISTS (SELECT 1 FROM plumbline.budgets b
      JOIN jsonb_to_recordset(v_keys) AS k(scope text, span text, starts timestamptz, "microUsd" bigint, tokens bigint, requests bigint)
      USING (scope, span, starts)
      WHERE b.micro_usd + micro > k."microUsd" OR b.tokens + tok > k.tokens OR b.requests + req > k.requests) THEN RETURN NULL;
    END IF;
    UPDATE plumbline.budgets b SET micro_usd = b.micro_usd + micro, tokens = b.tokens + tok, requests = b.requests + req
      FROM jsonb_to_recordset(v_keys) AS k(scope text, span text, starts timestamptz)
      WHERE b.scope = k.scope AND b.span = k.span AND b.starts = k.starts;
    RETURN (SELECT jsonb_agg(k - 'targets') FROM jsonb_array_elements(v_keys) AS k);
  END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE plumbline.acts (
    at timestamp with time zone NOT NULL,
    by text NOT NULL,
    what text NOT NULL,
    subject text NOT NULL,
    why text NOT NULL
);
CREATE TABLE plumbline.baselines (
    series_id text NOT NULL,
    version integer NOT NULL,
    n integer NOT NULL,
    learned jsonb NOT NULL,
    accepted_at timestamp with time zone NOT NULL,
    accepted_by text NOT NULL,
    why text NOT NULL
);
CREATE TABLE plumbline.budgets (
    scope text NOT NULL,
    span text NOT NULL,
    starts timestamp with time zone NOT NULL,
    micro_usd bigint NOT NULL,
    tokens bigint NOT NULL,
    requests bigint NOT NULL,
    CONSTRAINT budgets_span_check CHECK ((span = ANY (ARRAY['hour'::text, 'day'::text, 'month'::text])))
);
CREATE TABLE plumbline.dailies (
    at timestamp with time zone NOT NULL,
    body jsonb NOT NULL
);
CREATE TABLE plumbline.delivery_attempts (
    outbox_id text NOT NULL,
    ordinal integer NOT NULL,
    receiver text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    duration_ms double precision NOT NULL,
    outcome jsonb NOT NULL
);
CREATE TABLE plumbline.disabled_receivers (
    receiver text NOT NULL,
    configuration text NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE plumbline.fleet (
    single boolean DEFAULT true NOT NULL,
    paging integer DEFAULT 0 NOT NULL,
    daily_at timestamp with time zone,
    CONSTRAINT fleet_single_check CHECK (single)
);
CREATE TABLE plumbline.incidents (
    fingerprint text NOT NULL,
    probe_id text NOT NULL,
    state text NOT NULL,
    body jsonb NOT NULL
);
CREATE TABLE plumbline.installation (
    id text NOT NULL
);
CREATE TABLE plumbline.kysely_migration (
    name character varying(255) NOT NULL,
    "timestamp" character varying(255) NOT NULL
);
CREATE TABLE plumbline.kysely_migration_lock (
    id character varying(255) NOT NULL,
    is_locked integer DEFAULT 0 NOT NULL
);
CREATE TABLE plumbline.leases (
    name text NOT NULL,
    holder text NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE TABLE plumbline.outbox (
    id text NOT NULL,
    incident_id text NOT NULL,
    sequence integer NOT NULL,
    receiver text NOT NULL,
    alert jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    leased_until timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    state text DEFAULT 'pending'::text NOT NULL,
    held_until timestamp with time zone,
    carried_by text,
    CONSTRAINT outbox_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text, 'carried'::text])))
);
CREATE TABLE plumbline.pauses (
    probe_id text NOT NULL,
    by text NOT NULL,
    why text NOT NULL,
    since timestamp with time zone NOT NULL
);
CREATE TABLE plumbline.planned (
    id text NOT NULL,
    target text,
    probe_id text,
    starts_at timestamp with time zone NOT NULL,
    by text NOT NULL,
    why text NOT NULL,
    CONSTRAINT planned_check CHECK (((target IS NULL) <> (probe_id IS NULL)))
);
CREATE TABLE plumbline.runs (
    run_id text NOT NULL,
    probe_id text NOT NULL,
    slot timestamp with time zone NOT NULL,
    location text NOT NULL,
    target text NOT NULL,
    model text NOT NULL,
    scenario text NOT NULL,
    state text NOT NULL,
    reason text,
    claimed_at timestamp with time zone,
    deadline timestamp with time zone,
    ended_at timestamp with time zone,
    trace_id text,
    reserved_micro_usd bigint,
    reserved_tokens bigint,
    reserved_requests integer,
    spend_day date,
    micro_usd bigint,
    tokens bigint,
    requests integer,
    verdict text,
    findings jsonb,
    unjudged jsonb,
    observations jsonb,
    total_ms double precision,
    first_content_ms double precision,
    budgets jsonb,
    CONSTRAINT runs_state_check CHECK ((state = ANY (ARRAY['claimed'::text, 'done'::text, 'interrupted'::text, 'missed'::text, 'skipped'::text])))
)
PARTITION BY RANGE (slot);
CREATE TABLE plumbline.runs_20261124 (
    run_id text NOT NULL,
    probe_id text NOT NULL,
    slot timestamp with time zone NOT NULL,
    location text NOT NULL,
    target text NOT NULL,
    model text NOT NULL,
    scenario text NOT NULL,
    state text NOT NULL,
    reason text,
    claimed_at timestamp with time zone,
    deadline timestamp with time zone,
    ended_at timestamp with time zone,
    trace_id text,
    reserved_micro_usd bigint,
    reserved_tokens bigint,
    reserved_requests integer,
    spend_day date,
    micro_usd bigint,
    tokens bigint,
    requests integer,
    verdict text,
    findings jsonb,
    unjudged jsonb,
    observations jsonb,
    total_ms double precision,
    first_content_ms double precision,
    budgets jsonb,
    CONSTRAINT runs_state_check CHECK ((state = ANY (ARRAY['claimed'::text, 'done'::text, 'interrupted'::text, 'missed'::text, 'skipped'::text])))
);
CREATE TABLE plumbline.runs_20261125 (
    run_id text NOT NULL,
    probe_id text NOT NULL,
    slot timestamp with time zone NOT NULL,
    location text NOT NULL,
    target text NOT NULL,
    model text NOT NULL,
    scenario text NOT NULL,
    state text NOT NULL,
    reason text,
    claimed_at timestamp with time zone,
    deadline timestamp with time zone,
    ended_at timestamp with time zone,
    trace_id text,
    reserved_micro_usd bigint,
    reserved_tokens bigint,
    reserved_requests integer,
    spend_day date,
    micro_usd bigint,
    tokens bigint,
    requests integer,
    verdict text,
    findings jsonb,
    unjudged jsonb,
    observations jsonb,
    total_ms double precision,
    first_content_ms double precision,
    budgets jsonb,
    CONSTRAINT runs_state_check CHECK ((state = ANY (ARRAY['claimed'::text, 'done'::text, 'interrupted'::text, 'missed'::text, 'skipped'::text])))
);
CREATE TABLE plumbline.runs_20261126 (
    run_id text NOT NULL,
    probe_id text NOT NULL,
    slot timestamp with time zone NOT NULL,
    location text NOT NULL,
    target text NOT NULL,
    model text NOT NULL,
    scenario text NOT NULL,
    state text NOT NULL,
    reason text,
    claimed_at timestamp with time zone,
    deadline timestamp with time zone,
    ended_at timestamp with time zone,
    trace_id text,
    reserved_micro_usd bigint,
    reserved_tokens bigint,
    reserved_requests integer,
    spend_day date,
    micro_usd bigint,
    tokens bigint,
    requests integer,
    verdict text,
    findings jsonb,
    unjudged jsonb,
    observations jsonb,
    total_ms double precision,
    first_content_ms double precision,
    budgets jsonb,
    CONSTRAINT runs_state_check CHECK ((state = ANY (ARRAY['claimed'::text, 'done'::text, 'interrupted'::text, 'missed'::text, 'skipped'::text])))
);
CREATE TABLE plumbline.runs_20261127 (
    run_id text NOT NULL,
    probe_id text NOT NULL,
    slot timestamp with time zone NOT NULL,
    location text NOT NULL,
    target text NOT NULL,
    model text NOT NULL,
    scenario text NOT NULL,
    state text NOT NULL,
    reason text,
    claimed_at timestamp with time zone,
    deadline timestamp with time zone,
    ended_at timestamp with time zone,
    trace_id text,
    reserved_micro_usd bigint,
    reserved_tokens bigint,
    reserved_requests integer,
    spend_day date,
    micro_usd bigint,
    tokens bigint,
    requests integer,
    verdict text,
    findings jsonb,
    unjudged jsonb,
    observations jsonb,
    total_ms double precision,
    first_content_ms double precision,
    budgets jsonb,
    CONSTRAINT runs_state_check CHECK ((state = ANY (ARRAY['claimed'::text, 'done'::text, 'interrupted'::text, 'missed'::text, 'skipped'::text])))
);
CREATE TABLE plumbline.runs_other (
    run_id text NOT NULL,
    probe_id text NOT NULL,
    slot timestamp with time zone NOT NULL,
    location text NOT NULL,
    target text NOT NULL,
    model text NOT NULL,
    scenario text NOT NULL,
    state text NOT NULL,
    reason text,
    claimed_at timestamp with time zone,
    deadline timestamp with time zone,
    ended_at timestamp with time zone,
    trace_id text,
    reserved_micro_usd bigint,
    reserved_tokens bigint,
    reserved_requests integer,
    spend_day date,
    micro_usd bigint,
    tokens bigint,
    requests integer,
    verdict text,
    findings jsonb,
    unjudged jsonb,
    observations jsonb,
    total_ms double precision,
    first_content_ms double precision,
    budgets jsonb,
    CONSTRAINT runs_state_check CHECK ((state = ANY (ARRAY['claimed'::text, 'done'::text, 'interrupted'::text, 'missed'::text, 'skipped'::text])))
);
CREATE TABLE plumbline.series (
    series_id text NOT NULL,
    probe_id text NOT NULL,
    aspect text NOT NULL,
    label text NOT NULL,
    state jsonb NOT NULL,
    last_slot timestamp with time zone NOT NULL,
    reading jsonb
);
CREATE TABLE plumbline.silences (
    id text NOT NULL,
    matcher jsonb NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    by text NOT NULL,
    why text NOT NULL
);
CREATE TABLE plumbline.spend (
    target text NOT NULL,
    day date NOT NULL,
    micro_usd bigint DEFAULT 0 NOT NULL,
    tokens bigint DEFAULT 0 NOT NULL,
    requests bigint DEFAULT 0 NOT NULL,
    unknown_runs bigint DEFAULT 0 NOT NULL
);
CREATE TABLE plumbline.tallied (
    target text NOT NULL,
    under_ms double precision NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE TABLE plumbline.tallies (
    target text NOT NULL,
    under_ms double precision NOT NULL,
    hour timestamp with time zone NOT NULL,
    runs integer NOT NULL,
    bad integer NOT NULL
);
CREATE TABLE plumbline.transitions (
    incident_id text NOT NULL,
    sequence integer NOT NULL,
    fingerprint text NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    incident jsonb NOT NULL,
    routes jsonb DEFAULT '[]'::jsonb NOT NULL
);
ALTER TABLE ONLY plumbline.runs ATTACH PARTITION plumbline.runs_20261124 FOR VALUES FROM ('2026-11-24 00:00:00+00') TO ('2026-11-25 00:00:00+00');
ALTER TABLE ONLY plumbline.runs ATTACH PARTITION plumbline.runs_20261125 FOR VALUES FROM ('2026-11-25 00:00:00+00') TO ('2026-11-26 00:00:00+00');
ALTER TABLE ONLY plumbline.runs ATTACH PARTITION plumbline.runs_20261126 FOR VALUES FROM ('2026-11-26 00:00:00+00') TO ('2026-11-27 00:00:00+00');
ALTER TABLE ONLY plumbline.runs ATTACH PARTITION plumbline.runs_20261127 FOR VALUES FROM ('2026-11-27 00:00:00+00') TO ('2026-11-28 00:00:00+00');
ALTER TABLE ONLY plumbline.runs ATTACH PARTITION plumbline.runs_other DEFAULT;
INSERT INTO plumbline.baselines VALUES ('series of mini/valid-request/here', 1, 30, '{"median": 800}', '2026-11-24 12:00:00.905+00', 'plumbline', 'learned from the first 30 runs');
INSERT INTO plumbline.fleet VALUES (true, 0, NULL);
INSERT INTO plumbline.incidents VALUES ('fingerprint of mini/valid-request/here', 'mini/valid-request/here', 'open', '{"kind": "latency", "label": "total time", "model": "some-model", "probe": "mini/valid-request/here", "state": "open", "recent": [true, true], "target": "target of mini/valid-request/here", "badRuns": 2, "episode": 1, "probeId": "mini/valid-request/here", "evidence": [], "findings": [], "location": "here", "scenario": "valid-request", "sequence": 1, "severity": "risky", "goodInARow": 0, "judgedRuns": 2, "lastSlotMs": 1795521600000, "openedAtMs": 1795521600900, "fingerprint": "fingerprint of mini/valid-request/here", "firstBadSlotMs": 1795521600000}');
INSERT INTO plumbline.installation VALUES ('fe5873e15ec6');
INSERT INTO plumbline.kysely_migration VALUES ('0001-first', '2026-11-29T00:00:41.255Z');
INSERT INTO plumbline.kysely_migration VALUES ('0002-deliveries', '2026-11-29T00:00:41.307Z');
INSERT INTO plumbline.kysely_migration VALUES ('0003-incident-life', '2026-11-29T00:00:41.395Z');
INSERT INTO plumbline.kysely_migration VALUES ('0004-installation', '2026-11-29T00:00:41.435Z');
INSERT INTO plumbline.kysely_migration VALUES ('0005-budgets', '2026-11-29T00:00:41.487Z');
INSERT INTO plumbline.kysely_migration VALUES ('0007-alert-manners', '2026-11-29T00:00:41.534Z');
INSERT INTO plumbline.kysely_migration VALUES ('0008-key-caps', '2026-11-29T00:00:41.542Z');
INSERT INTO plumbline.kysely_migration VALUES ('0010-pauses', '2026-11-29T00:00:41.583Z');
INSERT INTO plumbline.kysely_migration VALUES ('0011-fleet', '2026-11-29T00:00:41.628Z');
INSERT INTO plumbline.kysely_migration VALUES ('0012-planned', '2026-11-29T00:00:41.695Z');
INSERT INTO plumbline.kysely_migration_lock VALUES ('migration_lock', 0);
INSERT INTO plumbline.outbox VALUES ('fingerprint of mini/valid-request/here-1-1-pager', 'fingerprint of mini/valid-request/here-1', 1, 'pager', '{"at": "2026-11-24T12:00:00.000Z", "kind": "latency", "event": "opened", "model": "some-model", "probe": "mini/valid-request/here", "reach": null, "reason": "2-of-3-slots-bad", "status": "firing", "target": "target of mini/valid-request/here", "badRuns": 2, "changes": [], "summary": "total time has doubled", "version": 1, "evidence": [], "location": "here", "nextStep": "Look at the provider''s status page.", "scenario": "valid-request", "sequence": 1, "severity": "risky", "incidentId": "fingerprint of mini/valid-request/here-1", "judgedRuns": 2, "fingerprint": "fingerprint of mini/valid-request/here", "likelyCause": "provider", "moreChanges": 0, "firstBadSlot": "2026-11-24T12:00:00.000Z", "lastGoodSlot": null, "baselineVersion": 1}', '2026-11-24 12:00:00.901+00', '2026-11-24 12:00:00.901+00', NULL, 0, 'pending', NULL, NULL);
INSERT INTO plumbline.runs_20261124 VALUES ('mini/valid-request/here/2026-11-24T12:00:00.000Z', 'mini/valid-request/here', '2026-11-24 12:00:00+00', 'here', 'mini', 'some-model', 'valid-request', 'done', NULL, '2026-11-24 12:00:00.005+00', '2026-11-24 12:01:00+00', '2026-11-24 12:00:00.905+00', '0af7651916cd43dd8448eb211c80319c', 500, 100, 2, '2026-11-24', 120, 33, 1, 'drift', '[]', '[]', '[{"call": "ask", "mode": "plain", "outcome": {"kind": "reply", "text": {"hash": "abcd", "class": "word", "length": 4}, "bytes": 300, "shape": {"$": ["object"]}, "usage": {"totalTokens": 33, "promptTokens": 30, "completionTokens": 3}, "status": 200, "bodyForm": "json", "contentType": "application/json", "textMatches": {}, "finishReasons": ["stop"]}, "timings": {"totalMs": 812.5, "firstContentMs": 640.25}, "attempts": 1, "connection": "fresh", "maxLoopDelayMs": 2}]', 812.5, 640.25, NULL);
INSERT INTO plumbline.runs_20261124 VALUES ('mini/valid-request/here/2026-11-24T12:01:00.000Z', 'mini/valid-request/here', '2026-11-24 12:01:00+00', 'here', 'mini', 'some-model', 'valid-request', 'done', NULL, '2026-11-24 12:01:00.005+00', '2026-11-24 12:02:00+00', '2026-11-24 12:01:00.905+00', '0af7651916cd43dd8448eb211c80319c', 500, 100, 2, '2026-11-24', 120, 33, 1, 'ok', '[]', '[]', '[{"call": "ask", "mode": "plain", "outcome": {"kind": "reply", "text": {"hash": "abcd", "class": "word", "length": 4}, "bytes": 300, "shape": {"$": ["object"]}, "usage": {"totalTokens": 33, "promptTokens": 30, "completionTokens": 3}, "status": 200, "bodyForm": "json", "contentType": "application/json", "textMatches": {}, "finishReasons": ["stop"]}, "timings": {"totalMs": 812.5, "firstContentMs": 640.25}, "attempts": 1, "connection": "fresh", "maxLoopDelayMs": 2}]', 812.5, 640.25, NULL);
INSERT INTO plumbline.runs_20261124 VALUES ('mini/valid-request/here/2026-11-24T12:02:00.000Z', 'mini/valid-request/here', '2026-11-24 12:02:00+00', 'here', 'mini', 'some-model', 'valid-request', 'done', NULL, '2026-11-24 12:02:00.005+00', '2026-11-24 12:03:00+00', '2026-11-24 12:02:00.905+00', '0af7651916cd43dd8448eb211c80319c', 500, 100, 2, '2026-11-24', 120, 33, 1, 'ok', '[]', '[]', '[{"call": "ask", "mode": "plain", "outcome": {"kind": "reply", "text": {"hash": "abcd", "class": "word", "length": 4}, "bytes": 300, "shape": {"$": ["object"]}, "usage": {"totalTokens": 33, "promptTokens": 30, "completionTokens": 3}, "status": 200, "bodyForm": "json", "contentType": "application/json", "textMatches": {}, "finishReasons": ["stop"]}, "timings": {"totalMs": 812.5, "firstContentMs": 640.25}, "attempts": 1, "connection": "fresh", "maxLoopDelayMs": 2}]', 812.5, 640.25, NULL);
INSERT INTO plumbline.runs_20261124 VALUES ('mini/valid-request/here/2026-11-24T12:03:00.000Z', 'mini/valid-request/here', '2026-11-24 12:03:00+00', 'here', 'mini', 'some-model', 'valid-request', 'claimed', NULL, '2026-11-24 12:03:00.005+00', '2026-11-24 12:04:00+00', NULL, '0af7651916cd43dd8448eb211c80319c', 500, 100, 2, '2026-11-24', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO plumbline.series VALUES ('series of mini/valid-request/here', 'mini/valid-request/here', 'latency', 'total time', '{"v": 3}', '2026-11-24 12:02:00+00', NULL);
INSERT INTO plumbline.spend VALUES ('mini', '2026-11-24', 860, 199, 5, 0);
INSERT INTO plumbline.transitions VALUES ('fingerprint of mini/valid-request/here-1', 1, 'fingerprint of mini/valid-request/here', 'opened', '2026-11-24 12:00:00.9+00', '2-of-3-slots-bad', '{"kind": "latency", "label": "total time", "model": "some-model", "probe": "mini/valid-request/here", "state": "open", "recent": [true, true], "target": "target of mini/valid-request/here", "badRuns": 2, "episode": 1, "probeId": "mini/valid-request/here", "evidence": [], "findings": [], "location": "here", "scenario": "valid-request", "sequence": 1, "severity": "risky", "goodInARow": 0, "judgedRuns": 2, "lastSlotMs": 1795521600000, "openedAtMs": 1795521600900, "fingerprint": "fingerprint of mini/valid-request/here", "firstBadSlotMs": 1795521600000}', '[{"told": false, "reason": "informative-only", "receiver": "nobody"}]');
ALTER TABLE ONLY plumbline.baselines
    ADD CONSTRAINT baselines_pkey PRIMARY KEY (series_id, version);
ALTER TABLE ONLY plumbline.budgets
    ADD CONSTRAINT budgets_pkey PRIMARY KEY (scope, span, starts);
ALTER TABLE ONLY plumbline.dailies
    ADD CONSTRAINT dailies_pkey PRIMARY KEY (at);
ALTER TABLE ONLY plumbline.delivery_attempts
    ADD CONSTRAINT delivery_attempts_pkey PRIMARY KEY (outbox_id, ordinal, started_at);
ALTER TABLE ONLY plumbline.disabled_receivers
    ADD CONSTRAINT disabled_receivers_pkey PRIMARY KEY (receiver);
ALTER TABLE ONLY plumbline.fleet
    ADD CONSTRAINT fleet_pkey PRIMARY KEY (single);
ALTER TABLE ONLY plumbline.incidents
    ADD CONSTRAINT incidents_pkey PRIMARY KEY (fingerprint);
ALTER TABLE ONLY plumbline.installation
    ADD CONSTRAINT installation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY plumbline.kysely_migration_lock
    ADD CONSTRAINT kysely_migration_lock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY plumbline.kysely_migration
    ADD CONSTRAINT kysely_migration_pkey PRIMARY KEY (name);
ALTER TABLE ONLY plumbline.leases
    ADD CONSTRAINT leases_pkey PRIMARY KEY (name);
ALTER TABLE ONLY plumbline.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);
ALTER TABLE ONLY plumbline.pauses
    ADD CONSTRAINT pauses_pkey PRIMARY KEY (probe_id);
ALTER TABLE ONLY plumbline.planned
    ADD CONSTRAINT planned_pkey PRIMARY KEY (id);
ALTER TABLE ONLY plumbline.runs
    ADD CONSTRAINT runs_pkey PRIMARY KEY (probe_id, slot);
ALTER TABLE ONLY plumbline.runs_20261124
    ADD CONSTRAINT runs_20261124_pkey PRIMARY KEY (probe_id, slot);
ALTER TABLE ONLY plumbline.runs_20261125
    ADD CONSTRAINT runs_20261125_pkey PRIMARY KEY (probe_id, slot);
ALTER TABLE ONLY plumbline.runs_20261126
    ADD CONSTRAINT runs_20261126_pkey PRIMARY KEY (probe_id, slot);
ALTER TABLE ONLY plumbline.runs_20261127
    ADD CONSTRAINT runs_20261127_pkey PRIMARY KEY (probe_id, slot);
ALTER TABLE ONLY plumbline.runs_other
    ADD CONSTRAINT runs_other_pkey PRIMARY KEY (probe_id, slot);
ALTER TABLE ONLY plumbline.series
    ADD CONSTRAINT series_pkey PRIMARY KEY (series_id);
ALTER TABLE ONLY plumbline.silences
    ADD CONSTRAINT silences_pkey PRIMARY KEY (id);
ALTER TABLE ONLY plumbline.spend
    ADD CONSTRAINT spend_pkey PRIMARY KEY (target, day);
ALTER TABLE ONLY plumbline.tallied
    ADD CONSTRAINT tallied_pkey PRIMARY KEY (target, under_ms);
ALTER TABLE ONLY plumbline.tallies
    ADD CONSTRAINT tallies_pkey PRIMARY KEY (target, under_ms, hour);
ALTER TABLE ONLY plumbline.transitions
    ADD CONSTRAINT transitions_pkey PRIMARY KEY (incident_id, sequence);
CREATE INDEX acts_at ON plumbline.acts USING btree (at);
CREATE INDEX budgets_starts ON plumbline.budgets USING btree (starts);
CREATE INDEX delivery_attempts_at ON plumbline.delivery_attempts USING btree (started_at);
CREATE INDEX incidents_of_probe ON plumbline.incidents USING btree (probe_id);
CREATE INDEX incidents_open ON plumbline.incidents USING btree (((body ->> 'target'::text))) WHERE (state = ANY (ARRAY['open'::text, 'acknowledged'::text]));
CREATE INDEX outbox_carried ON plumbline.outbox USING btree (carried_by) WHERE (carried_by IS NOT NULL);
CREATE INDEX outbox_ended ON plumbline.outbox USING btree (created_at) WHERE (state <> 'pending'::text);
CREATE INDEX outbox_of_incident ON plumbline.outbox USING btree (incident_id);
CREATE INDEX outbox_of_receiver ON plumbline.outbox USING btree (receiver, created_at);
CREATE INDEX outbox_pending ON plumbline.outbox USING btree (due_at) WHERE (state = 'pending'::text);
CREATE INDEX runs_claimed ON ONLY plumbline.runs USING btree (deadline) WHERE (state = 'claimed'::text);
CREATE INDEX runs_20261124_deadline_idx ON plumbline.runs_20261124 USING btree (deadline) WHERE (state = 'claimed'::text);
CREATE INDEX runs_slot ON ONLY plumbline.runs USING brin (slot) WITH (pages_per_range='16');
CREATE INDEX runs_20261124_slot_idx ON plumbline.runs_20261124 USING brin (slot) WITH (pages_per_range='16');
CREATE INDEX runs_20261125_deadline_idx ON plumbline.runs_20261125 USING btree (deadline) WHERE (state = 'claimed'::text);
CREATE INDEX runs_20261125_slot_idx ON plumbline.runs_20261125 USING brin (slot) WITH (pages_per_range='16');
CREATE INDEX runs_20261126_deadline_idx ON plumbline.runs_20261126 USING btree (deadline) WHERE (state = 'claimed'::text);
CREATE INDEX runs_20261126_slot_idx ON plumbline.runs_20261126 USING brin (slot) WITH (pages_per_range='16');
CREATE INDEX runs_20261127_deadline_idx ON plumbline.runs_20261127 USING btree (deadline) WHERE (state = 'claimed'::text);
CREATE INDEX runs_20261127_slot_idx ON plumbline.runs_20261127 USING brin (slot) WITH (pages_per_range='16');
CREATE INDEX runs_other_deadline_idx ON plumbline.runs_other USING btree (deadline) WHERE (state = 'claimed'::text);
CREATE INDEX runs_other_slot_idx ON plumbline.runs_other USING brin (slot) WITH (pages_per_range='16');
CREATE INDEX series_of_probe ON plumbline.series USING btree (probe_id);
CREATE INDEX silences_until ON plumbline.silences USING btree (ends_at);
CREATE INDEX transitions_at ON plumbline.transitions USING btree (at);
CREATE INDEX transitions_of ON plumbline.transitions USING btree (fingerprint, at);
ALTER INDEX plumbline.runs_claimed ATTACH PARTITION plumbline.runs_20261124_deadline_idx;
ALTER INDEX plumbline.runs_pkey ATTACH PARTITION plumbline.runs_20261124_pkey;
ALTER INDEX plumbline.runs_slot ATTACH PARTITION plumbline.runs_20261124_slot_idx;
ALTER INDEX plumbline.runs_claimed ATTACH PARTITION plumbline.runs_20261125_deadline_idx;
ALTER INDEX plumbline.runs_pkey ATTACH PARTITION plumbline.runs_20261125_pkey;
ALTER INDEX plumbline.runs_slot ATTACH PARTITION plumbline.runs_20261125_slot_idx;
ALTER INDEX plumbline.runs_claimed ATTACH PARTITION plumbline.runs_20261126_deadline_idx;
ALTER INDEX plumbline.runs_pkey ATTACH PARTITION plumbline.runs_20261126_pkey;
ALTER INDEX plumbline.runs_slot ATTACH PARTITION plumbline.runs_20261126_slot_idx;
ALTER INDEX plumbline.runs_claimed ATTACH PARTITION plumbline.runs_20261127_deadline_idx;
ALTER INDEX plumbline.runs_pkey ATTACH PARTITION plumbline.runs_20261127_pkey;
ALTER INDEX plumbline.runs_slot ATTACH PARTITION plumbline.runs_20261127_slot_idx;
ALTER INDEX plumbline.runs_claimed ATTACH PARTITION plumbline.runs_other_deadline_idx;
ALTER INDEX plumbline.runs_pkey ATTACH PARTITION plumbline.runs_other_pkey;
ALTER INDEX plumbline.runs_slot ATTACH PARTITION plumbline.runs_other_slot_idx;
