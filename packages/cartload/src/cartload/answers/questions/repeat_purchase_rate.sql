-- How many customers come back? Buyers have at least one paid order, repeat buyers at least two; the rate is
-- repeat buyers of all buyers, in basis points (100 are one percent).
WITH buyers AS (
  SELECT user_id, COUNT(*) AS orders
  FROM order_details
  WHERE paid_at IS NOT NULL
  GROUP BY user_id
), counted AS (
  SELECT COUNT(*) AS n, COALESCE(SUM(CASE WHEN orders >= 2 THEN 1 ELSE 0 END), 0) AS repeating
  FROM buyers
)
SELECT (SELECT COUNT(*) FROM users) AS customers, n AS buyers, repeating AS repeat_buyers,
  (20000 * repeating + n) // NULLIF(2 * n, 0) AS repeat_rate_bp
FROM counted
