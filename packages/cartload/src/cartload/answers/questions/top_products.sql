-- Which twenty products earn most? Lines of paid orders, after discount, without tax, before refunds; between
-- equals the lower id comes first.
SELECT p.id AS product_id, p.name AS product, p.brand, SUM(i.quantity) AS pieces,
  SUM(i.line_total - i.discount) AS revenue
FROM order_item AS i
JOIN order_details AS o ON o.id = i.order_id
JOIN products_skus AS s ON s.id = i.product_sku_id
JOIN products AS p ON p.id = s.product_id
WHERE o.paid_at IS NOT NULL
GROUP BY p.id, p.name, p.brand
ORDER BY revenue DESC, product_id
LIMIT 20
