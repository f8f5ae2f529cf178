-- Stored incidents, in their rows and in their transitions, keep the notification log as one value, and use the words group,
-- exceptions and notified. An older program would notify everybody again, so it cannot use the database any more.
CREATE FUNCTION plumbline.with_notification_log(b jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  v jsonb := b;
  v_receivers jsonb;
  v_log jsonb;
  v_group jsonb;
BEGIN
  IF b IS NULL OR jsonb_typeof(b) <> 'object' THEN RETURN b; END IF;
  v := b - '{told,toldAtMs,overCap,isOwed,muted,covers}'::text[];
  -- Without `told` it was not recorded who was notified: then everybody counts as notified.
  IF b ? 'told' OR b ? 'overCap' THEN
    SELECT coalesce(jsonb_object_agg(coalesce(t.key, c.key),
        jsonb_strip_nulls(jsonb_build_object('notifiedAtMs', t.value, 'rateLimitedAtMs', c.value))), '{}') INTO v_receivers
      FROM jsonb_each(coalesce(b->'told', '{}')) t FULL JOIN jsonb_each(coalesce(b->'overCap', '{}')) c ON c.key = t.key;
  END IF;
  v_log := jsonb_strip_nulls(jsonb_build_object('lastNotifiedAtMs', b->'toldAtMs', 'receivers', v_receivers,
    'isPending', b->'isOwed', 'muted', b->'muted'));
  IF v_log <> '{}' THEN v := v || jsonb_build_object('notifications', v_log); END IF;
  IF jsonb_typeof(b->'covers') = 'object' THEN
    v_group := (b->'covers') - 'toldMembers';
    IF b->'covers' ? 'toldMembers' THEN
      v_group := v_group || jsonb_build_object('notifiedMembers', b->'covers'->'toldMembers');
    END IF;
    IF jsonb_typeof(v_group->'moved') = 'object' THEN
      v_group := v_group || jsonb_build_object('moved',
        (v_group->'moved') - 'apart' || jsonb_build_object('exceptions', coalesce(v_group->'moved'->'apart', '[]')));
    END IF;
    IF v_group->>'reason' = 'over-cap' THEN v_group := v_group || '{"reason": "rate-limited"}'; END IF;
    v := v || jsonb_build_object('group', v_group);
  END IF;
  IF jsonb_typeof(b->'previous') = 'object' THEN
    v := v || jsonb_build_object('previous', plumbline.with_notification_log(b->'previous'));
  END IF;
  RETURN v;
END $$;

UPDATE plumbline.incidents SET body = plumbline.with_notification_log(body);

UPDATE plumbline.transitions SET incident = plumbline.with_notification_log(incident),
  routes = (SELECT coalesce(jsonb_agg((r - 'told') || jsonb_build_object('notified', r->'told', 'reason',
      CASE r->>'reason' WHEN 'nobody-was-told' THEN 'nobody-was-notified' WHEN 'was-not-told-before' THEN 'not-notified-before'
        WHEN 'knows-already' THEN 'already-notified' WHEN 'over-cap' THEN 'rate-limited' ELSE r->>'reason' END)
      ORDER BY place), '[]') FROM jsonb_array_elements(routes) WITH ORDINALITY AS e(r, place));

UPDATE plumbline.digests SET body = jsonb_set(body #- '{pages,told}', '{pages,notified}', body->'pages'->'told')
  WHERE body->'pages' ? 'told';

DROP FUNCTION plumbline.with_notification_log(jsonb);
