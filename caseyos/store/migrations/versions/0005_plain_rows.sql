CREATE FUNCTION caseyos_move_given() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF jsonb_typeof(NEW.action_context) <> 'object' THEN
    NEW.action_context := jsonb_build_object('given', NEW.action_context);
  END IF;
  IF NEW.title = '' THEN
    NEW.title := coalesce(
      nullif(NEW.action_context ->> 'title', ''), nullif(NEW.action_context ->> 'subject', ''),
      initcap(left(NEW.action_type, 1)) || replace(substr(NEW.action_type, 2), '_', ' ')
        || coalesce(': ' || (NEW.action_context ->> 'recipient'), ''));
  END IF;
  RETURN NEW;
END
$$
--;
CREATE FUNCTION caseyos_signal_given() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.data := jsonb_build_object('given', NEW.data);
  RETURN NEW;
END
$$
--;
CREATE TRIGGER command_queue_items_given BEFORE INSERT OR UPDATE ON command_queue_items
  FOR EACH ROW WHEN (NEW.title = '' OR jsonb_typeof(NEW.action_context) <> 'object')
  EXECUTE FUNCTION caseyos_move_given()
--;
CREATE TRIGGER signals_given BEFORE INSERT OR UPDATE ON signals
  FOR EACH ROW WHEN (jsonb_typeof(NEW.data) <> 'object') EXECUTE FUNCTION caseyos_signal_given()
--;
UPDATE command_queue_items SET title = title
WHERE title = '' OR jsonb_typeof(action_context) <> 'object'
--;
UPDATE signals SET data = data WHERE jsonb_typeof(data) <> 'object'
