-- Everything of IAM beyond users and keys. Ids are IAM's unique ids (AIDA… users, AGPA… groups, AROA… roles, ANPA…
-- policies, AIPA… instance profiles), so that one column can name any of them.

ALTER TABLE users ADD COLUMN boundary_arn varchar(2048);
ALTER TABLE users ADD COLUMN password_last_used_at timestamptz;

ALTER TABLE access_keys ADD COLUMN last_used_at timestamptz;
ALTER TABLE access_keys ADD COLUMN last_used_service varchar(64);
ALTER TABLE access_keys ADD COLUMN last_used_region varchar(64);

CREATE TABLE user_groups (
    id         varchar(32)  PRIMARY KEY,
    account_id varchar(12)  NOT NULL REFERENCES accounts (id),
    name       varchar(128) NOT NULL,
    path       varchar(512) NOT NULL,
    created_at timestamptz  NOT NULL
);
CREATE UNIQUE INDEX user_groups_name ON user_groups (account_id, lower(name));

CREATE TABLE group_members (
    group_id varchar(32) NOT NULL REFERENCES user_groups (id),
    user_id  varchar(32) NOT NULL REFERENCES users (id),
    added_at timestamptz NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_user ON group_members (user_id);

CREATE TABLE roles (
    id                  varchar(32)   PRIMARY KEY,
    account_id          varchar(12)   NOT NULL REFERENCES accounts (id),
    name                varchar(64)   NOT NULL,
    path                varchar(512)  NOT NULL,
    trust_policy        text          NOT NULL,
    description         varchar(1000) NOT NULL,
    max_session_seconds integer       NOT NULL CHECK (max_session_seconds BETWEEN 3600 AND 43200),
    boundary_arn        varchar(2048),
    created_at          timestamptz   NOT NULL,
    last_used_at        timestamptz,
    last_used_region    varchar(64)
);
CREATE UNIQUE INDEX roles_name ON roles (account_id, lower(name));

CREATE TABLE instance_profiles (
    id         varchar(32)  PRIMARY KEY,
    account_id varchar(12)  NOT NULL REFERENCES accounts (id),
    name       varchar(128) NOT NULL,
    path       varchar(512) NOT NULL,
    -- AWS allows one role at most.
    role_id    varchar(32)  REFERENCES roles (id),
    created_at timestamptz  NOT NULL
);
CREATE UNIQUE INDEX instance_profiles_name ON instance_profiles (account_id, lower(name));
CREATE INDEX instance_profiles_role ON instance_profiles (role_id);

CREATE TABLE managed_policies (
    id              varchar(32)   PRIMARY KEY,
    account_id      varchar(12)   NOT NULL REFERENCES accounts (id),
    name            varchar(128)  NOT NULL,
    path            varchar(512)  NOT NULL,
    description     varchar(1000) NOT NULL,
    default_version integer       NOT NULL,
    last_version    integer       NOT NULL,
    created_at      timestamptz   NOT NULL,
    updated_at      timestamptz   NOT NULL
);
CREATE UNIQUE INDEX managed_policies_name ON managed_policies (account_id, lower(name));

CREATE TABLE managed_policy_versions (
    policy_id  varchar(32) NOT NULL REFERENCES managed_policies (id),
    number     integer     NOT NULL,
    document   text        NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (policy_id, number)
);

-- By ARN, because the policies that come with the cloud (arn:aws:iam::aws:policy/…) have no row.
CREATE TABLE policy_attachments (
    principal_id varchar(32)   NOT NULL,
    policy_arn   varchar(2048) NOT NULL,
    account_id   varchar(12)   NOT NULL REFERENCES accounts (id),
    attached_at  timestamptz   NOT NULL,
    PRIMARY KEY (principal_id, policy_arn)
);
CREATE INDEX policy_attachments_policy ON policy_attachments (account_id, policy_arn);

CREATE TABLE inline_policies (
    principal_id varchar(32)  NOT NULL,
    name         varchar(128) NOT NULL,
    document     text         NOT NULL,
    PRIMARY KEY (principal_id, name)
);

CREATE TABLE iam_tags (
    owner_id varchar(32)  NOT NULL,
    key      varchar(128) NOT NULL,
    value    varchar(256) NOT NULL,
    PRIMARY KEY (owner_id, key)
);
-- Keys of IAM's tags keep their case and yet are the same when they differ in case only.
CREATE UNIQUE INDEX iam_tags_key ON iam_tags (owner_id, lower(key));

-- Until now every user might do everything in the account. Those who are there keep it, by a policy that their
-- administrator can see and detach.
INSERT INTO policy_attachments (principal_id, policy_arn, account_id, attached_at)
SELECT id, 'arn:aws:iam::aws:policy/AdministratorAccess', account_id, now() FROM users;
