-- Named, versioned sets of RunInstances parameters.
CREATE TABLE launch_templates (
    id              varchar(20)  PRIMARY KEY,
    account_id      varchar(12)  NOT NULL,
    name            varchar(128) NOT NULL,
    created_at      timestamptz  NOT NULL,
    created_by      varchar(255) NOT NULL,
    default_version bigint       NOT NULL,
    latest_version  bigint       NOT NULL,
    -- The number of the last version that was made: numbers of deleted versions are not given again.
    last_number     bigint       NOT NULL,
    UNIQUE (account_id, name)
);

CREATE TABLE launch_template_versions (
    template_id varchar(20)  NOT NULL REFERENCES launch_templates (id) ON DELETE CASCADE,
    version     bigint       NOT NULL,
    description varchar(255) NOT NULL,
    created_at  timestamptz  NOT NULL,
    created_by  varchar(255) NOT NULL,
    -- As a request has them, form-encoded.
    parameters  text         NOT NULL,
    PRIMARY KEY (template_id, version)
);

-- Requests that made something and must not make it twice: the client token of each and what came of it.
CREATE TABLE client_tokens (
    account_id  varchar(12)  NOT NULL,
    action      varchar(64)  NOT NULL,
    token       varchar(128) NOT NULL,
    -- SHA-256 of the request's parameters: the same token with others is refused.
    fingerprint varchar(64)  NOT NULL,
    resource_id varchar(255) NOT NULL,
    at          timestamptz  NOT NULL,
    PRIMARY KEY (account_id, action, token)
);
CREATE INDEX client_tokens_by_time ON client_tokens (at);
