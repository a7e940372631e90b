-- How far do visitors come? Sessions by channel and device, and how many of them view a product, put something into
-- the cart, begin to check out and buy; the shares of sessions that buy, and of those with a cart that do not, in
-- basis points.
WITH steps AS (
  SELECT e.session_id,
    MAX(CASE WHEN e.type = 'view_product' THEN 1 ELSE 0 END) AS views,
    MAX(CASE WHEN e.type = 'add_to_cart' THEN 1 ELSE 0 END) AS adds,
    MAX(CASE WHEN e.type = 'begin_checkout' THEN 1 ELSE 0 END) AS checks_out,
    MAX(CASE WHEN e.type = 'purchase' THEN 1 ELSE 0 END) AS buys
  FROM events AS e
  GROUP BY e.session_id
)
SELECT s.channel, s.device, COUNT(*) AS sessions, SUM(t.views) AS with_view, SUM(t.adds) AS with_cart,
  SUM(t.checks_out) AS with_checkout, SUM(t.buys) AS with_purchase,
  (20000 * SUM(t.buys) + COUNT(*)) // (2 * COUNT(*)) AS conversion_bp,
  (20000 * SUM(t.adds - t.buys) + SUM(t.adds)) // NULLIF(2 * SUM(t.adds), 0) AS cart_abandonment_bp
FROM sessions AS s
JOIN steps AS t ON t.session_id = s.id
GROUP BY s.channel, s.device
ORDER BY s.channel, s.device
