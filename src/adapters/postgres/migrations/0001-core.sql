-- The rows of src/ports/rows.ts, one table each. Text is compared by its bytes ("C"): the same order everywhere, and indexes that
-- an upgrade of the C library cannot break.

create table app.setting (
  name text collate "C" primary key,
  value text collate "C" not null
);

create table app.request (
  id text collate "C" primary key,
  controller_id text collate "C" not null,
  "right" text collate "C" not null,
  mode text collate "C" not null,
  state text collate "C" not null,
  capacity text collate "C" not null,
  instruction_id text collate "C",
  language text collate "C" not null,
  channel text collate "C" not null,
  external_reference text collate "C",
  duplicate_of text collate "C",
  callback_url text collate "C",
  created_by jsonb not null,
  submitted_at_ms bigint,
  received_at_ms bigint not null,
  due_at_ms bigint not null,
  due_date text collate "C" not null,
  identity_check jsonb,
  round integer not null,
  generation integer not null,
  wave integer not null,
  plan_version integer not null,
  plan_hash text collate "C",
  approval jsonb,
  result text collate "C",
  sealed_intake bytea,
  wrapped_key bytea not null,
  master_key_id text collate "C" not null,
  next_action_at_ms bigint,
  issued_at_db_ms bigint,
  issue integer not null,
  reminded_days integer,
  delivery jsonb,
  answered_at_ms bigint,
  closed_at_ms bigint
);

create table app.identifier (
  id text collate "C" primary key,
  request_id text collate "C" not null,
  kind text collate "C" not null,
  digest text collate "C" not null,
  lookup_digest text collate "C",
  sealed_value bytea not null,
  source text collate "C" not null,
  leg_id text collate "C",
  is_certain boolean not null,
  reason text collate "C",
  round integer not null,
  unique (request_id, kind, digest)
);

create table app.leg (
  id text collate "C" primary key,
  request_id text collate "C" not null,
  controller_id text collate "C" not null,
  account_id text collate "C" not null,
  connector_id text collate "C" not null,
  generation integer not null,
  wave integer not null,
  state text collate "C" not null,
  parked_reason text collate "C",
  return_to text collate "C",
  stage text collate "C",
  round integer not null,
  epoch integer not null,
  lease_until_db_ms bigint,
  next_action_at_ms bigint,
  issued_at_db_ms bigint,
  admitted_at_db_ms bigint,
  issue integer not null,
  tries integer not null,
  error_code text collate "C",
  failing_since_ms bigint,
  looks integer not null,
  absences integer not null,
  attempts integer not null,
  parts jsonb not null,
  readbacks jsonb not null,
  unavailable jsonb not null,
  searched_at_ms bigint,
  first_at_ms bigint,
  last_at_ms bigint,
  unique (request_id, account_id, generation)
);

create table app.record (
  id text collate "C" primary key,
  request_id text collate "C" not null,
  leg_id text collate "C" not null,
  part text collate "C" not null,
  ref_digest text collate "C" not null,
  parent_ref_digest text collate "C",
  is_certain boolean not null,
  reason text collate "C",
  decision text collate "C",
  law text collate "C",
  until_ms bigint,
  created_at_ms bigint,
  round integer not null,
  plan_version integer,
  sealed_record bytea not null,
  unique (leg_id, part, ref_digest)
);

create table app.plan (
  id text collate "C" primary key,
  request_id text collate "C" not null,
  version integer not null,
  hash text collate "C" not null,
  sealed_plan bytea not null,
  created_at_ms bigint not null,
  unique (request_id, version)
);

create table app.effect (
  id text collate "C" primary key,
  request_id text collate "C" not null,
  leg_id text collate "C" not null,
  account_id text collate "C" not null,
  connector_id text collate "C" not null,
  "right" text collate "C" not null,
  generation integer not null,
  step text collate "C" not null,
  part text collate "C" not null,
  target_digest text collate "C" not null,
  sealed_target bytea not null,
  after text[] collate "C" not null,
  is_released boolean not null,
  state text collate "C" not null,
  was_already boolean not null,
  batch_cap integer,
  call_id text collate "C",
  sealed_job_ref bytea,
  finishes_by_ms bigint,
  tries integer not null,
  error_code text collate "C",
  ready_at_ms bigint not null,
  next_action_at_ms bigint,
  settled_at_ms bigint,
  unique (leg_id, step, target_digest)
);

create table app.call (
  id text collate "C" primary key,
  account_id text collate "C" not null,
  connector_id text collate "C" not null,
  step text collate "C" not null,
  kind text collate "C" not null,
  members integer not null,
  state text collate "C" not null,
  sent_at_ms bigint not null,
  lease_until_db_ms bigint not null,
  settled_at_ms bigint
);

create table app.journal (
  id text collate "C" primary key,
  request_id text collate "C" not null,
  leg_id text collate "C",
  at_ms bigint not null,
  actor jsonb not null,
  kind text collate "C" not null,
  detail jsonb not null,
  sealed_reason bytea
);

create table app.outbox (
  id text collate "C" primary key,
  kind text collate "C" not null,
  controller_id text collate "C" not null,
  request_id text collate "C",
  account_id text collate "C",
  body jsonb not null,
  created_at_db_ms bigint not null,
  published_at_db_ms bigint,
  tries integer not null,
  not_before_ms bigint
);

create table app.leaf (
  id text collate "C" primary key,
  controller_id text collate "C" not null,
  request_id text collate "C" not null,
  kind text collate "C" not null,
  record_sha256 text collate "C" not null,
  body jsonb not null,
  created_at_ms bigint not null,
  sequenced_at_ms bigint
);

create table app.parcel (
  id text collate "C" primary key,
  request_id text collate "C" not null,
  leg_id text collate "C" not null,
  object_key text collate "C" not null,
  sha256 text collate "C" not null,
  object_bytes bigint not null,
  counts jsonb not null,
  created_at_ms bigint not null,
  unique (object_key)
);

create table app.seal (
  id text collate "C" primary key,
  request_id text collate "C" not null,
  generation integer not null,
  record_sha256 text collate "C" not null,
  envelope bytea not null,
  sealed_evidence bytea not null,
  archive_key text collate "C",
  archive_sha256 text collate "C",
  archive_bytes bigint,
  sealed_at_ms bigint not null,
  archive_expires_at_ms bigint,
  unique (request_id, generation)
);

create table app.recheck (
  id text collate "C" primary key,
  request_id text collate "C" not null,
  account_id text collate "C" not null,
  generation integer not null,
  why text collate "C" not null,
  due_at_ms bigint not null,
  state text collate "C" not null,
  unique (request_id, account_id, generation)
);

create table app.api_key (
  id text collate "C" primary key,
  controller_id text collate "C",
  role text collate "C" not null,
  label text collate "C" not null,
  key_digest text collate "C" not null,
  created_at_ms bigint not null,
  revoked_at_ms bigint,
  unique (key_digest)
);

create table app.idempotency (
  id text collate "C" primary key,
  controller_id text collate "C" not null,
  key_digest text collate "C" not null,
  body_digest text collate "C" not null,
  request_id text collate "C" not null,
  expires_at_ms bigint not null,
  unique (controller_id, key_digest)
);
