-- Things that no real shop has. Each query counts one of them; behind its name stands how much there may be, and
-- why. What follows "-- planted" makes the query find something in a small dataset: the proof that it looks.
-- Run them on a folder: PYTHONPATH=tests python -m support.plausibility FOLDER

-- first
CREATE OR REPLACE TEMP VIEW goods AS
SELECT s.id, s.product_id, p.name AS product, p.brand, b.name AS sub_category, c.name AS category, s.size, s.color,
  s.price, s.cost, s.weight_grams, s.size IN ('XXS', 'XS', 'S', 'M', 'L', 'XL', 'XXL', '3XL') AS in_letters
FROM products_skus AS s
JOIN products AS p ON p.id = s.product_id
JOIN sub_categories AS b ON b.id = p.sub_category_id
JOIN categories AS c ON c.id = b.category_id;
CREATE OR REPLACE TEMP VIEW dialling AS
SELECT * FROM (VALUES ('US', '+1'), ('CA', '+1'), ('GB', '+44'), ('IE', '+353'), ('DE', '+49'), ('AT', '+43'),
  ('CH', '+41'), ('FR', '+33'), ('ES', '+34'), ('IT', '+39'), ('NL', '+31'), ('BE', '+32'), ('PL', '+48'),
  ('SE', '+46'), ('BR', '+55'), ('PT', '+351'), ('JP', '+81'), ('CN', '+86'), ('IN', '+91'), ('AU', '+61'))
  AS t(country, code);

-- a fridge in size XL: none
SELECT count(*) FROM goods
WHERE in_letters AND category IN ('Home Appliances', 'Electronics', 'Kitchen & Dining', 'Music', 'Tools & DIY');
-- planted
UPDATE categories SET name = 'Home Appliances';
UPDATE products_skus SET size = 'XL' WHERE id = (SELECT min(id) FROM products_skus);

-- a sofa in a letter size: none
SELECT count(*) FROM goods WHERE in_letters AND category = 'Furniture' AND product NOT LIKE '%Storage Box';
-- planted
UPDATE categories SET name = 'Furniture';
UPDATE products_skus SET size = 'M';

-- a laptop for 3.99: none
SELECT count(*) FROM goods
WHERE price < 4900 AND sub_category IN ('Laptops & Tablets', 'Bicycles', 'Cooling', 'Tables & Desks')
  AND NOT regexp_matches(product, 'Bedside|Side Table|Folding Table|Wine Cooler');
-- planted
UPDATE sub_categories SET name = 'Laptops & Tablets';
UPDATE products SET name = 'Light Laptop';
UPDATE products_skus SET price = 399, cost = 200 WHERE id = (SELECT min(id) FROM products_skus);

-- a bar of chocolate for 500: none
SELECT count(*) FROM goods
WHERE price > 20000 AND (category IN ('Books', 'Grocery') OR sub_category IN ('Writing', 'Underwear & Nightwear'))
  AND product NOT LIKE '%Fountain Pen';
-- planted
UPDATE categories SET name = 'Grocery';
UPDATE products_skus SET price = 50000 WHERE id = (SELECT min(id) FROM products_skus);

-- a T-shirt of 12 kg: none
SELECT count(*) FROM goods
WHERE weight_grams > 3500 AND category IN ('Clothing', 'Shoes', 'Books', 'Jewellery & Watches', 'Beauty & Care');
-- planted
UPDATE categories SET name = 'Clothing';
UPDATE products_skus SET weight_grams = 12000 WHERE id = (SELECT min(id) FROM products_skus);

-- a bed as light as a letter: none
SELECT count(*) FROM goods
WHERE weight_grams < 1500 AND sub_category IN ('Seating', 'Beds & Mattresses', 'Cooling', 'Cooking', 'Bicycles');
-- planted
UPDATE sub_categories SET name = 'Seating';
UPDATE products_skus SET weight_grams = 40 WHERE id = (SELECT min(id) FROM products_skus);

-- a thing without weight: none
SELECT count(*) FROM goods WHERE weight_grams < 1;
-- planted
UPDATE products_skus SET weight_grams = 0 WHERE id = (SELECT min(id) FROM products_skus);

-- a price below the cost: none
SELECT count(*) FROM goods WHERE price <= cost OR cost < 1;
-- planted
UPDATE products_skus SET cost = price + 1 WHERE id = (SELECT min(id) FROM products_skus);

-- a women's dress shoe among the toys: none
SELECT count(*) FROM goods
WHERE regexp_matches(product, '\b(Shoes?|Boots|Sneakers|Loafers|Sandals|Jeans|Blouse)$')
  AND category NOT IN ('Shoes', 'Clothing', 'Baby & Child', 'Books');
-- planted
UPDATE products SET name = 'Women''s Dress Shoe' WHERE id = (SELECT product_id FROM products_skus ORDER BY id LIMIT 1);
UPDATE categories SET name = 'Toys & Games';

-- shoes in a letter size, or in none: none
SELECT count(*) FROM goods WHERE category = 'Shoes' AND (in_letters OR size IS NULL);
-- planted
UPDATE categories SET name = 'Shoes';
UPDATE products_skus SET size = 'L' WHERE id = (SELECT min(id) FROM products_skus);

-- a family tent for one: none
SELECT count(*) FROM goods WHERE product LIKE '%Family Tent' AND size IN ('1 person', '2 persons');
-- planted
UPDATE products SET name = 'Family Tent';
UPDATE products_skus SET size = '1 person' WHERE id = (SELECT min(id) FROM products_skus);

-- a shirt without a size: none
SELECT count(*) FROM goods WHERE category = 'Clothing' AND size IS NULL;
-- planted
UPDATE categories SET name = 'Clothing';
UPDATE products_skus SET size = NULL WHERE id = (SELECT min(id) FROM products_skus);

-- coffee in black and size 42: none
SELECT count(*) FROM goods
WHERE category IN ('Grocery', 'Books') AND (color IS NOT NULL OR in_letters OR regexp_full_match(size, '[0-9]{2}'));
-- planted
UPDATE categories SET name = 'Grocery';
UPDATE products_skus SET size = '42', color = 'Black' WHERE id = (SELECT min(id) FROM products_skus);

-- a keyboard of wool: none
SELECT count(DISTINCT product_id) FROM goods
WHERE regexp_matches(product, '\b(Cotton|Linen|Wool|Cork|Silk|Denim|Velvet|Cashmere|Oak|Rattan)\b')
  AND category IN ('Electronics', 'Home Appliances', 'Grocery');
-- planted
UPDATE categories SET name = 'Electronics';
UPDATE products SET name = 'Quiet Wool Keyboard' WHERE id = (SELECT product_id FROM products_skus ORDER BY id LIMIT 1);

-- a word said twice in a product's name: none
SELECT count(*) FROM products
WHERE len(list_distinct(string_split(lower(name), ' '))) < len(string_split(name, ' '))
  AND name NOT LIKE '%Table Tennis Table';
-- planted
UPDATE products SET name = 'Oak Oak Table' WHERE id = (SELECT min(id) FROM products);

-- lorem ipsum, or a gap in a text: none
SELECT count(*) FROM products
WHERE regexp_matches(name || '|' || summary || '|' || description,
  '(?i)lorem|ipsum|todo|null|none\b|undefined|[{}<>\[\]]|%s|\$\{|  |\.\.|,,| ,| \.|\ba [aeio][a-z]|\ban [bcdfgjklmnpqrstvwxz][a-z]|\| |\|\|');
-- planted
UPDATE products SET summary = 'A jacket for {occasion}' WHERE id = (SELECT min(id) FROM products);

-- one product twice on sale at one price: at most 200 per million products, the rest after two more draws
SELECT coalesce(sum(n - 1), 0) FROM (
  SELECT count(*) AS n FROM (
    SELECT p.name, p.brand, min(s.price) AS price
    FROM products AS p JOIN products_skus AS s ON s.product_id = p.id
    WHERE p.discontinued_at IS NULL
    GROUP BY p.id, p.name, p.brand)
  GROUP BY name, brand, price);
-- planted
UPDATE products SET name = 'Oak Table', brand = 'Everly', discontinued_at = NULL;
UPDATE products_skus SET price = 9900;

-- one variant twice: none
SELECT sum(n - 1) FROM (SELECT count(*) AS n FROM products_skus GROUP BY product_id, size, color);
-- planted
UPDATE products_skus SET size = NULL, color = NULL, product_id = (SELECT min(id) FROM products);

-- size XL at three times the price of size S: none
SELECT count(*) FROM (SELECT max(price) AS most, min(price) AS least FROM goods WHERE in_letters GROUP BY product_id)
WHERE most > 3 * least;
-- planted
UPDATE products_skus SET size = 'M', product_id = (SELECT min(id) FROM products);
UPDATE products_skus SET size = 'XL', price = 900000 WHERE id = (SELECT min(id) FROM products_skus);

-- a description that says one sentence twice: none
SELECT count(*) FROM products
WHERE len(list_distinct(string_split(description, '. '))) < len(string_split(description, '. '));
-- planted
UPDATE products SET description = 'Good. Good. Very good.' WHERE id = (SELECT min(id) FROM products);

-- a German phone on a French address: none
SELECT (SELECT count(*) FROM addresses AS a LEFT JOIN dialling AS d ON d.country = a.country
    WHERE d.code IS NULL OR NOT starts_with(a.phone_number, d.code || ' '))
  + (SELECT count(*) FROM users AS u LEFT JOIN dialling AS d ON d.country = u.country
    WHERE d.code IS NULL OR NOT starts_with(u.phone_number, d.code || ' '));
-- planted
UPDATE addresses SET country = 'FR', phone_number = '+49 30 23125 001' WHERE id = (SELECT min(id) FROM addresses);

-- a birthday in the future, or a customer older than anybody: none
SELECT count(*) FROM users
WHERE birth_date > created_at::DATE - INTERVAL 16 YEAR OR birth_date < created_at::DATE - INTERVAL 105 YEAR;
-- planted
UPDATE users SET birth_date = DATE '2190-01-01' WHERE id = (SELECT min(id) FROM users);

-- two customers of one name in one house: at most 100 per million users, chance
SELECT coalesce(sum(n - 1), 0) FROM (
  SELECT count(DISTINCT u.id) AS n FROM users AS u JOIN addresses AS a ON a.user_id = u.id
  GROUP BY u.first_name, u.last_name, a.country, a.postal_code, a.line_1);
-- planted
UPDATE users SET first_name = 'Ann', last_name = 'Lee';
UPDATE addresses SET line_1 = '1 High Street', postal_code = 'AB1', country = 'GB';

-- a name with digits, or no name: none
SELECT count(*) FROM users
WHERE regexp_matches(first_name || last_name, '[0-9_@]|^\s|\s$') OR first_name = '' OR last_name = ''
  OR lower(first_name) IN ('test', 'user', 'null', 'none') OR lower(last_name) IN ('test', 'user', 'null', 'none');
-- planted
UPDATE users SET first_name = 'User7' WHERE id = (SELECT min(id) FROM users);

-- somebody else's mail address: none
SELECT count(*) FROM users
WHERE right(locale, 2) NOT IN ('JP', 'CN', 'IN')
  AND left(regexp_replace(split_part(email, '@', 1), '[0-9]+$', ''), 1) <> left(regexp_replace(user_name, '[0-9]+$', ''), 1);
-- planted
UPDATE users SET email = 'qqq@example.com', user_name = 'ann1' WHERE id = (SELECT min(id) FROM users);

-- a town far from itself: none
SELECT count(*) FROM (
  SELECT max(latitude) - min(latitude) AS high, max(longitude) - min(longitude) AS wide
  FROM addresses GROUP BY country, region, city)
WHERE high > 1 OR wide > 1.5;
-- planted
UPDATE addresses SET city = 'Bath', region = 'Avon', country = 'GB';
UPDATE addresses SET latitude = 12 WHERE id = (SELECT min(id) FROM addresses);

-- a delivery before shipping, or within the hour but not over the counter: none
SELECT count(*) FROM order_details
WHERE delivered_at < shipped_at + CASE channel WHEN 'store' THEN INTERVAL 0 HOUR ELSE INTERVAL 1 HOUR END
  OR shipped_at < paid_at;
-- planted
UPDATE order_details SET delivered_at = shipped_at - INTERVAL 1 DAY WHERE delivered_at IS NOT NULL;

-- a courier at three in the morning: none
SELECT count(*) FROM (
  SELECT extract(hour FROM o.delivered_at AT TIME ZONE u.time_zone) AS hour
  FROM order_details AS o JOIN users AS u ON u.id = o.user_id
  WHERE o.channel <> 'store')
WHERE hour BETWEEN 0 AND 5;
-- planted
UPDATE users SET time_zone = 'UTC';
UPDATE order_details SET delivered_at = TIMESTAMPTZ '2025-01-01 03:00:00+00', channel = 'web';

-- a return after a hundred days: none
SELECT count(*) FROM order_details WHERE returned_at > delivered_at + INTERVAL 100 DAY;
-- planted
UPDATE order_details SET returned_at = delivered_at + INTERVAL 200 DAY;

-- a coupon on a free order: none
SELECT count(*) FROM order_details WHERE coupon IS NOT NULL AND (total <= shipping OR discount <= 0 OR discount >= subtotal);
-- planted
UPDATE order_details SET coupon = 'FREE', discount = subtotal WHERE id = (SELECT min(id) FROM order_details);

-- forty orders of a customer in one hour: none
SELECT count(*) FROM (
  SELECT count(*) AS n FROM order_details GROUP BY user_id, date_trunc('hour', placed_at))
WHERE n >= 10;
-- planted
UPDATE order_details SET user_id = (SELECT min(id) FROM users), placed_at = TIMESTAMPTZ '2025-01-01 00:00:00+00';

-- an order within ten seconds of the sign-up: at most 10 per million order_details, late sign-ups order before the window ends
SELECT count(*) FROM order_details AS o JOIN users AS u ON u.id = o.user_id
WHERE o.placed_at < u.created_at + INTERVAL 10 SECOND;
-- planted
UPDATE order_details SET placed_at = TIMESTAMPTZ '1990-01-01 00:00:00+00';

-- nine sofas in one line: at most 2 per million order_item, the far tail of pieces
SELECT count(*) FROM order_item AS i JOIN goods AS g ON g.id = i.product_sku_id
WHERE i.quantity > 50 OR i.quantity >= 9 AND g.price >= 20000;
-- planted
UPDATE order_item SET quantity = 99;

-- a basket for more than a car: at most 20 per million order_details, the far tail of baskets
SELECT count(*) FROM order_details WHERE total > 2000000;
-- planted
UPDATE order_details SET total = 99000000;

-- an order sent to a stranger: none
SELECT count(*) FROM order_details AS o JOIN addresses AS a ON a.id = o.address_id WHERE a.user_id <> o.user_id;
-- planted
UPDATE order_details SET user_id = (SELECT max(id) FROM users);

-- goods sold before they were launched, or after their end: none
SELECT count(*) FROM order_item AS i
JOIN products_skus AS s ON s.id = i.product_sku_id
JOIN products AS p ON p.id = s.product_id
WHERE i.created_at < p.launched_at OR i.created_at > p.discontinued_at;
-- planted
UPDATE products SET launched_at = TIMESTAMPTZ '2190-01-01 00:00:00+00';

-- more given back than was paid: none
SELECT count(*) FROM payment_details AS r JOIN order_details AS o ON o.id = r.order_id
WHERE r.kind = 'refund' AND (r.amount > o.total OR o.paid_at IS NULL);
-- planted
UPDATE payment_details SET kind = 'refund', amount = 99000000 WHERE id = (SELECT min(id) FROM payment_details);

-- an order at a counter paid by transfer or in instalments: none
SELECT count(*) FROM payment_details AS p JOIN order_details AS o ON o.id = p.order_id
WHERE o.channel = 'store' AND p.method IN ('bank_transfer', 'klarna');
-- planted
UPDATE order_details SET channel = 'store';

-- ten pieces of what costs 400.00 or more: at most 5 per million order_item, chance
SELECT count(*) FROM order_item WHERE quantity >= 10 AND unit_price >= 40000;
-- planted
UPDATE order_item SET quantity = 12, unit_price = 49900;

-- two products of one brand and name: at most 1000 per million products, the rest after two more draws
SELECT sum(n - 1) FROM (SELECT count(*) AS n FROM products GROUP BY brand, name);
-- planted
UPDATE products SET brand = 'Alderwick', name = 'Linen Shirt';

-- an order that nobody has paid is still waited for after five weeks: none
SELECT count(*) FROM order_details
WHERE status = 'pending' AND placed_at < (SELECT max(placed_at) FROM order_details) - INTERVAL 35 DAY;
-- planted
UPDATE order_details SET status = 'pending' WHERE placed_at = (SELECT min(placed_at) FROM order_details);

-- one customer has the same address twice: at most 5 per million addresses, chance between third ones
SELECT count(*) FROM (
  SELECT user_id FROM addresses GROUP BY user_id, country, city, line_1 HAVING count(*) > 1);
-- planted
UPDATE addresses SET city = 'Graz', line_1 = 'Murgasse 3', country = 'AT';

-- summer's coupon in winter, or one of Black Friday in spring: none
SELECT count(*) FROM order_details
WHERE coupon LIKE 'SUMMER%' AND month(placed_at) NOT BETWEEN 5 AND 9
  OR coupon LIKE 'BLACKFRIDAY%' AND month(placed_at) NOT BETWEEN 11 AND 12;
-- planted
UPDATE order_details SET coupon = 'SUMMER10', placed_at = TIMESTAMPTZ '2025-01-15 12:00:00+00';

-- an order by phone, or at a counter, in the middle of the night: none
SELECT count(*) FROM order_details AS o JOIN users AS u ON u.id = o.user_id
WHERE o.channel IN ('phone', 'store') AND extract(hour FROM o.placed_at AT TIME ZONE u.time_zone) NOT BETWEEN 8 AND 21;
-- planted
UPDATE users SET time_zone = 'UTC';
UPDATE order_details SET channel = 'phone', placed_at = TIMESTAMPTZ '2025-01-01 03:00:00+00';

-- a parcel on a Sunday: none
SELECT count(*) FROM order_details AS o JOIN users AS u ON u.id = o.user_id
WHERE o.channel <> 'store' AND isodow(o.delivered_at AT TIME ZONE u.time_zone) = 7;
-- planted
UPDATE users SET time_zone = 'UTC';
UPDATE order_details SET channel = 'web', delivered_at = TIMESTAMPTZ '2025-01-05 12:00:00+00';

-- shopping at four in the morning as much as at eight in the evening: none
SELECT count(*) FROM (
  SELECT count(*) FILTER (hour = 4) AS night, count(*) FILTER (hour = 20) AS evening
  FROM (SELECT extract(hour FROM o.placed_at AT TIME ZONE u.time_zone) AS hour
    FROM order_details AS o JOIN users AS u ON u.id = o.user_id))
WHERE night > evening / 3 AND night + evening > 200;
-- planted
UPDATE users SET time_zone = 'UTC';
UPDATE order_details SET placed_at = TIMESTAMPTZ '2025-01-01 04:00:00+00';

-- a review before the delivery: none
SELECT count(*) FROM reviews AS r JOIN order_details AS o ON o.id = r.order_id
WHERE o.delivered_at IS NULL OR r.created_at < o.delivered_at;
-- planted
UPDATE order_details SET delivered_at = NULL;

-- a review of what the customer never bought: none
SELECT count(*) FROM reviews AS r WHERE NOT EXISTS (
  SELECT 1 FROM order_details AS o JOIN order_item AS i ON i.order_id = o.id
  JOIN products_skus AS s ON s.id = i.product_sku_id
  WHERE o.user_id = r.user_id AND s.product_id = r.product_id);
-- planted
UPDATE reviews SET product_id = 'nothing' WHERE id = (SELECT min(id) FROM reviews);

-- five stars with an angry text: none
SELECT count(*) FROM reviews WHERE rating = 5 AND regexp_matches(title || ' ' || body,
  'waste|regret|isappoint|Fehlkauf|enttäusch|écev|regrette|ecepcion|arrepiento|elusion|eleurst|ozczar|esvik|後悔|残念|失望|后悔');
-- planted
UPDATE reviews SET rating = 5, body = 'A complete waste of money.' WHERE id = (SELECT min(id) FROM reviews);

-- one star with praise: none
SELECT count(*) FROM reviews WHERE rating = 1
  AND (title IN ('Perfect', 'Love it', 'Einfach perfekt', 'Parfait', 'Perfecto', 'Perfetto', 'Idealne', 'Perfeito', '最高です')
    OR body LIKE '%Recommended.%');
-- planted
UPDATE reviews SET rating = 1, title = 'Perfect' WHERE id = (SELECT min(id) FROM reviews);

-- furniture that tastes good: none
SELECT count(*) FROM reviews AS r JOIN products AS p ON p.id = r.product_id
JOIN sub_categories AS b ON b.id = p.sub_category_id JOIN categories AS c ON c.id = b.category_id
WHERE c.name <> 'Grocery' AND regexp_matches(r.body, 'Tastes|Schmeckt|goût|[Ss]abor|sapore|Smaakt|Smak|味が|味道');
-- planted
UPDATE categories SET name = 'Furniture';
UPDATE reviews SET body = 'Tastes fresh and full.';

-- broken after weeks, says a review of the next day: none
SELECT count(*) FROM reviews
WHERE regexp_matches(body, 'weeks|months|Wochen|Monate|semaines|mois|semanas|meses|settimane|mesi|weken|tygodni|veckor');
-- planted
UPDATE reviews SET body = 'Broke down after three weeks.' WHERE id = (SELECT min(id) FROM reviews);

-- a centre without a country: none
SELECT count(*) FROM distribution_centers WHERE NOT regexp_matches(country, '^[A-Z]{2}$');
-- planted
UPDATE distribution_centers SET country = '' WHERE id = (SELECT min(id) FROM distribution_centers);

-- a shop with nearly all its stock in one place: none
SELECT count(*) FROM (SELECT sum(quantity) AS there FROM inventory_items GROUP BY distribution_center_id)
WHERE there > 0.9 * (SELECT sum(quantity) FROM inventory_items);
-- planted
UPDATE inventory_items SET distribution_center_id = (SELECT min(id) FROM distribution_centers);

-- a cart without a view: none
SELECT count(*) FROM events AS a JOIN sessions AS s ON s.id = a.session_id
WHERE a.type = 'add_to_cart' AND NOT EXISTS (SELECT 1 FROM events AS v JOIN sessions AS w ON w.id = v.session_id
  WHERE v.type = 'view_product' AND w.visitor_id = s.visitor_id AND v.product_id = a.product_id
    AND v.occurred_at <= a.occurred_at);
-- planted
UPDATE events SET type = 'page_view', product_id = NULL WHERE type = 'view_product';

-- a session of nine hours: none
SELECT count(*) FROM sessions WHERE ended_at - started_at > INTERVAL 3 HOUR;
-- planted
UPDATE sessions SET ended_at = started_at + INTERVAL 9 HOUR WHERE id = (SELECT min(id) FROM sessions);

-- an order in the web shop that no session explains: none
SELECT count(*) FROM order_details AS o
WHERE o.channel IN ('web', 'ios', 'android') AND EXISTS (FROM sessions) AND NOT EXISTS (
  SELECT 1 FROM sessions AS s JOIN events AS e ON e.session_id = s.id
  WHERE s.user_id = o.user_id AND s.channel = o.channel AND e.type = 'purchase' AND e.occurred_at = o.placed_at);
-- planted
UPDATE events SET type = 'page_view' WHERE type = 'purchase';

-- a purchase in the clickstream without an order: none
SELECT count(*) FROM events AS e JOIN sessions AS s ON s.id = e.session_id WHERE e.type = 'purchase' AND NOT EXISTS (
  SELECT 1 FROM order_details AS o WHERE o.user_id = s.user_id AND o.placed_at = e.occurred_at);
-- planted
UPDATE sessions SET user_id = NULL;

-- Safari on Windows or Android: none
SELECT count(*) FROM sessions WHERE browser = 'safari' AND os NOT IN ('macos', 'ios');
-- planted
UPDATE sessions SET os = 'windows' WHERE browser = 'safari';

-- a phone that runs macOS, a desktop that runs iOS: none
SELECT count(*) FROM sessions WHERE (device = 'desktop') <> (os IN ('windows', 'macos', 'linux'));
-- planted
UPDATE sessions SET device = 'desktop' WHERE os = 'ios';

-- iPhones in India as common as in Japan: none
SELECT count(*) FROM (SELECT
  avg((os = 'ios')::INTEGER) FILTER (country IN ('IN', 'PL', 'BR')) AS few,
  avg((os = 'ios')::INTEGER) FILTER (country IN ('US', 'JP', 'GB', 'CA', 'AU')) AS many
  FROM sessions WHERE channel = 'web' AND device = 'mobile')
WHERE few > many / 2;
-- planted
UPDATE sessions SET os = 'ios' WHERE country IN ('IN', 'PL', 'BR');

-- a newsletter to somebody who never left an address: none
SELECT count(*) FROM sessions WHERE traffic_source = 'email' AND user_id IS NULL;
-- planted
UPDATE sessions SET user_id = NULL;

-- ads that bring better customers than newsletters: none
SELECT count(*) FROM (SELECT
  avg((s.events = 1)::INTEGER) FILTER (traffic_source = 'email') AS email,
  avg((s.events = 1)::INTEGER) FILTER (traffic_source IN ('social', 'paid_search')) AS ads FROM sessions AS s)
WHERE email >= ads;
-- planted
UPDATE sessions SET events = 1 WHERE traffic_source = 'email';

-- surfing at four in the morning as much as at eight in the evening: none
SELECT count(*) FROM (SELECT
  count(*) FILTER (hour(s.started_at AT TIME ZONE u.time_zone) = 4) AS night,
  count(*) FILTER (hour(s.started_at AT TIME ZONE u.time_zone) = 20) AS evening
  FROM sessions AS s JOIN users AS u ON u.id = s.user_id)
WHERE night > evening / 3;
-- planted
UPDATE sessions AS s SET started_at = date_trunc('day', s.started_at AT TIME ZONE u.time_zone) AT TIME ZONE u.time_zone
  + INTERVAL 4 HOUR FROM users AS u WHERE u.id = s.user_id;

-- a purchase a second after the first look, one in a hundred or more: none
SELECT count(*) FROM (SELECT count(*) FILTER (ended_at - started_at < INTERVAL 1 SECOND) AS hasty, count(*) AS n
  FROM sessions WHERE id IN (SELECT session_id FROM events WHERE type = 'purchase'))
WHERE hasty > n / 100;
-- planted
UPDATE sessions SET ended_at = started_at;

-- visitors who all look at one product: none
SELECT count(*) FROM (SELECT product_id, count(*) AS views FROM events WHERE type = 'view_product' GROUP BY ALL)
WHERE views > (SELECT count(*) FROM events WHERE type = 'view_product') / 5;
-- planted
UPDATE events SET product_id = (SELECT min(id) FROM products) WHERE type = 'view_product';

-- what sells best is hardly looked at: none
SELECT count(*) FROM (
  SELECT s.product_id, count(*) AS sold FROM order_item AS i JOIN products_skus AS s ON s.id = i.product_sku_id
  GROUP BY ALL ORDER BY sold DESC, s.product_id LIMIT 5) AS b
WHERE (SELECT count(*) FROM events AS e WHERE e.type = 'view_product' AND e.product_id = b.product_id) < b.sold / 2
  AND EXISTS (FROM events);
-- planted
DELETE FROM events WHERE type = 'view_product';
