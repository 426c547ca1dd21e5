-- The tables on PostgreSQL with Citus 12 or newer, spread over many machines. Run once on the coordinator, after
-- `flask upgrade` on an empty database; an existing server moves by `flask backup` and `flask restore` into it.
-- No key has to change for this: every key of a spread table holds its column, as a test demands of each new table.
--
-- Not tried here, for no Citus could be had: these calls themselves. Tried on plain PostgreSQL: that each table is in
-- one class, that keys and references fit it, and that the log in parts by scope (partition.sql) serves as before.
CREATE EXTENSION IF NOT EXISTS citus;
SET citus.shard_count = 128; -- four for each of 32 workers: room to grow by moving shards, never by cutting them

-- 1. The same on every machine: few rows, read with everything, written when somebody is enrolled or a list changes.
--    In the order in which they name each other.
SELECT create_reference_table('banks');
SELECT create_reference_table('organisations');
SELECT create_reference_table('products');
SELECT create_reference_table('requests');
SELECT create_reference_table('indicator_days');
SELECT create_reference_table('villages');
SELECT create_reference_table('farms');
SELECT create_reference_table('persons');
SELECT create_reference_table('purchase_points');
SELECT create_reference_table('consents');
SELECT create_reference_table('data_requests');
SELECT create_reference_table('memberships');
SELECT create_reference_table('bank_accounts');
SELECT create_reference_table('bulletins');
SELECT create_reference_table('cash_rules');
SELECT create_reference_table('farm_moves');
SELECT create_reference_table('helper_villages');
SELECT create_reference_table('helps');
SELECT create_reference_table('indicator_definitions');
SELECT create_reference_table('key_products');
SELECT create_reference_table('list_versions');
SELECT create_reference_table('market_prices');
SELECT create_reference_table('models');
SELECT create_reference_table('proposals');
SELECT create_reference_table('reports');
SELECT create_reference_table('sensor_limits');
SELECT create_reference_table('sensors');
SELECT create_reference_table('shops');
SELECT create_reference_table('teams');
SELECT create_reference_table('bulletin_reads');
SELECT create_reference_table('list_rows');
SELECT create_reference_table('model_results');
SELECT create_reference_table('own_products');
SELECT create_reference_table('team_members');
SELECT create_reference_table('trainings');
SELECT create_reference_table('listings');

-- 2. A farm's (cooperative's, sensor's) whole book on one machine: log, head, views, photos' places. A push locks one
--    head, appends and folds there and asks nobody else; so does a pull. `ops` first, the others beside it.
SELECT create_distributed_table('ops', 'scope');
SELECT create_distributed_table('heads', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('assertions', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('blobs', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('books', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('city_deliveries', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('city_marks', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('city_told', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('devices', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('epochs', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('erased_documents', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('held_ops', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('lot_bundles', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('named_photos', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('passkeys', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('safe_points', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('tree_scopes', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_attendances', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_documents', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_entries', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_entry_plots', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_findings', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_heads', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_judged', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_lot_edges', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_lot_sources', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_lots', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_monitored_heads', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_monitored_plots', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_photos', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_plots', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_record_keys', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_reviews', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_sales', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_seasons', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('view_sensor_days', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('blob_parts', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('model_pictures', 'scope', colocate_with := 'ops');
SELECT create_distributed_table('own_pictures', 'scope', colocate_with := 'ops');

-- 3. By a key of their own: sessions, challenges, counters. Found by that key alone, never joined with a book.
SELECT create_distributed_table('device_sessions', 'token_hash', colocate_with := 'none');
SELECT create_distributed_table('console_sessions', 'token_hash', colocate_with := 'none');
SELECT create_distributed_table('nonces', 'nonce_hash', colocate_with := 'none');
SELECT create_distributed_table('passkey_challenges', 'challenge_hash', colocate_with := 'none');
SELECT create_distributed_table('devices_seen', 'device', colocate_with := 'none');
SELECT create_distributed_table('push_subscriptions', 'device', colocate_with := 'none');
SELECT create_distributed_table('passkeys_seen', 'credential', colocate_with := 'none');
SELECT create_distributed_table('rate_counts', 'subject', colocate_with := 'none');
SELECT create_distributed_table('invite_tries', 'invite', colocate_with := 'none');
SELECT create_distributed_table('trace_scans', 'code', colocate_with := 'none');

-- 4. On the coordinator: what there is one of. The transparency log is one line for all books; the sequencer reads the
--    heads of all shards once a minute and appends here.
SELECT citus_add_local_table_to_metadata('audit_events');
SELECT citus_add_local_table_to_metadata('backups');
SELECT citus_add_local_table_to_metadata('tree_evidence');
SELECT citus_add_local_table_to_metadata('tree_head');
SELECT citus_add_local_table_to_metadata('tree_leaves');
SELECT citus_add_local_table_to_metadata('tree_witnesses');
SELECT citus_add_local_table_to_metadata('witnessed');
SELECT citus_add_local_table_to_metadata('meta');
SELECT citus_add_local_table_to_metadata('news_sources');
SELECT citus_add_local_table_to_metadata('list_texts');
