-- How many customers of each cohort order again? A cohort is all customers whose first paid order was placed in
-- that month (UTC); active are those with a paid order so many months later, up to twelve. In basis points.
WITH paid AS (
  SELECT user_id, 12 * EXTRACT(YEAR FROM placed_at) + EXTRACT(MONTH FROM placed_at) - 1 AS month
  FROM order_details
  WHERE paid_at IS NOT NULL
), first_months AS (
  SELECT user_id, MIN(month) AS first_month
  FROM paid
  GROUP BY user_id
), sizes AS (
  SELECT first_month, COUNT(*) AS customers
  FROM first_months
  GROUP BY first_month
), activity AS (
  SELECT f.first_month, p.month - f.first_month AS months_later, COUNT(DISTINCT p.user_id) AS active
  FROM paid AS p
  JOIN first_months AS f ON f.user_id = p.user_id
  WHERE p.month - f.first_month BETWEEN 1 AND 12
  GROUP BY f.first_month, p.month - f.first_month
)
SELECT s.first_month // 12 AS cohort_year, 1 + s.first_month % 12 AS cohort_month, s.customers,
  a.months_later, a.active, (20000 * a.active + s.customers) // (2 * s.customers) AS retention_bp
FROM sizes AS s
JOIN activity AS a ON a.first_month = s.first_month
ORDER BY s.first_month, a.months_later
