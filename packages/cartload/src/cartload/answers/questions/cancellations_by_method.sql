-- Which orders are cancelled? All orders by the method of their first charge, how many were cancelled before and
-- after they were paid, and the cancelled share in basis points.
SELECT p.method, COUNT(*) AS orders,
  SUM(CASE WHEN o.status = 'cancelled' AND o.paid_at IS NULL THEN 1 ELSE 0 END) AS cancelled_before_payment,
  SUM(CASE WHEN o.status = 'cancelled' AND o.paid_at IS NOT NULL THEN 1 ELSE 0 END) AS cancelled_after_payment,
  (20000 * SUM(CASE WHEN o.status = 'cancelled' THEN 1 ELSE 0 END) + COUNT(*)) // (2 * COUNT(*)) AS cancelled_bp
FROM order_details AS o
JOIN payment_details AS p ON p.order_id = o.id AND p.attempt = 1
GROUP BY p.method
ORDER BY p.method
