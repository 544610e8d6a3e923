-- What users prove themselves with apart from access keys, and what else IAM keeps for an account.

CREATE TABLE login_profiles (
    user_id        varchar(32)  PRIMARY KEY REFERENCES users (id),
    -- Argon2id in the PHC string format.
    password_hash  varchar(255) NOT NULL,
    reset_required boolean      NOT NULL,
    created_at     timestamptz  NOT NULL,
    changed_at     timestamptz  NOT NULL
);

-- Hashes of earlier passwords, as many as the account's password policy remembers.
CREATE TABLE earlier_passwords (
    user_id       varchar(32)  NOT NULL REFERENCES users (id),
    replaced_at   timestamptz  NOT NULL,
    password_hash varchar(255) NOT NULL,
    PRIMARY KEY (user_id, replaced_at)
);

CREATE TABLE password_policies (
    account_id           varchar(12) PRIMARY KEY REFERENCES accounts (id),
    minimum_length       integer     NOT NULL,
    require_symbols      boolean     NOT NULL,
    require_numbers      boolean     NOT NULL,
    require_uppercase    boolean     NOT NULL,
    require_lowercase    boolean     NOT NULL,
    users_may_change     boolean     NOT NULL,
    -- 0: passwords do not expire.
    max_age_days         integer     NOT NULL,
    -- 0: earlier passwords may be used again.
    remembered_passwords integer     NOT NULL,
    hard_expiry          boolean     NOT NULL
);

CREATE TABLE mfa_devices (
    id           varchar(32)  PRIMARY KEY,
    account_id   varchar(12)  NOT NULL REFERENCES accounts (id),
    name         varchar(226) NOT NULL,
    path         varchar(512) NOT NULL,
    -- The TOTP secret, sealed as access keys are.
    sealed_seed  bytea        NOT NULL,
    -- The user it is enabled for; none while it is not assigned.
    user_id      varchar(32)  REFERENCES users (id),
    enabled_at   timestamptz,
    -- The time step of the last code that was accepted, so that no code works twice, and how far its clock is off.
    last_step    bigint       NOT NULL,
    drift_steps  bigint       NOT NULL,
    created_at   timestamptz  NOT NULL
);
CREATE UNIQUE INDEX mfa_devices_name ON mfa_devices (account_id, lower(name));
CREATE INDEX mfa_devices_user ON mfa_devices (user_id);

CREATE TABLE server_certificates (
    id          varchar(32)  PRIMARY KEY,
    account_id  varchar(12)  NOT NULL REFERENCES accounts (id),
    name        varchar(128) NOT NULL,
    path        varchar(512) NOT NULL,
    certificate text         NOT NULL,
    chain       text,
    sealed_key  bytea        NOT NULL,
    expires_at  timestamptz  NOT NULL,
    created_at  timestamptz  NOT NULL
);
CREATE UNIQUE INDEX server_certificates_name ON server_certificates (account_id, lower(name));

-- X.509 certificates (kind SIGNING) and public keys (kind SSH) of users.
CREATE TABLE user_public_keys (
    id          varchar(32) PRIMARY KEY,
    user_id     varchar(32) NOT NULL REFERENCES users (id),
    kind        varchar(8)  NOT NULL,
    body        text        NOT NULL,
    fingerprint varchar(64) NOT NULL,
    active      boolean     NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE INDEX user_public_keys_user ON user_public_keys (user_id);

CREATE TABLE account_aliases (
    -- AWS allows one per account.
    account_id varchar(12) PRIMARY KEY REFERENCES accounts (id),
    alias      varchar(63) NOT NULL UNIQUE
);

CREATE TABLE credential_reports (
    account_id   varchar(12) PRIMARY KEY REFERENCES accounts (id),
    content      text        NOT NULL,
    generated_at timestamptz NOT NULL
);

CREATE TABLE oidc_providers (
    id          varchar(32)  PRIMARY KEY,
    account_id  varchar(12)  NOT NULL REFERENCES accounts (id),
    -- Without the scheme, as it stands in the ARN.
    url         varchar(255) NOT NULL,
    -- Lines.
    client_ids  text         NOT NULL,
    thumbprints text         NOT NULL,
    created_at  timestamptz  NOT NULL,
    UNIQUE (account_id, url)
);
