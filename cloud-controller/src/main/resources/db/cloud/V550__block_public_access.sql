-- Whether an account may make its images and snapshots public; an account without a row may.
create table public_access (
    account_id varchar(12) primary key,
    images varchar(32) not null check (images in ('unblocked', 'block-new-sharing')),
    snapshots varchar(32) not null check (snapshots in ('unblocked', 'block-new-sharing', 'block-all-sharing'))
);
