-- A run of bytes in the blob store. It is in use while something refers to it; reference_count is the number of rows
-- of segment, part and image_segment that do.
create table blob (
    blob_id uuid primary key,
    size_bytes bigint not null check (size_bytes >= 0),
    reference_count bigint not null check (reference_count >= 0),
    created_at timestamptz not null,
    unreferenced_since timestamptz
);
create index blob_unreferenced on blob (unreferenced_since) where reference_count = 0;

create table bucket (
    bucket_id bigint generated always as identity primary key,
    name varchar(255) not null unique,
    account_id char(12) not null,
    canonical_id varchar(64) not null,
    owner_name varchar(255) not null,
    region varchar(64) not null,
    created_at timestamptz not null
);
create index bucket_account on bucket (account_id, name);

-- S3 orders keys by their UTF-8 bytes, which is what collation "C" does.
create table object (
    object_id bigint generated always as identity primary key,
    bucket_id bigint not null references bucket,
    object_key text collate "C" not null,
    size_bytes bigint not null check (size_bytes >= 0),
    etag varchar(64) not null,
    -- Headers that are given back on reads, one "name: value" a line.
    headers text not null,
    checksum_algorithm varchar(16),
    checksum_type varchar(16),
    checksum_value varchar(128),
    -- 0 for an object that was put in one request.
    part_count int not null,
    modified_at timestamptz not null,
    unique (bucket_id, object_key)
);

create table segment (
    object_id bigint not null references object,
    position int not null,
    part_number int not null,
    blob_id uuid not null references blob,
    size_bytes bigint not null,
    checksum_value varchar(128),
    primary key (object_id, position)
);
create index segment_blob on segment (blob_id);

create table upload (
    upload_id varchar(64) primary key,
    bucket_id bigint not null references bucket,
    object_key text collate "C" not null,
    headers text not null,
    checksum_algorithm varchar(16),
    checksum_type varchar(16),
    initiated_at timestamptz not null
);
create index upload_bucket on upload (bucket_id, object_key, upload_id);

create table part (
    upload_id varchar(64) not null references upload,
    part_number int not null,
    blob_id uuid not null references blob,
    size_bytes bigint not null,
    etag varchar(64) not null,
    checksum_value varchar(128),
    modified_at timestamptz not null,
    primary key (upload_id, part_number)
);
create index part_blob on part (blob_id);

-- The bytes of a machine image, kept whatever becomes of the object they came from.
create table image (
    image_id varchar(32) primary key,
    format varchar(16) not null,
    size_bytes bigint not null,
    virtual_size_bytes bigint not null,
    sha256 char(64) not null,
    pinned_at timestamptz not null
);

create table image_segment (
    image_id varchar(32) not null references image,
    position int not null,
    blob_id uuid not null references blob,
    size_bytes bigint not null,
    primary key (image_id, position)
);
create index image_segment_blob on image_segment (blob_id);
