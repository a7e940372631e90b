-- Orders and money by day and country; cancelled orders are left out. Money is in minor units.
select
    cast(orders.placed_at as date) as day,
    addresses.country,
    orders.currency,
    count(*) as orders,
    sum(orders.total) as total
from {{ source('cartload', 'order_details') }} as orders
inner join {{ source('cartload', 'addresses') }} as addresses on addresses.id = orders.address_id
where orders.status <> 'cancelled'
group by all
