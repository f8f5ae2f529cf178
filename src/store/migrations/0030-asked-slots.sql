-- Slots that somebody asked for beside the schedule. The queue alone is not believed: whoever can write to it could ask.
CREATE TABLE plumbline.asked_slots (
  probe_id text NOT NULL, slot timestamptz NOT NULL, PRIMARY KEY (probe_id, slot));
CREATE INDEX asked_slots_by_time ON plumbline.asked_slots (slot);
