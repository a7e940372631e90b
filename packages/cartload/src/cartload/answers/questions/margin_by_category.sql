-- What does the shop earn, by category? Lines of paid orders, after discount, without tax, before refunds: revenue,
-- what the shop paid for the goods, the difference, and the cost as a share of revenue in basis points.
SELECT c.slug AS category, SUM(i.quantity) AS pieces, SUM(i.line_total - i.discount) AS revenue,
  SUM(i.quantity * s.cost) AS cost, SUM(i.line_total - i.discount - i.quantity * s.cost) AS margin,
  (20000 * SUM(i.quantity * s.cost) + SUM(i.line_total - i.discount))
    // NULLIF(2 * SUM(i.line_total - i.discount), 0) AS cost_share_bp
FROM order_item AS i
JOIN order_details AS o ON o.id = i.order_id
JOIN products_skus AS s ON s.id = i.product_sku_id
JOIN products AS p ON p.id = s.product_id
JOIN sub_categories AS b ON b.id = p.sub_category_id
JOIN categories AS c ON c.id = b.category_id
WHERE o.paid_at IS NOT NULL
GROUP BY c.slug
ORDER BY category
