-- The key of an encrypted disk, wrapped by the master key, which is not in the database. Each volume and snapshot has its own
-- copy of the key that it shares with what it was made from, and loses it when it is deleted.
alter table volume add column kms_key_id varchar(256) not null default '';
alter table volume add column wrapped_key varchar(256) not null default '';
alter table snapshot add column kms_key_id varchar(256) not null default '';
alter table snapshot add column wrapped_key varchar(256) not null default '';
