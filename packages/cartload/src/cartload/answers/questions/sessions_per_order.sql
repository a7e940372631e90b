-- How many sessions lead to an order? Sessions of a customer since the purchase before, up to that with the purchase;
-- 10 stands for ten and more. How many purchases took so many, with the mean number of events in their sessions.
WITH visits AS (
  SELECT s.id, s.user_id, s.started_at, s.events,
    CASE WHEN p.session_id IS NULL THEN 0 ELSE 1 END AS buys
  FROM sessions AS s
  LEFT JOIN (SELECT DISTINCT e.session_id FROM events AS e WHERE e.type = 'purchase') AS p
    ON p.session_id = s.id
  WHERE s.user_id IS NOT NULL
), numbered AS (
  SELECT v.user_id, v.events, v.buys,
    COALESCE(SUM(v.buys) OVER (PARTITION BY v.user_id ORDER BY v.started_at, v.id
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS purchases_before
  FROM visits AS v
), paths AS (
  SELECT n.user_id, n.purchases_before, COUNT(*) AS sessions, SUM(n.events) AS events
  FROM numbered AS n
  GROUP BY n.user_id, n.purchases_before
  HAVING SUM(n.buys) > 0
)
SELECT CASE WHEN p.sessions < 10 THEN p.sessions ELSE 10 END AS sessions_of_order, COUNT(*) AS purchases,
  (2 * SUM(p.events) + COUNT(*)) // (2 * COUNT(*)) AS mean_events
FROM paths AS p
GROUP BY sessions_of_order
ORDER BY sessions_of_order
