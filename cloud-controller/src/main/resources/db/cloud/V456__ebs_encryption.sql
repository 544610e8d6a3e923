-- Under which key a volume or snapshot is encrypted, as an ARN; null: it is not.
alter table volume add column kms_key_id varchar(256);
alter table snapshot add column kms_key_id varchar(256);

-- What accounts chose for new volumes; the same as no row: nothing is encrypted unless asked for, under the account's own key.
create table ebs_encryption (
    account_id varchar(12) primary key,
    by_default boolean not null,
    kms_key_id varchar(256)
);
