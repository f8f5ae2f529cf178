-- Two migrations were edited within a day of landing, before the first release. Stores of that day get what they lack;
-- all others have it. Running totals are counted again from the runs.
CREATE INDEX IF NOT EXISTS outbox_of_incident ON plumbline.outbox (incident_id);

CREATE INDEX IF NOT EXISTS runs_over_cap ON plumbline.runs (slot, target) WHERE state = 'skipped' AND reason = 'spend-cap';

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'plumbline.tallies'::regclass AND attname = 'hour') THEN
    TRUNCATE plumbline.tallies, plumbline.tallied;
    ALTER TABLE plumbline.tallies DROP CONSTRAINT tallies_pkey, ALTER COLUMN hour DROP NOT NULL,
      ADD COLUMN at timestamptz NOT NULL, ADD COLUMN micro_usd bigint NOT NULL, ADD COLUMN tokens bigint NOT NULL,
      ADD COLUMN requests bigint NOT NULL, ADD PRIMARY KEY (target, under_ms, at);
  END IF;
END $$;
