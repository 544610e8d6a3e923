-- What users choose of an instance beside its options; see InstanceChoices.
ALTER TABLE instances ADD COLUMN cpu_unlimited          boolean NOT NULL DEFAULT false;
ALTER TABLE instances ADD COLUMN auto_recovery_disabled boolean NOT NULL DEFAULT false;
ALTER TABLE instances ADD COLUMN resource_named         boolean NOT NULL DEFAULT false;

-- What an account has chosen for its launches; what stands nowhere is as AWS has it.
CREATE TABLE account_settings (
    account_id varchar(12) NOT NULL,
    name       varchar(64) NOT NULL,
    value      varchar(64) NOT NULL,
    PRIMARY KEY (account_id, name)
);
