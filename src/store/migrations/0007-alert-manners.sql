-- Alerts that wait for working hours or for their like, and those that a newer one carries along.

ALTER TABLE plumbline.outbox ADD COLUMN held_until timestamptz, ADD COLUMN carried_by text;

ALTER TABLE plumbline.outbox DROP CONSTRAINT outbox_state_check;

ALTER TABLE plumbline.outbox ADD CONSTRAINT outbox_state_check
  CHECK (state IN ('pending','delivered','failed','carried'));

CREATE INDEX outbox_carried ON plumbline.outbox (carried_by) WHERE carried_by IS NOT NULL;

CREATE INDEX outbox_of_receiver ON plumbline.outbox (receiver, created_at);
