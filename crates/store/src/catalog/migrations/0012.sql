-- What waits is emailed, or posted to the webhook of the person who runs Chartsy.
ALTER TABLE outbox ADD COLUMN channel TEXT NOT NULL DEFAULT 'mail';

-- The address that an account gets when somebody opens the link that was sent there.
ALTER TABLE email_links ADD COLUMN new_email TEXT COLLATE NOCASE;
