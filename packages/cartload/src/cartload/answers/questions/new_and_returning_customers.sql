-- Who buys each month? Customers with a paid order placed in the month (UTC): new ones, whose first it is, and
-- returning ones; with the revenue of each, tax and shipping included, before refunds.
WITH paid AS (
  SELECT user_id, LEFT(CAST(placed_at AS CHAR), 7) AS month, SUM(total) AS amount
  FROM order_details
  WHERE paid_at IS NOT NULL
  GROUP BY user_id, month
), first_months AS (
  SELECT user_id, MIN(month) AS first_month
  FROM paid
  GROUP BY user_id
)
SELECT p.month, SUM(CASE WHEN p.month = f.first_month THEN 1 ELSE 0 END) AS new_customers,
  SUM(CASE WHEN p.month > f.first_month THEN 1 ELSE 0 END) AS returning_customers,
  SUM(CASE WHEN p.month = f.first_month THEN p.amount ELSE 0 END) AS new_revenue,
  SUM(CASE WHEN p.month > f.first_month THEN p.amount ELSE 0 END) AS returning_revenue
FROM paid AS p
JOIN first_months AS f ON f.user_id = p.user_id
GROUP BY p.month
ORDER BY p.month
