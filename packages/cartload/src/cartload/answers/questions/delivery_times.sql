-- How long does a delivery take, from placing to arrival, by the country of the address? Nearest-rank percentiles
-- of all delivered orders, in whole minutes, rounded down.
WITH taken AS (
  SELECT a.country, date_diff('microsecond', o.placed_at, o.delivered_at) // 60000000 AS minutes
  FROM order_details AS o
  JOIN addresses AS a ON a.id = o.address_id
  WHERE o.delivered_at IS NOT NULL
), ranked AS (
  SELECT country, minutes, COUNT(*) OVER (PARTITION BY country) AS n,
    ROW_NUMBER() OVER (PARTITION BY country ORDER BY minutes) AS place
  FROM taken
)
SELECT country, MAX(n) AS orders,
  MAX(CASE WHEN place = (50 * n + 99) // 100 THEN minutes END) AS median_minutes,
  MAX(CASE WHEN place = (75 * n + 99) // 100 THEN minutes END) AS p75_minutes,
  MAX(CASE WHEN place = (90 * n + 99) // 100 THEN minutes END) AS p90_minutes,
  MAX(CASE WHEN place = (95 * n + 99) // 100 THEN minutes END) AS p95_minutes,
  MAX(CASE WHEN place = (99 * n + 99) // 100 THEN minutes END) AS p99_minutes
FROM ranked
GROUP BY country
ORDER BY country
