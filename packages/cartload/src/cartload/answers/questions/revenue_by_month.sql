-- How much did customers pay each month? Orders that were paid, by the month (UTC) in which they were placed,
-- with tax and shipping, before refunds.
SELECT LEFT(CAST(placed_at AS CHAR), 7) AS month, COUNT(*) AS orders, SUM(total) AS revenue
FROM order_details
WHERE paid_at IS NOT NULL
GROUP BY month
ORDER BY month
