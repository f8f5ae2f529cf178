-- A silence can end with an incident, before its time is over.
ALTER TABLE plumbline.silences ADD COLUMN ends_with text;
