-- Whom not to write to any more. The digest is a keyed HMAC per controller: a row names nobody, and can only be asked for.
create table app.suppression (
  id text collate "C" primary key,
  controller_id text collate "C" not null,
  digest text collate "C" not null,
  purpose text collate "C" not null,
  ground text collate "C" not null,
  request_id text collate "C" not null,
  accounts text[] not null,
  created_at_ms bigint not null,
  review_at_ms bigint not null,
  is_review_announced boolean not null,
  lifted_at_ms bigint,
  unique (controller_id, digest, purpose)
);

create index suppression_review on app.suppression (review_at_ms) where not is_review_announced and lifted_at_ms is null;
