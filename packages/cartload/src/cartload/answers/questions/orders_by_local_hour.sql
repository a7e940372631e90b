-- When do people order? All orders by weekday (1 is Monday) and hour on the clock of the customer's time zone, not
-- UTC.
WITH local_times AS (
  SELECT o.placed_at AT TIME ZONE u.time_zone AS local_time
  FROM order_details AS o
  JOIN users AS u ON u.id = o.user_id
)
SELECT isodow(local_time) AS weekday, EXTRACT(HOUR FROM local_time) AS local_hour, COUNT(*) AS orders
FROM local_times
GROUP BY weekday, local_hour
ORDER BY weekday, local_hour
