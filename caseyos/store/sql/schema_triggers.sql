-- Triggers on the finished tables. Applied after they exist.

CREATE TRIGGER audit_log_append BEFORE INSERT ON audit_log
  FOR EACH ROW EXECUTE FUNCTION caseyos_audit_append()
--;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION caseyos_append_only()
--;
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION caseyos_append_only()
--;
CREATE TRIGGER learned_weights_append_only BEFORE UPDATE OR DELETE ON learned_weights
  FOR EACH ROW EXECUTE FUNCTION caseyos_append_only()
--;
CREATE TRIGGER command_queue_items_given BEFORE INSERT OR UPDATE ON command_queue_items
  FOR EACH ROW WHEN (NEW.title = '' OR jsonb_typeof(NEW.action_context) <> 'object')
  EXECUTE FUNCTION caseyos_move_given()
--;
CREATE TRIGGER signals_given BEFORE INSERT OR UPDATE ON signals
  FOR EACH ROW WHEN (jsonb_typeof(NEW.data) <> 'object') EXECUTE FUNCTION caseyos_signal_given()
--;
CREATE TRIGGER command_queue_items_touched BEFORE UPDATE ON command_queue_items
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION caseyos_move_touched()
--;
CREATE TRIGGER command_queue_items_notify AFTER INSERT OR UPDATE OR DELETE ON command_queue_items
  FOR EACH STATEMENT EXECUTE FUNCTION caseyos_notify()
--;
CREATE TRIGGER tasks_touched BEFORE UPDATE ON tasks
  FOR EACH ROW
  WHEN ((OLD.title, OLD.notes, OLD.due_by, OLD.status)
    IS DISTINCT FROM (NEW.title, NEW.notes, NEW.due_by, NEW.status))
  EXECUTE FUNCTION caseyos_task_touched()
--;
CREATE TRIGGER signals_notify AFTER INSERT ON signals
  FOR EACH STATEMENT EXECUTE FUNCTION caseyos_notify()
--;
CREATE TRIGGER executions_notify AFTER INSERT OR UPDATE ON executions
  FOR EACH STATEMENT EXECUTE FUNCTION caseyos_notify()
--;
CREATE TRIGGER command_queue_items_tally_insert AFTER INSERT ON command_queue_items
  REFERENCING NEW TABLE AS present FOR EACH STATEMENT EXECUTE FUNCTION caseyos_tally()
--;
CREATE TRIGGER command_queue_items_tally_update AFTER UPDATE ON command_queue_items
  REFERENCING OLD TABLE AS past NEW TABLE AS present
  FOR EACH STATEMENT EXECUTE FUNCTION caseyos_tally()
--;
CREATE TRIGGER command_queue_items_tally_delete AFTER DELETE ON command_queue_items
  REFERENCING OLD TABLE AS past FOR EACH STATEMENT EXECUTE FUNCTION caseyos_tally()
--;
CREATE TRIGGER command_queue_items_tally_truncate AFTER TRUNCATE ON command_queue_items
  FOR EACH STATEMENT EXECUTE FUNCTION caseyos_tally()
