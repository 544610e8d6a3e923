-- An access key belongs to an account, and to one of its users unless it is its root's.
ALTER TABLE access_keys ADD COLUMN account_id varchar(12) REFERENCES accounts (id);
UPDATE access_keys k SET account_id = u.account_id FROM users u WHERE u.id = k.user_id;
ALTER TABLE access_keys ALTER COLUMN account_id SET NOT NULL;
ALTER TABLE access_keys ALTER COLUMN user_id DROP NOT NULL;
CREATE INDEX access_keys_account ON access_keys (account_id);
