-- What comes back, by category? Pieces of delivered orders, and how many of them were returned, in basis points.
SELECT c.slug AS category, SUM(i.quantity) AS pieces, SUM(i.returned_quantity) AS returned_pieces,
  (20000 * SUM(i.returned_quantity) + SUM(i.quantity)) // (2 * SUM(i.quantity)) AS return_rate_bp
FROM order_item AS i
JOIN order_details AS o ON o.id = i.order_id
JOIN products_skus AS s ON s.id = i.product_sku_id
JOIN products AS p ON p.id = s.product_id
JOIN sub_categories AS b ON b.id = p.sub_category_id
JOIN categories AS c ON c.id = b.category_id
WHERE o.delivered_at IS NOT NULL
GROUP BY c.slug
ORDER BY category
