alter table bucket add column notification text;

-- What happened to objects and was not told yet. A row is written by the transaction that changed the object, and goes
-- when its destination has taken it.
create table notification (
    notification_id bigint generated always as identity primary key,
    -- As the configuration names it.
    destination varchar(64) not null,
    -- What is told in order: bucket and key.
    subject text not null,
    body text not null,
    attempts int not null default 0,
    created_at timestamptz not null,
    next_attempt_at timestamptz not null
);
create index notification_due on notification (destination, notification_id);
create index notification_age on notification (created_at);
