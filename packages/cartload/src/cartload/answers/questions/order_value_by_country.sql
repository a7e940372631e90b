-- What is the mean value of an order, by the country of its address? Paid orders, with tax and shipping, before
-- refunds, rounded half up.
SELECT a.country, COUNT(*) AS orders, SUM(o.total) AS revenue,
  (2 * SUM(o.total) + COUNT(*)) // (2 * COUNT(*)) AS mean_value
FROM order_details AS o
JOIN addresses AS a ON a.id = o.address_id
WHERE o.paid_at IS NOT NULL
GROUP BY a.country
ORDER BY a.country
