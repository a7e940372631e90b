-- How often does the first charge of an order fail, by its method, and how many of those orders are paid in the
-- end? Orders whose first charge is captured or failed; both rates in basis points.
WITH firsts AS (
  SELECT p.method, CASE WHEN p.status = 'failed' THEN 1 ELSE 0 END AS is_failed,
    CASE WHEN p.status = 'failed' AND o.paid_at IS NOT NULL THEN 1 ELSE 0 END AS is_recovered
  FROM payment_details AS p
  JOIN order_details AS o ON o.id = p.order_id
  WHERE p.attempt = 1 AND p.status IN ('captured', 'failed')
)
SELECT method, COUNT(*) AS orders, SUM(is_failed) AS failed,
  (20000 * SUM(is_failed) + COUNT(*)) // (2 * COUNT(*)) AS failure_rate_bp,
  SUM(is_recovered) AS recovered,
  (20000 * SUM(is_recovered) + SUM(is_failed)) // NULLIF(2 * SUM(is_failed), 0) AS recovery_rate_bp
FROM firsts
GROUP BY method
ORDER BY method
