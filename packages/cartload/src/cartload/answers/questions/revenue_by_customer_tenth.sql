-- How much of the revenue comes from the best customers? Buyers by what they paid (paid orders, before refunds),
-- in ten groups of equal size, the best first; shares in basis points.
WITH spent AS (
  SELECT user_id, SUM(total) AS amount
  FROM order_details
  WHERE paid_at IS NOT NULL
  GROUP BY user_id
), ranked AS (
  SELECT amount, NTILE(10) OVER (ORDER BY amount DESC, user_id) AS tenth
  FROM spent
), totals AS (
  SELECT SUM(amount) AS everything
  FROM spent
)
SELECT r.tenth, COUNT(*) AS customers, SUM(r.amount) AS revenue,
  (20000 * SUM(r.amount) + MAX(t.everything)) // (2 * MAX(t.everything)) AS share_bp
FROM ranked AS r
CROSS JOIN totals AS t
GROUP BY r.tenth
ORDER BY r.tenth
