-- Who wants no more alerts, and what lets the history of deliveries be cleared by age.

CREATE TABLE plumbline.disabled_receivers (
  receiver text PRIMARY KEY, configuration text NOT NULL, at timestamptz NOT NULL);

CREATE INDEX outbox_ended ON plumbline.outbox (created_at) WHERE state <> 'pending';

CREATE INDEX delivery_attempts_at ON plumbline.delivery_attempts (started_at);

CREATE INDEX transitions_at ON plumbline.transitions (at);
