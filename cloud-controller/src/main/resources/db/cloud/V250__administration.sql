-- What the operator of the cloud lays down for whole accounts.

-- Caps over everybody in an account, its root included: when there are any, one of them must allow.
CREATE TABLE account_policies (
    account_id varchar(12)  NOT NULL REFERENCES accounts (id),
    name       varchar(128) NOT NULL,
    document   text         NOT NULL,
    PRIMARY KEY (account_id, name)
);

-- Quotas that differ from the configuration.
CREATE TABLE account_quotas (
    account_id varchar(12) NOT NULL REFERENCES accounts (id),
    quota      varchar(64) NOT NULL,
    value      bigint      NOT NULL CHECK (value >= 0),
    PRIMARY KEY (account_id, quota)
);

-- Until when the instance's host has credentials of its instance profile; null: it was given none.
ALTER TABLE instances ADD COLUMN credentials_until timestamptz;

-- Quotas count processors and memory as well: from the index alone.
DROP INDEX instances_alive;
CREATE INDEX instances_alive ON instances (account_id) INCLUDE (vcpus, memory_mib) WHERE state <> 'TERMINATED';
CREATE INDEX instances_with_credentials ON instances (zone)
    WHERE profile_association_id IS NOT NULL OR credentials_until IS NOT NULL;
