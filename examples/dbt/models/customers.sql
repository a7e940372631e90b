-- One row a customer, with what they ordered and what came back.
select
    users.id as customer_id,
    users.country,
    users.created_at as signed_up_at,
    count(orders.id) as orders,
    count(orders.id) filter (where orders.status = 'returned') as returned_orders,
    min(orders.placed_at) as first_order_at,
    coalesce(sum(orders.total) filter (where orders.status <> 'cancelled'), 0) as total
from {{ source('cartload', 'users') }} as users
left join {{ source('cartload', 'order_details') }} as orders on orders.user_id = users.id
group by all
