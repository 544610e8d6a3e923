-- Who may use the cloud, with which keys, and which hosts may join it.

CREATE TABLE accounts (
    id           varchar(12) PRIMARY KEY,
    name         varchar(63) NOT NULL UNIQUE,
    -- The account's id in S3: 64 hexadecimal digits.
    canonical_id varchar(64) NOT NULL UNIQUE,
    -- The cloud's own account, which may read every image.
    system       boolean     NOT NULL,
    created_at   timestamptz NOT NULL
);

CREATE TABLE users (
    id         varchar(32)  PRIMARY KEY,
    account_id varchar(12)  NOT NULL REFERENCES accounts (id),
    name       varchar(64)  NOT NULL,
    path       varchar(512) NOT NULL,
    created_at timestamptz  NOT NULL
);
-- IAM keeps the case of a name and yet refuses a second one that differs in case only.
CREATE UNIQUE INDEX users_name ON users (account_id, lower(name));

CREATE TABLE access_keys (
    id            varchar(32) PRIMARY KEY,
    user_id       varchar(32) NOT NULL REFERENCES users (id),
    -- AES-256-GCM under the master key, which is not in the database.
    sealed_secret bytea       NOT NULL,
    active        boolean     NOT NULL,
    created_at    timestamptz NOT NULL
);
CREATE INDEX access_keys_user ON access_keys (user_id);

CREATE TABLE join_tokens (
    -- SHA-256 of the token's secret: who reads the database cannot join.
    secret_sha256 varchar(64) PRIMARY KEY,
    zone          varchar(64) NOT NULL,
    expires_at    timestamptz NOT NULL,
    uses_left     integer     NOT NULL CHECK (uses_left >= 0),
    created_at    timestamptz NOT NULL
);
