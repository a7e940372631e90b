-- Both models tell of the same money: a row here is a difference.
select by_day.total as by_day, by_customer.total as by_customer
from (select sum(total) as total from {{ ref('daily_sales') }}) as by_day
cross join (select sum(total) as total from {{ ref('customers') }}) as by_customer
where by_day.total <> by_customer.total
