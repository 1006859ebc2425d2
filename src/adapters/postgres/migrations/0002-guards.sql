-- What the database refuses whoever asks: a step that the state tables do not know, and a change of the journal.

-- Rows are made from the TypeScript state tables at every migration. from_state is empty for the state in which a row may begin;
-- an edge with is_return leads back from parked, and only to the row's own return_to.
create table app.state_edge (
  machine text collate "C" not null,
  from_state text collate "C" not null,
  to_state text collate "C" not null,
  is_return boolean not null,
  primary key (machine, from_state, to_state)
);

create function app.check_state() returns trigger language plpgsql as $$
declare
  machine_name text := tg_argv[0];
  before_state text := '';
  return_state text := null;
begin
  if tg_op = 'UPDATE' then
    before_state := old.state;
    if machine_name = 'leg' then
      return_state := old.return_to;
    end if;
  end if;
  perform 1 from app.state_edge
    where machine = machine_name and from_state = before_state and to_state = new.state
      and (not is_return or to_state = return_state);
  if not found then
    raise exception '%: no step from % to %', machine_name, coalesce(nullif(before_state, ''), 'nothing'), new.state
      using errcode = 'HB001';
  end if;
  return new;
end
$$;

create trigger check_state_insert before insert on app.request
  for each row execute function app.check_state('request');
create trigger check_state_update before update of state on app.request
  for each row when (old.state is distinct from new.state) execute function app.check_state('request');
create trigger check_state_insert before insert on app.leg
  for each row execute function app.check_state('leg');
create trigger check_state_update before update of state on app.leg
  for each row when (old.state is distinct from new.state) execute function app.check_state('leg');
create trigger check_state_insert before insert on app.effect
  for each row execute function app.check_state('effect');
create trigger check_state_update before update of state on app.effect
  for each row when (old.state is distinct from new.state) execute function app.check_state('effect');

-- The journal grows only. A whole request may be shredded, by the function below.
create function app.refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.request_id = current_setting('app.shredding', true) then
    return old;
  end if;
  raise exception 'the journal is append-only' using errcode = 'HB002';
end
$$;

create trigger append_only before update or delete on app.journal
  for each row execute function app.refuse_change();

create function app.refuse_truncate() returns trigger language plpgsql as $$
begin
  raise exception 'the journal is append-only' using errcode = 'HB002';
end
$$;

create trigger never_emptied before truncate on app.journal
  for each statement execute function app.refuse_truncate();

create function app.shred_journal(shredded_request_id text) returns integer language plpgsql as $$
declare
  shredded integer;
begin
  perform set_config('app.shredding', shredded_request_id, true);
  delete from app.journal where request_id = shredded_request_id;
  get diagnostics shredded = row_count;
  perform set_config('app.shredding', '', true);
  return shredded;
end
$$;

-- Raises when a statement did not touch as many rows as it meant to, so that the transaction ends and the caller is told.
create function app.expect_rows(touched bigint, wanted bigint) returns void language plpgsql as $$
begin
  if touched <> wanted then
    raise exception 'no such row' using errcode = 'HB003';
  end if;
end
$$;
