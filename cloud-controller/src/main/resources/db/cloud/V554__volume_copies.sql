-- A volume that is a copy of another one is made from a snapshot that nobody is shown, which goes when the volume is there.
alter table volume add column source_volume_id varchar(64);
alter table snapshot add column internal boolean not null default false;
create index snapshot_internal on snapshot (id) where internal;
create index volume_being_made_of_snapshot on volume (snapshot_id) where state = 'creating';
