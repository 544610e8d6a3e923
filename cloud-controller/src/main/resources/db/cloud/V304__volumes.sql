-- Volumes as users want them and as the EBS controller last reported them. A deleted volume's row goes when its bytes are gone.
create table volume (
    id varchar(64) primary key,
    account_id varchar(12) not null,
    zone varchar(64) not null,
    size_gib integer not null,
    volume_type varchar(16) not null,
    iops integer,
    state varchar(16) not null check (state in ('creating', 'available', 'deleting', 'error')),
    error_message varchar(1024) not null,
    -- Desired: 1 is to exist, 2 is to be gone.
    generation bigint not null,
    client_token varchar(64),
    -- The request's parameters: the same token with others is refused.
    request_text varchar(512) not null,
    created_at timestamptz not null
);

create index volume_by_account on volume (account_id, id);
create unique index volume_client_token on volume (account_id, client_token) where client_token is not null;
create index volume_unfinished on volume (state) where state in ('creating', 'deleting');
