-- Which twenty coupons are used most, and what do they cost? All orders with a coupon, the discount as a share of
-- the goods in basis points; between equals by code.
SELECT coupon, COUNT(*) AS orders, SUM(subtotal) AS goods, SUM(discount) AS discount,
  (20000 * SUM(discount) + SUM(subtotal)) // (2 * SUM(subtotal)) AS discount_bp
FROM order_details
WHERE coupon IS NOT NULL
GROUP BY coupon
ORDER BY orders DESC, coupon
LIMIT 20
