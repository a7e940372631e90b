-- The events of one stream. Those that came twice have the same ce_id.
CREATE TABLE order_events (
    id STRING,
    currency STRING,
    total BIGINT,
    headers MAP<STRING, BYTES> METADATA VIRTUAL,
    event_time TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL,
    ce_id AS DECODE(headers['ce_id'], 'UTF-8'),
    ce_type AS DECODE(headers['ce_type'], 'UTF-8'),
    WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND
) WITH (
    'connector' = 'kafka',
    'topic' = '${PREFIX}orders',
    'properties.bootstrap.servers' = '${BROKERS}',
    'scan.startup.mode' = 'earliest-offset',
    'scan.bounded.mode' = 'latest-offset',
    'format' = 'json',
    'json.ignore-parse-errors' = 'true'
);

CREATE TABLE payment_events (
    order_id STRING,
    amount BIGINT,
    headers MAP<STRING, BYTES> METADATA VIRTUAL,
    event_time TIMESTAMP_LTZ(3) METADATA FROM 'timestamp' VIRTUAL,
    ce_id AS DECODE(headers['ce_id'], 'UTF-8'),
    ce_type AS DECODE(headers['ce_type'], 'UTF-8'),
    WATERMARK FOR event_time AS event_time - INTERVAL '1' SECOND
) WITH (
    'connector' = 'kafka',
    'topic' = '${PREFIX}payments',
    'properties.bootstrap.servers' = '${BROKERS}',
    'scan.startup.mode' = 'earliest-offset',
    'scan.bounded.mode' = 'latest-offset',
    'format' = 'json',
    'json.ignore-parse-errors' = 'true'
);

CREATE TEMPORARY VIEW orders AS
SELECT id, currency, total, event_time
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY ce_id ORDER BY event_time) AS copy FROM order_events)
WHERE copy = 1 AND ce_type = 'order_created';

CREATE TEMPORARY VIEW charges AS
SELECT order_id, amount, event_time
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY ce_id ORDER BY event_time) AS copy FROM payment_events)
WHERE copy = 1 AND ce_type = 'payment_success';

CREATE TEMPORARY VIEW paid_orders AS
SELECT o.id, c.amount, o.event_time
FROM orders AS o JOIN charges AS c
ON o.id = c.order_id AND c.event_time BETWEEN o.event_time AND o.event_time + INTERVAL '1' HOUR;

-- Orders and their value in each minute.
SELECT DATE_FORMAT(window_start, 'yyyy-MM-dd HH:mm') AS placed_in, currency, COUNT(*) AS orders, SUM(total) AS revenue
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(event_time), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end, currency;

-- Orders that were paid within an hour, by the hour in which they were placed.
SELECT DATE_FORMAT(window_start, 'yyyy-MM-dd HH:mm') AS placed_in, COUNT(*) AS orders_paid, SUM(amount) AS paid
FROM TABLE(TUMBLE(TABLE paid_orders, DESCRIPTOR(event_time), INTERVAL '1' HOUR))
GROUP BY window_start, window_end;
