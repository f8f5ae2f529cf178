-- Audits that somebody has sent to the service: the summary as columns, the document as it was written.
CREATE TABLE plumbline.audits (
  id text PRIMARY KEY,
  target text NOT NULL,
  model text NOT NULL,
  environment text NOT NULL,
  readiness text NOT NULL,
  because text NOT NULL,
  met integer NOT NULL,
  broken integer NOT NULL,
  open integer NOT NULL,
  accepted integer NOT NULL,
  started_at timestamptz NOT NULL,
  added_at timestamptz NOT NULL,
  by text NOT NULL,
  body jsonb NOT NULL
);
CREATE INDEX audits_by_target ON plumbline.audits (target, started_at DESC);
CREATE INDEX audits_by_time ON plumbline.audits (started_at DESC);
