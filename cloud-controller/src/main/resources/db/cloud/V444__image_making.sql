-- Images that are being made of instances, until the image has all its snapshots.
create table image_making (
    image_id varchar(64) primary key references image (id) on delete cascade,
    account_id varchar(12) not null,
    instance_id varchar(64) not null,
    -- Whether the instance's guest is off meanwhile.
    shut_down boolean not null,
    -- The volume that the instance's host copies its root disk to; null when the root disk is a volume.
    target_id varchar(64),
    step varchar(16) not null check (step in ('copying', 'copied', 'taken')),
    description varchar(255) not null,
    -- Given to the snapshots.
    snapshot_tags text not null,
    started_at timestamptz not null
);
create index image_making_by_instance on image_making (instance_id, started_at);

-- What the image will begin with.
create table image_making_disk (
    image_id varchar(64) not null references image_making (image_id) on delete cascade,
    device varchar(64) not null,
    -- The volume that a snapshot is to be taken of.
    volume_id varchar(64),
    snapshot_id varchar(64),
    size_gib integer not null,
    volume_type varchar(16) not null,
    iops integer,
    delete_on_termination boolean not null,
    primary key (image_id, device)
);

-- Volumes that are the cloud's own work and shown to nobody.
alter table volume add column internal boolean not null default false;
alter table volume_attachment drop constraint volume_attachment_state_check;
alter table volume_attachment add constraint volume_attachment_state_check
    check (state in ('attaching', 'attached', 'detaching', 'filling'));
