-- The address of an endpoint at the provider that another address of this server made, or the original of this copy. It is
-- left alone.
ALTER TABLE webhooks ADD COLUMN left_url TEXT;
