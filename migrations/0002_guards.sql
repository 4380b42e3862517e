-- The audit table only grows: a denial or a side effect, once written, stays.
CREATE FUNCTION hub.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'hub.% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON hub.audit FOR EACH ROW EXECUTE FUNCTION hub.refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON hub.audit FOR EACH STATEMENT EXECUTE FUNCTION hub.refuse_change();
