-- What was told of each day, or would have been: facts in our own words, never content.

CREATE TABLE plumbline.digests (
  at timestamptz PRIMARY KEY, "from" timestamptz NOT NULL, body jsonb NOT NULL);
