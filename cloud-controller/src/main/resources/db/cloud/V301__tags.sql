-- Tags belong to the account that set them: another account's tags on a shared image are its own.
create table tag (
    account_id varchar(12) not null,
    resource_id varchar(64) not null,
    key varchar(127) not null,
    value varchar(255) not null,
    resource_type varchar(64) not null,
    primary key (account_id, resource_id, key)
);

create index tag_by_key on tag (account_id, key);
