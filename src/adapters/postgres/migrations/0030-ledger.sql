-- One log for each controller. The row is the checkpoint; the objects are copies of it, repaired forward.
create table app.ledger (
  id text collate "C" primary key,
  origin text collate "C" not null,
  size bigint not null,
  root text collate "C" not null,
  checkpoint bytea not null,
  is_finished boolean not null,
  stopped_by text collate "C",
  updated_at_ms bigint not null
);

alter table app.leaf add column seq bigint generated always as identity;
alter table app.leaf add column log_index bigint;
alter table app.leaf alter column request_id drop not null;
alter table app.leaf alter column record_sha256 drop not null;
create index leaf_place on app.leaf (controller_id, log_index) where log_index is not null;
drop index app.leaf_unsequenced;
create index leaf_unsequenced on app.leaf (controller_id, seq) where sequenced_at_ms is null;
