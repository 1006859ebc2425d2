export const NOW = 1_790_000_000_000

/**
 * 100,000 requests of which half are answered, two legs each, an effect, a journal entry and an outbox row each. Of the open ones
 * few are due, as on any day: their next action lies ahead.
 */
export const FILL = [
  `insert into app.request (id, controller_id, "right", mode, state, capacity, language, channel, created_by, received_at_ms, due_at_ms,
     due_date, round, generation, wave, plan_version, wrapped_key, master_key_id, issue, next_action_at_ms)
   select 'request-' || n, 'c-' || n % 10, 'erasure', 'full',
     case when n > 50000 then 'answered' when n % 500 = 0 then 'awaiting_review' else 'discovering' end,
     'controller', 'nl', 'portal', '{}', ${NOW} - n, ${NOW} + n, '2026-12-28', 1, 0, 0, 0, '', 'm', 0,
     case when n > 50000 then null when n % 200 = 0 then ${NOW} - n else ${NOW} + n * 1000 end
   from generate_series(1, 100000) n`,
  `insert into app.leg (id, request_id, controller_id, account_id, connector_id, generation, wave, state, round, epoch, issue, tries, looks,
     absences, attempts, parts, readbacks, unavailable, next_action_at_ms, issued_at_db_ms, lease_until_db_ms)
   select 'leg-' || n, 'request-' || n / 2, 'c-' || n / 2 % 10, 'a-' || n % 20, 'hubspot', 0, 0,
     case when n > 100000 then 'settled' when n % 1000 = 0 then 'parked' else 'discovering' end, 1, 0, 0, 0, 0, 0, 0, '[]', '[]', '[]',
     case when n > 100000 or n % 1000 = 0 then null when n % 201 = 3 then ${NOW} - n else ${NOW} + n * 1000 end,
     case when n <= 100000 and n % 300 = 1 then ${NOW} - n end,
     case when n % 400 = 7 then ${NOW} + 30000 - case when n > 50000 then 60000 else 0 end end
   from generate_series(1, 200000) n`,
  `insert into app.identifier (id, request_id, kind, digest, lookup_digest, sealed_value, source, is_certain, round)
   select 'identifier-' || n, 'request-' || n, 'email', 'd', 'lookup-' || n, '', 'intake', true, 1 from generate_series(1, 100000) n`,
  `insert into app.record (id, request_id, leg_id, part, ref_digest, is_certain, round, sealed_record)
   select 'record-' || n, 'request-' || n / 2, 'leg-' || n, 'contact', 'd', true, 1, '' from generate_series(1, 100000) n`,
  `insert into app.effect (id, request_id, leg_id, account_id, connector_id, "right", generation, step, part, target_digest, sealed_target,
     after, is_released, state, was_already, is_alone, call_id, tries, ready_at_ms, next_action_at_ms, settled_at_ms)
   select 'effect-' || n, 'request-' || n / 2, 'leg-' || n, 'a-' || n % 20, 'hubspot', 'erasure', 0, 'delete-contact', 'contact', 'd', '',
     '{}', true, case when n % 50 <> 3 then 'done' else 'ready' end, false, false, 'call-' || n / 10, 0,
     ${NOW} + case when n % 400 = 3 then -n else n end, case when n % 1000 = 5 then ${NOW} - n end,
     case when n % 50 <> 3 then ${NOW} - n end
   from generate_series(1, 100000) n`,
  `insert into app.call (id, account_id, connector_id, step, kind, members, state, sent_at_ms, lease_until_db_ms)
   select 'call-' || n, 'a-' || n % 20, 'hubspot', 'delete-contact', 'perform', 10, case when n % 100 = 0 then 'sent' else 'settled' end,
     ${NOW} - n, ${NOW} - n from generate_series(1, 10000) n`,
  `insert into app.journal (id, request_id, at_ms, actor, kind, detail)
   select 'journal-' || n, 'request-' || n, ${NOW} + n, '{}', 'request.received', '{}' from generate_series(1, 100000) n`,
  `insert into app.outbox (id, kind, controller_id, body, created_at_db_ms, published_at_db_ms, tries)
   select 'outbox-' || n, case when n % 2 = 0 then 'leg' else 'flow' end, 'c-' || n % 10, '{}', ${NOW} + n,
     case when n % 100 > 1 then ${NOW} + n end, 0 from generate_series(1, 100000) n`,
  `insert into app.leaf (id, controller_id, request_id, kind, record_sha256, body, created_at_ms, sequenced_at_ms)
   select 'leaf-' || n, 'c-' || n % 10, 'request-' || n, 'receipt', 'h', '{}', ${NOW} + n, case when n < 99000 then ${NOW} + n end
   from generate_series(1, 100000) n`,
  `insert into app.recheck (id, request_id, account_id, generation, why, due_at_ms, state)
   select 'recheck-' || n, 'request-' || n, 'a-1', 1, 'retained', ${NOW} - 50000 + n * 1000, case when n % 2 = 0 then 'done' else 'due' end
   from generate_series(1, 50000) n`,
]
