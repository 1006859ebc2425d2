-- One index for each search that runs all the time. They hold open work only where the condition allows it, so that they stay small
-- however many requests were answered. Each ends with the id, the last word of every order.

-- What is due and not out as a job; what was put out long ago.
create index request_due on app.request (next_action_at_ms, id)
  where issued_at_db_ms is null and next_action_at_ms is not null;
create index request_issued on app.request (issued_at_db_ms, id) where issued_at_db_ms is not null;
create index leg_due on app.leg (next_action_at_ms, id)
  where issued_at_db_ms is null and next_action_at_ms is not null;
-- What is in the queue: the relay counts it by account in every turn, the watchdog looks for what is there for too long.
create index leg_admitted on app.leg (admitted_at_db_ms, account_id, id) where admitted_at_db_ms is not null;
create index recheck_due on app.recheck (state, due_at_ms, id);

-- The lists of operators, auditors and the portal.
create index request_by_state on app.request (state, due_at_ms, id);
create index request_by_controller on app.request (controller_id, received_at_ms, id);
create index request_by_right on app.request ("right", state);
create index request_by_reference on app.request (controller_id, external_reference)
  where external_reference is not null;
create index leg_parked on app.leg (account_id, id) where state = 'parked';

-- The parts of one request. Where its id is the first of a unique set, that index serves.
create index identifier_lookup on app.identifier (lookup_digest) where lookup_digest is not null;
create index record_by_request on app.record (request_id, id);
create index journal_by_request on app.journal (request_id, at_ms, id);
create index leaf_by_request on app.leaf (request_id, id);
create index parcel_by_request on app.parcel (request_id, id);
create index seal_expiry on app.seal (archive_expires_at_ms, id) where archive_expires_at_ms is not null;

-- The sender: ready effects of an account and step, those to be polled or read back, the members of a call.
create index effect_ready on app.effect (account_id, step, ready_at_ms, id) where state = 'ready' and is_released;
create index effect_due on app.effect (next_action_at_ms, id) where next_action_at_ms is not null;
create index effect_due_by_account on app.effect (account_id, step, state, next_action_at_ms, id)
  where next_action_at_ms is not null;
create index effect_unsettled on app.effect (state, is_released, ready_at_ms, id)
  where state <> 'done';
create index effect_by_request on app.effect (request_id, id);
create index effect_by_call on app.effect (call_id, id) where call_id is not null;
create index call_lease on app.call (state, lease_until_db_ms, id);

-- The relay, the sequencer, and what is thrown away in time.
create index outbox_unpublished on app.outbox (kind, created_at_db_ms, id) where published_at_db_ms is null;
create index outbox_by_account on app.outbox (account_id, created_at_db_ms, id)
  where kind = 'leg' and published_at_db_ms is null;
create index outbox_published on app.outbox (published_at_db_ms, id) where published_at_db_ms is not null;
create index leaf_unsequenced on app.leaf (controller_id, created_at_ms, id) where sequenced_at_ms is null;
create index idempotency_expiry on app.idempotency (expires_at_ms, id);

-- Rows that change or vanish all the time are swept early.
alter table app.leg set (autovacuum_vacuum_scale_factor = 0.02);
alter table app.effect set (autovacuum_vacuum_scale_factor = 0.02);
alter table app.outbox set (autovacuum_vacuum_scale_factor = 0.02);
