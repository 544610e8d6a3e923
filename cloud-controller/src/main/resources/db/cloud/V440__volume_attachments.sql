-- Volumes as instances have them. The EBS controller serves a volume under a name that only the instance's host is told.
alter table volume drop constraint volume_state_check;
alter table volume add constraint volume_state_check
    check (state in ('creating', 'available', 'in-use', 'deleting', 'error'));
alter table volume add column snapshot_id varchar(64);
-- Whether the EBS controller has reported this generation.
alter table volume add column settled boolean not null default true;
update volume set settled = false where state in ('creating', 'deleting');
alter table volume add column export_name varchar(64) not null default '';
drop index volume_unfinished;
create index volume_unsettled on volume (created_at) where not settled;

create table volume_attachment (
    volume_id varchar(64) primary key references volume on delete cascade,
    instance_id varchar(64) not null,
    device varchar(64) not null,
    state varchar(16) not null check (state in ('attaching', 'attached', 'detaching')),
    delete_on_termination boolean not null,
    attached_at timestamptz not null,
    -- Where the volume is served to the instance's host; null until the EBS controller has said so.
    export_path text
);
create unique index volume_attachment_device on volume_attachment (instance_id, device);
