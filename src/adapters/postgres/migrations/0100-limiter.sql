-- What the limiter must not forget: holds, budgets of an hour or more, and, where there is no Redis, the blocks of short windows
-- that processes have leased. Instants are of the application's clock. Keys name accounts and buckets, no person.

-- Nothing of this key before until_ms.
create table app.limiter_hold (
  key text collate "C" primary key,
  until_ms bigint not null
);

-- Calls counted by slice of the window: a slice counts until its last moment has left the window.
create table app.limiter_budget (
  key text collate "C" not null,
  slice_start_ms bigint not null,
  taken bigint not null,
  primary key (key, slice_start_ms)
);

-- A block may be spent by the process that leased it until until_ms, and counts until a window later.
create table app.limiter_block (
  id bigint generated always as identity primary key,
  key text collate "C" not null,
  until_ms bigint not null,
  amount bigint not null
);
create index limiter_block_by_key on app.limiter_block (key, until_ms);
