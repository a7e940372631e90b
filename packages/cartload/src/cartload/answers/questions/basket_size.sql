-- How large are baskets? All orders by their number of lines, with the pieces in them and the mean value of the
-- goods before discount and tax, rounded half up.
WITH baskets AS (
  SELECT order_id, COUNT(*) AS lines_in_order, SUM(quantity) AS pieces, SUM(line_total) AS goods
  FROM order_item
  GROUP BY order_id
)
SELECT lines_in_order, COUNT(*) AS orders, SUM(pieces) AS pieces,
  (2 * SUM(goods) + COUNT(*)) // (2 * COUNT(*)) AS mean_value
FROM baskets
GROUP BY lines_in_order
ORDER BY lines_in_order
