-- Snapshots of other zones that volumes here are made of: their copies are waited for. One that should be gone has a row in snapshot.
create table snapshot_elsewhere (
    snapshot_id varchar(32) primary key
);
