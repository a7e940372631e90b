-- How long is it until the next order? The time between each paid order and the customer's paid order before it:
-- nearest-rank percentiles in whole hours, rounded down.
WITH gaps AS (
  SELECT date_diff('microsecond',
    LAG(placed_at) OVER (PARTITION BY user_id ORDER BY placed_at, id), placed_at) // 3600000000 AS hours
  FROM order_details
  WHERE paid_at IS NOT NULL
), ranked AS (
  SELECT hours, ROW_NUMBER() OVER (ORDER BY hours) AS place, COUNT(*) OVER () AS n
  FROM gaps
  WHERE hours IS NOT NULL
), percents AS (
  SELECT 5 AS percent UNION ALL SELECT 10 UNION ALL SELECT 25 UNION ALL SELECT 50
  UNION ALL SELECT 75 UNION ALL SELECT 90 UNION ALL SELECT 95
)
SELECT p.percent, r.hours
FROM percents AS p
JOIN ranked AS r ON r.place = (p.percent * r.n + 99) // 100
ORDER BY p.percent
