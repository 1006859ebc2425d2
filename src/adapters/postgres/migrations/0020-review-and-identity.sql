-- What a reviewer took out of a copy before it goes to the person. Where it is, is named by place and position; paths are sealed.
create table app.redaction (
  id text collate "C" primary key,
  request_id text collate "C" not null,
  leg_id text collate "C" not null,
  parcel_id text collate "C" not null,
  part text collate "C" not null,
  kind text collate "C" not null,
  position integer not null,
  path_digest text collate "C" not null,
  sealed_path bytea,
  reason text collate "C" not null,
  by jsonb not null,
  at_ms bigint not null,
  unique (parcel_id, part, kind, position, path_digest)
);

create index redaction_request on app.redaction (request_id);

-- Links by which a person proves that an address is theirs. Neither the link nor its code can be made from a row.
create table app.identity_link (
  id text collate "C" primary key,
  request_id text collate "C" not null,
  token_digest text collate "C" not null,
  code_digest text collate "C",
  created_by jsonb not null,
  created_at_ms bigint not null,
  expires_at_ms bigint not null,
  failures integer not null,
  closed_at_ms bigint,
  unique (token_digest)
);

create index identity_link_request on app.identity_link (request_id);

-- The highest level of identity that a key may vouch for; null goes by the key's role.
alter table app.api_key add column vouches_level integer;
