-- Replacements of the root volumes of running instances. Those that are over stay for a while, for who asks.
create table root_replacement (
    id varchar(64) primary key,
    account_id varchar(12) not null,
    instance_id varchar(64) not null,
    -- What the request named; none: the state at launch.
    snapshot_id varchar(64),
    image_id varchar(64),
    delete_replaced boolean not null,
    replaced_volume_id varchar(64) not null,
    volume_id varchar(64) not null,
    -- What the instance's first root volume was made from; null when it was empty.
    launch_snapshot_id varchar(64),
    state varchar(16) not null check (state in ('pending', 'in-progress', 'succeeded', 'failed')),
    -- Whether the guest is off, and whether the volumes have changed places.
    resting boolean not null,
    swapped boolean not null,
    reason varchar(1024) not null,
    started_at timestamptz not null,
    completed_at timestamptz
);

create unique index root_replacement_under_way on root_replacement (instance_id) where completed_at is null;
create index root_replacement_of_instance on root_replacement (instance_id, started_at);
create index root_replacement_of_account on root_replacement (account_id, id);
create index root_replacement_over on root_replacement (completed_at);
