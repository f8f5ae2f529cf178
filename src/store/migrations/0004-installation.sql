-- A name of its own for each store, so that several installations can share one Redis.

CREATE TABLE plumbline.installation (id text PRIMARY KEY);

INSERT INTO plumbline.installation (id) VALUES (left(replace(gen_random_uuid()::text, '-', ''), 12));
