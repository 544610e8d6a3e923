-- An image may be kept from being deregistered, and for some time after that was taken back.
alter table image add column protected boolean not null default false;
alter table image add column protected_with_cooldown boolean not null default false;
alter table image add column protected_until timestamptz;

-- A deregistered image may stay for some time, during which its owner can have it back. Its name is free meanwhile.
alter table image drop constraint image_state_check;
alter table image add constraint image_state_check
    check (state in ('pending', 'available', 'disabled', 'failed', 'recycled', 'deregistered'));
alter table image add column recycled_at timestamptz;
alter table image add column leaves_bin_at timestamptz;
alter table image add column state_before_bin varchar(16);
alter table image add column takes_snapshots_along boolean;
create index image_in_bin on image (leaves_bin_at) where state = 'recycled';

drop index image_name;
create unique index image_name on image (account_id, name) where state not in ('recycled', 'deregistered');
