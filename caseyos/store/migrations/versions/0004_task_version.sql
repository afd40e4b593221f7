CREATE FUNCTION caseyos_task_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.version = OLD.version THEN
    NEW.version := OLD.version + 1;
  END IF;
  RETURN NEW;
END
$$
--;
CREATE TRIGGER tasks_touched BEFORE UPDATE ON tasks
  FOR EACH ROW
  WHEN ((OLD.title, OLD.notes, OLD.due_by, OLD.status)
    IS DISTINCT FROM (NEW.title, NEW.notes, NEW.due_by, NEW.status))
  EXECUTE FUNCTION caseyos_task_touched()
