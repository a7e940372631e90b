-- How much lies in each distribution centre? SKUs that it holds, pieces, what the shop paid for them, and how many of
-- the SKUs are to be ordered again: those with a reorder level of which no more pieces are left. The fullest first;
-- between equals the lower id comes first.
SELECT c.country, c.city, COUNT(*) AS skus, SUM(i.quantity) AS pieces, SUM(i.quantity * s.cost) AS cost,
  SUM(CASE WHEN i.reorder_level > 0 AND i.quantity <= i.reorder_level THEN 1 ELSE 0 END) AS to_reorder
FROM inventory_items AS i
JOIN distribution_centers AS c ON c.id = i.distribution_center_id
JOIN products_skus AS s ON s.id = i.product_sku_id
GROUP BY c.id, c.country, c.city
ORDER BY pieces DESC, c.id
