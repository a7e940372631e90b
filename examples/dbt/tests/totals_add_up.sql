-- Orders whose total is not what their lines and shipping come to: there must be none.
select orders.id
from {{ source('cartload', 'order_details') }} as orders
inner join {{ source('cartload', 'order_item') }} as lines on lines.order_id = orders.id
group by orders.id, orders.shipping, orders.total
having sum(lines.line_total - lines.discount + lines.tax) + orders.shipping <> orders.total
