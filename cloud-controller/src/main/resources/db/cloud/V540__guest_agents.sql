-- Whether an agent in the guest listens to its host, as the host said last.
alter table instances add column guest_agent boolean not null default false;
