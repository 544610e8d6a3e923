-- What S3 keeps with a bucket beside its objects. Documents as the owner sent them, after they were checked; null where
-- none was set.
alter table bucket
    -- null: never versioned; then Enabled or Suspended.
    add column versioning varchar(16),
    add column object_lock boolean not null default false,
    add column acl text,
    add column policy text,
    add column public_access_block text,
    add column ownership_controls text,
    add column tagging text,
    add column cors text,
    add column lifecycle text,
    add column website text,
    add column logging text,
    add column encryption text,
    add column object_lock_rule text,
    add column request_payment text;
create index bucket_lifecycle on bucket (bucket_id) where lifecycle is not null;

-- A row of object is a version of its key from here on. The version that S3 calls "null" is that of buckets that are not
-- versioned; of the versions of a key the one with the greatest object_id is the newest.
alter table object
    add column version_id varchar(64) not null default 'null',
    add column is_latest boolean not null default true,
    add column delete_marker boolean not null default false,
    add column owner_account varchar(12),
    add column owner_id varchar(64),
    add column owner_name varchar(255),
    add column acl text,
    add column tags text,
    add column storage_class varchar(32) not null default 'STANDARD',
    -- How the bytes are encrypted, with the wrapped key; null: they are not.
    add column encryption text,
    add column lock_mode varchar(16),
    add column lock_until timestamptz,
    add column legal_hold boolean not null default false,
    -- The multipart upload that it came from, so that completing that once more gives the same answer.
    add column upload_id varchar(64);
update object set owner_account = bucket.account_id, owner_id = bucket.canonical_id, owner_name = bucket.owner_name
    from bucket where bucket.bucket_id = object.bucket_id;
alter table object
    alter column owner_account set not null,
    alter column owner_id set not null,
    alter column owner_name set not null,
    drop constraint object_bucket_id_object_key_key;
create unique index object_version on object (bucket_id, object_key, version_id);
-- What listings show and reads find.
create unique index object_listed on object (bucket_id, object_key) where is_latest and not delete_marker;
create unique index object_marked on object (bucket_id, object_key) where is_latest and delete_marker;

alter table upload
    add column owner_account varchar(12),
    add column owner_id varchar(64),
    add column owner_name varchar(255),
    add column acl text,
    add column tags text,
    add column storage_class varchar(32) not null default 'STANDARD',
    add column encryption text,
    add column lock_mode varchar(16),
    add column lock_until timestamptz,
    add column legal_hold boolean not null default false;
update upload set owner_account = bucket.account_id, owner_id = bucket.canonical_id, owner_name = bucket.owner_name
    from bucket where bucket.bucket_id = upload.bucket_id;
alter table upload
    alter column owner_account set not null,
    alter column owner_id set not null,
    alter column owner_name set not null;

-- Where the key stream of an encrypted blob begins, 16 bytes as Base64; null where it is not encrypted.
alter table segment add column nonce varchar(32);
alter table part add column nonce varchar(32);
