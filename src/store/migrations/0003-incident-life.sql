-- Silences, who did what by hand, and of each transition who was told.

CREATE TABLE plumbline.silences (
  id text PRIMARY KEY, matcher jsonb NOT NULL, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL,
  by text NOT NULL, why text NOT NULL);

CREATE INDEX silences_until ON plumbline.silences (ends_at);

CREATE TABLE plumbline.acts (
  at timestamptz NOT NULL, by text NOT NULL, what text NOT NULL, subject text NOT NULL, why text NOT NULL);

CREATE INDEX acts_at ON plumbline.acts (at);

ALTER TABLE plumbline.transitions ADD COLUMN routes jsonb NOT NULL DEFAULT '[]';

CREATE INDEX transitions_of ON plumbline.transitions (fingerprint, at);

CREATE INDEX outbox_of_incident ON plumbline.outbox (incident_id);

CREATE INDEX incidents_open ON plumbline.incidents ((body->>'target')) WHERE state IN ('open', 'acknowledged');
