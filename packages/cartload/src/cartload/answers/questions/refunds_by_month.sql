-- How much was given back each month? Refunds by the month (UTC) in which they were made, in all and by reason.
SELECT LEFT(CAST(p.created_at AS CHAR), 7) AS month, COUNT(*) AS refunds, SUM(p.amount) AS refunded,
  SUM(CASE WHEN o.status = 'returned' THEN p.amount ELSE 0 END) AS for_returns,
  SUM(CASE WHEN o.status = 'cancelled' THEN p.amount ELSE 0 END) AS for_cancellations
FROM payment_details AS p
JOIN order_details AS o ON o.id = p.order_id
WHERE p.kind = 'refund'
GROUP BY month
ORDER BY month
