-- Names the jobs of slots and deliveries, so that nobody who can only write to the queue can take the name of a coming one.

ALTER TABLE plumbline.installation
  ADD COLUMN queue_secret text NOT NULL DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
