-- Do people send back what they review badly? Published reviews by their stars, with the pieces of the product in the
-- reviewed order and how many of them were returned, in basis points.
SELECT r.rating, COUNT(DISTINCT r.id) AS reviews, SUM(i.quantity) AS pieces,
  SUM(i.returned_quantity) AS returned_pieces,
  (20000 * SUM(i.returned_quantity) + SUM(i.quantity)) // (2 * SUM(i.quantity)) AS return_rate_bp
FROM reviews AS r
JOIN order_item AS i ON i.order_id = r.order_id
JOIN products_skus AS s ON s.id = i.product_sku_id AND s.product_id = r.product_id
WHERE r.status = 'published'
GROUP BY r.rating
ORDER BY r.rating
