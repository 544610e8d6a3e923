-- The ARN of the key that an import's snapshots are encrypted under; null when they are not.
alter table disk_task add column kms_key_id varchar(512);
