-- Who watches hears of an event when it is committed. A payload that does not fit a notification is left out: the subject's
-- id is enough to read it.
CREATE FUNCTION "notify_event"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  note text := json_build_object('organizationId', NEW."organization_id", 'topic', NEW."topic", 'payload', NEW."payload",
    'at', NEW."created_at")::text;
BEGIN
  IF octet_length(note) < 7000 THEN PERFORM pg_notify('rollcall_events', note); END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "outbox_notify_event" AFTER INSERT ON "outbox" FOR EACH ROW EXECUTE FUNCTION "notify_event"();
