-- How long will the stock of the best sellers last? The twenty SKUs of which most pieces were ordered in the 90 days
-- up to the last order, without cancelled ones, and for how many days their stock would do at that pace, rounded
-- down; between equals by code.
WITH recent AS (
  SELECT MAX(placed_at) - INTERVAL 90 DAY AS since
  FROM order_details
)
SELECT s.sku, p.name AS product, SUM(i.quantity) AS pieces_sold, s.stock,
  90 * s.stock // SUM(i.quantity) AS days_of_cover
FROM order_item AS i
JOIN order_details AS o ON o.id = i.order_id
JOIN recent AS r ON o.placed_at > r.since
JOIN products_skus AS s ON s.id = i.product_sku_id
JOIN products AS p ON p.id = s.product_id
WHERE o.status <> 'cancelled'
GROUP BY s.sku, p.name, s.stock
ORDER BY pieces_sold DESC, s.sku
LIMIT 20
