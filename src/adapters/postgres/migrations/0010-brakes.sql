-- Brakes: approvals that do not count yet, what holds a request back, stops, the starts that the hourly cap counts; identifiers that
-- a plan lists; and the order in which the journal was written.

alter table app.request add column next_approval jsonb;
alter table app.request add column held_by text collate "C";

alter table app.identifier add column plan_version integer;

create table app.stop (
  id text collate "C" primary key,
  controller_id text collate "C",
  account_id text collate "C",
  "by" jsonb not null,
  reason text collate "C" not null,
  stopped_at_ms bigint not null,
  lifted_by jsonb,
  lift_reason text collate "C",
  lifted_at_ms bigint
);
create index stop_open on app.stop (stopped_at_ms, id) where lifted_at_ms is null;

create table app.start (
  id text collate "C" primary key,
  cap text collate "C" not null,
  request_id text collate "C" not null,
  generation integer not null,
  at_ms bigint not null,
  unique (request_id, generation)
);
create index start_by_cap on app.start (cap, at_ms, id);

-- One row for each cap: whoever gives out a start holds it.
create table app.cap (
  id text collate "C" primary key
);

-- Several lines of one transaction share an instant, and ids tell no order.
alter table app.journal add column seq bigint generated always as identity;
create index journal_by_request_in_order on app.journal (request_id, seq);
drop index app.journal_by_request;
