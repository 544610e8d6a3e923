-- From when on an image is shown to its owner only, unless it is asked for; and images that their owner has switched off.
alter table image add column deprecate_at timestamptz;
alter table image drop constraint image_state_check;
alter table image add constraint image_state_check
    check (state in ('pending', 'available', 'disabled', 'failed', 'deregistered'));
