-- Links by which a person fetches an archive. Neither the link nor its code can be made from a row.
create table app.archive_link (
  id text collate "C" primary key,
  request_id text collate "C" not null,
  token_digest text collate "C" not null,
  code_digest text collate "C" not null,
  created_by jsonb not null,
  created_at_ms bigint not null,
  expires_at_ms bigint not null,
  failures integer not null,
  opened_at_db_ms bigint,
  session_digest text collate "C",
  revoked_at_ms bigint,
  unique (token_digest)
);

create index archive_link_request on app.archive_link (request_id);
