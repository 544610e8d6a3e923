-- The further zones in which an account was given a default subnet, once: one that its user deleted does not come back.
create table network_account_zones (
    account_id varchar(12) not null references network_accounts on delete cascade,
    zone varchar(64) not null,
    primary key (account_id, zone)
);
