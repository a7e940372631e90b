-- Where do customers order? Paid orders by channel, their revenue with tax and shipping before refunds, and its
-- share in basis points.
WITH totals AS (
  SELECT SUM(total) AS everything
  FROM order_details
  WHERE paid_at IS NOT NULL
)
SELECT o.channel, COUNT(*) AS orders, SUM(o.total) AS revenue,
  (20000 * SUM(o.total) + MAX(t.everything)) // (2 * MAX(t.everything)) AS share_bp
FROM order_details AS o
CROSS JOIN totals AS t
WHERE o.paid_at IS NOT NULL
GROUP BY o.channel
ORDER BY o.channel
