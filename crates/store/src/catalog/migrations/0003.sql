-- Whether what happens is delivered.
ALTER TABLE webhooks ADD COLUMN newest_event_at INTEGER;
ALTER TABLE webhooks ADD COLUMN silent_since INTEGER;
