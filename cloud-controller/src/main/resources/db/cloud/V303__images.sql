-- Machine images. A deregistered image stays until no instance needs its bytes; nobody sees it meanwhile.
create table image (
    id varchar(64) primary key,
    account_id varchar(12) not null,
    -- "amazon" for the images that come with the cloud; what clients look for by that owner.
    owner_alias varchar(32),
    name varchar(128) not null,
    description varchar(255) not null,
    bucket varchar(63) not null,
    object_key varchar(1024) not null,
    architecture varchar(16) not null,
    root_device_name varchar(32) not null,
    state varchar(16) not null check (state in ('pending', 'available', 'failed', 'deregistered')),
    state_reason varchar(1024) not null,
    is_public boolean not null,
    -- Known once the image is available.
    sha256 varchar(64) not null,
    size_bytes bigint not null,
    virtual_size_bytes bigint not null,
    format varchar(16) not null,
    created_at timestamptz not null
);

create unique index image_name on image (account_id, name) where state <> 'deregistered';
create index image_public on image (id) where is_public;
create index image_unfinished on image (state) where state in ('pending', 'deregistered');

-- Who else may launch an image.
create table image_launch_permission (
    image_id varchar(64) not null references image (id) on delete cascade,
    account_id varchar(12) not null,
    primary key (image_id, account_id)
);

create index image_launch_permission_by_account on image_launch_permission (account_id);
