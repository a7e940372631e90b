-- How many wishes come true? Wishes by the product's category, and how many of them the same customer bought at
-- the same moment or later, in an order that was paid; in basis points.
WITH bought AS (
  SELECT o.user_id, s.product_id, MAX(o.placed_at) AS last_placed_at
  FROM order_item AS i
  JOIN order_details AS o ON o.id = i.order_id
  JOIN products_skus AS s ON s.id = i.product_sku_id
  WHERE o.paid_at IS NOT NULL
  GROUP BY o.user_id, s.product_id
), wishes AS (
  SELECT w.product_id, CASE WHEN b.last_placed_at >= w.created_at THEN 1 ELSE 0 END AS is_bought
  FROM wishlist AS w
  LEFT JOIN bought AS b ON b.user_id = w.user_id AND b.product_id = w.product_id
)
SELECT c.slug AS category, COUNT(*) AS wishes, SUM(w.is_bought) AS bought,
  (20000 * SUM(w.is_bought) + COUNT(*)) // (2 * COUNT(*)) AS conversion_bp
FROM wishes AS w
JOIN products AS p ON p.id = w.product_id
JOIN sub_categories AS b ON b.id = p.sub_category_id
JOIN categories AS c ON c.id = b.category_id
GROUP BY c.slug
ORDER BY category
