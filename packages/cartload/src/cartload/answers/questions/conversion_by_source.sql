-- What brings visitors who buy? Sessions by traffic source, how many of them have a single event and how many a
-- purchase, as shares in basis points, and the total of the orders that they ended with.
WITH purchases AS (
  SELECT e.session_id, MIN(o.total) AS total
  FROM events AS e
  JOIN sessions AS s ON s.id = e.session_id
  JOIN order_details AS o
    ON o.user_id = s.user_id AND o.channel = s.channel AND o.placed_at = e.occurred_at
  WHERE e.type = 'purchase'
  GROUP BY e.session_id
), visits AS (
  SELECT s.traffic_source, CASE WHEN s.events = 1 THEN 1 ELSE 0 END AS bounces,
    CASE WHEN p.session_id IS NULL THEN 0 ELSE 1 END AS buys, COALESCE(p.total, 0) AS total
  FROM sessions AS s
  LEFT JOIN purchases AS p ON p.session_id = s.id
)
SELECT v.traffic_source, COUNT(*) AS sessions, SUM(v.bounces) AS bounces, SUM(v.buys) AS purchases,
  SUM(v.total) AS ordered, (20000 * SUM(v.bounces) + COUNT(*)) // (2 * COUNT(*)) AS bounce_rate_bp,
  (20000 * SUM(v.buys) + COUNT(*)) // (2 * COUNT(*)) AS conversion_bp
FROM visits AS v
GROUP BY v.traffic_source
ORDER BY v.traffic_source
