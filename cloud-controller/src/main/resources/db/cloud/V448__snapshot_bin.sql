-- A deleted snapshot may stay for some time, during which its owner can have it back.
alter table snapshot drop constraint snapshot_state_check;
alter table snapshot add constraint snapshot_state_check
    check (state in ('pending', 'completed', 'error', 'recycled', 'deleting'));
alter table snapshot add column recycled_at timestamptz;
alter table snapshot add column leaves_bin_at timestamptz;
create index snapshot_in_bin on snapshot (leaves_bin_at) where state = 'recycled';
