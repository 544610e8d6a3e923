-- Only public keys are kept: a private key is in the answer to CreateKeyPair and nowhere else.
create table key_pair (
    id varchar(64) primary key,
    account_id varchar(12) not null,
    name varchar(255) not null,
    key_type varchar(16) not null,
    fingerprint varchar(128) not null,
    -- One line in OpenSSH form.
    public_key text not null,
    created_at timestamptz not null,
    unique (account_id, name)
);
