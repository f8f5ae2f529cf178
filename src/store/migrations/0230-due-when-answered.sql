-- When an alert that waits for neighbours is due once they have answered; null where an alert does not wait for them.
ALTER TABLE plumbline.outbox ADD COLUMN due_when_answered timestamptz;
