-- Messages about what is wrong of the hour before, by receiver.
CREATE OR REPLACE FUNCTION plumbline.sent_since(p_since timestamptz) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT coalesce(jsonb_object_agg(receiver, sent), '{}') FROM (
    SELECT receiver, count(*) AS sent FROM plumbline.outbox
    WHERE created_at > p_since AND alert->>'status' = 'firing' AND alert->>'kind' <> 'monitor' AND state <> 'superseded'
    GROUP BY receiver) AS s);
END $$;
