-- The volumes that instances of an image begin with. An image whose root disk comes from an object has none.
create table image_disk (
    image_id varchar(64) not null references image (id) on delete cascade,
    device varchar(64) not null,
    snapshot_id varchar(64),
    size_gib integer not null,
    volume_type varchar(16) not null,
    iops integer,
    delete_on_termination boolean not null,
    primary key (image_id, device)
);
create index image_disk_by_snapshot on image_disk (snapshot_id) where snapshot_id is not null;
