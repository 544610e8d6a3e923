-- Every change of a volume takes the next number of this sequence while it holds the one row of change_order, so that
-- numbers become visible in their own order and a watcher that has seen one has seen all before it.
create table change_order (
    last_sequence bigint not null
);
insert into change_order values (0);

create table volume (
    volume_id varchar(32) primary key,
    generation bigint not null,
    desired_deleted boolean not null,
    account_id varchar(12) not null,
    size_gib int not null check (size_gib between 1 and 65536),
    volume_type varchar(16) not null,
    zone varchar(64) not null,
    state varchar(16) not null,
    error_message text not null default '',
    sequence bigint not null unique,
    changed_at timestamptz not null
);
create index volume_unfinished on volume (sequence) where state in ('CREATING', 'DELETING');
