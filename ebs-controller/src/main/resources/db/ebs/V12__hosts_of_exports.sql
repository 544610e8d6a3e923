-- Which host each of a volume's exports is for, as NAME=HOST with spaces between them; a name that is not here is good for every host.
alter table volume add column export_hosts text not null default '';
