-- Incidents, their transitions, and the alerts that follow.
CREATE OR REPLACE FUNCTION plumbline.write_effects(r jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO plumbline.incidents (fingerprint, probe_id, state, body)
    SELECT i->>'fingerprint', i->>'probeId', i->>'state', i FROM jsonb_array_elements(r->'incidents') AS i
    ON CONFLICT (fingerprint) DO UPDATE SET state = excluded.state, body = excluded.body;
  INSERT INTO plumbline.transitions (incident_id, sequence, fingerprint, kind, at, reason, routes, incident)
    SELECT t.incident_id, t.sequence, t.fingerprint, t.kind, t.at, t.reason, t.routes, coalesce(
      (SELECT i FROM jsonb_array_elements(r->'incidents') AS i WHERE i->>'fingerprint' = t.fingerprint), 'null')
    FROM jsonb_to_recordset(r->'transitions') AS t(incident_id text, sequence int, fingerprint text, kind text,
      at timestamptz, reason text, routes jsonb);
  -- Silences that end with their incident.
  UPDATE plumbline.silences s SET ends_at = t.at
    FROM jsonb_to_recordset(r->'transitions') AS t(incident_id text, kind text, at timestamptz)
    WHERE t.kind = 'resolved' AND s.ends_with = t.incident_id AND s.ends_at > t.at;
  -- A receiver may get the alerts of several installations: the id and the alert say which one sends.
  INSERT INTO plumbline.outbox (id, incident_id, sequence, receiver, alert, created_at, due_at, held_until, due_when_answered)
    SELECT replace(o.id, 'msg_', 'msg_' || installation.id), o.alert->>'incidentId', (o.alert->>'sequence')::int, o.receiver,
      o.alert || jsonb_build_object('installation', installation.id), o.created_at,
      greatest(o.created_at, o.held_until), CASE WHEN o.held_until IS NOT NULL THEN greatest(o.created_at, o.held_until) END,
      CASE WHEN o.due_when_answered IS NOT NULL THEN greatest(o.created_at, o.due_when_answered) END
    FROM jsonb_to_recordset(r->'outbox') AS o(id text, receiver text, alert jsonb, created_at timestamptz, held_until timestamptz,
      due_when_answered timestamptz),
      plumbline.installation
    ON CONFLICT DO NOTHING;
END $$;
