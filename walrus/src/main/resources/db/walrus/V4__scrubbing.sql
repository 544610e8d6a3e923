-- CRC-32C of a blob's bytes as they lie in the store, unsigned; null for those that were stored before it was kept.
-- checked_at: when they were last read back; damaged_at: when they were first found not to be what was stored.
alter table blob
    add column crc32c bigint,
    add column checked_at timestamptz,
    add column damaged_at timestamptz,
    add column damage text;
create index blob_to_check on blob (coalesce(checked_at, created_at), blob_id);
create index blob_damaged on blob (damaged_at) where damaged_at is not null;
