"""All tables by Faker: one generator object, its fast way of choosing, its own providers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from faker import Faker

from bench.engine.shop import Makers, Row, key
from cartload.schema import Ids

_START, _END = datetime(2023, 1, 1, tzinfo=UTC), datetime(2024, 12, 31, tzinfo=UTC)


def makers(ids: Ids, seed: int = 1) -> Makers:
    """A function for each table."""
    fake = Faker("en_US", use_weighting=False)
    fake.seed_instance(seed)
    shop = _Shop(fake, ids)
    return {
        "categories": shop.category,
        "sub_categories": shop.sub_category,
        "products": shop.product,
        "products_skus": shop.sku,
        "distribution_centers": shop.center,
        "inventory_items": shop.item,
        "users": shop.user,
        "addresses": shop.address,
        "order_details": shop.order,
        "order_item": shop.line,
        "payment_details": shop.payment,
        "wishlist": shop.wish,
        "reviews": shop.review,
    }


class _Shop:
    def __init__(self, fake: Any, ids: Ids) -> None:
        self.fake, self.ids = fake, ids

    def _key(self, number: int) -> int | str:
        return key(self.ids, self.fake.uuid4, number)

    def _other(self, most: int) -> int | str:
        return key(self.ids, self.fake.uuid4, self.fake.random_int(1, most))

    def _stamps(self) -> Row:
        created = self._time()
        return {"created_at": created, "updated_at": created}

    def _time(self) -> datetime:
        moment: datetime = self.fake.date_time_between(_START, _END, UTC)
        return moment

    def _later(self, moment: datetime) -> datetime | None:
        if not self.fake.pybool():
            return None
        return moment + timedelta(minutes=self.fake.random_int(1, 10_000))

    def category(self, number: int) -> Row:
        fake = self.fake
        row = {"id": self._key(number), "name": fake.word(), "slug": fake.slug()}
        return {**row, "description": fake.sentence(), **self._stamps()}

    def sub_category(self, number: int) -> Row:
        return {"category_id": self._other(20), **self.category(number)}

    def product(self, number: int) -> Row:
        fake, launched = self.fake, self._time()
        return {
            "id": self._key(number),
            "sub_category_id": self._other(100),
            "name": fake.catch_phrase(),
            "brand": fake.company(),
            "summary": fake.sentence(),
            "description": fake.paragraph(),
            "slug": fake.slug(),
            "image_url": fake.image_url(),
            "rating": fake.random_int(20, 50) / 10,
            "launched_at": launched,
            "discontinued_at": self._later(launched),
            **self._stamps(),
        }

    def sku(self, number: int) -> Row:
        fake = self.fake
        return {
            "id": self._key(number),
            "product_id": self._other(1_000),
            "sku": fake.bothify("SKU-########"),
            "size": fake.random_element(("S", "M", "L", "XL")),
            "color": fake.color_name(),
            "price": fake.random_int(100, 100_000),
            "cost": fake.random_int(100, 100_000),
            "weight_grams": fake.random_int(50, 5_000),
            "stock": fake.random_int(0, 500),
            **self._stamps(),
        }

    def user(self, number: int) -> Row:
        fake = self.fake
        return {
            "id": self._key(number),
            "user_name": fake.user_name(),
            "first_name": fake.first_name(),
            "last_name": fake.last_name(),
            "email": fake.safe_email(),
            "phone_number": fake.phone_number(),
            "birth_date": fake.date_of_birth(minimum_age=16, maximum_age=80),
            "gender": fake.random_element(("female", "male", "other", "undisclosed")),
            "locale": fake.locale(),
            "country": fake.country_code(),
            "time_zone": fake.timezone(),
            **self._stamps(),
        }

    def address(self, number: int) -> Row:
        fake = self.fake
        return {
            "id": self._key(number),
            "user_id": self._other(1_000_000),
            "title": fake.random_element(("Home", "Work", "Parents", "Office")),
            "line_1": fake.street_address(),
            "line_2": fake.secondary_address() if fake.pybool() else None,
            "city": fake.city(),
            "region": fake.state(),
            "postal_code": fake.postcode(),
            "country": fake.country_code(),
            "phone_number": fake.phone_number(),
            "is_default": fake.pybool(),
            "latitude": fake.latitude(),
            "longitude": fake.longitude(),
            **self._stamps(),
        }

    def order(self, number: int) -> Row:
        fake, placed = self.fake, self._time()
        return {
            "id": self._key(number),
            "order_number": f"ORD-{number:012d}",
            "user_id": self._other(1_000_000),
            "address_id": self._other(1_000_000),
            "status": fake.random_element(("pending", "paid", "shipped", "delivered", "cancelled")),
            "currency": "USD",
            "subtotal": fake.random_int(100, 100_000),
            "discount": fake.random_int(0, 1_000),
            "tax": fake.random_int(0, 10_000),
            "shipping": 499,
            "total": fake.random_int(100, 100_000),
            "coupon": fake.random_element((None, "SAVE5", "SAVE10", "SAVE20")),
            "channel": fake.random_element(("web", "ios", "android", "store", "phone")),
            "placed_at": placed,
            "paid_at": self._later(placed),
            "shipped_at": self._later(placed),
            "delivered_at": self._later(placed),
            "cancelled_at": self._later(placed),
            "returned_at": self._later(placed),
            "created_at": placed,
            "updated_at": placed,
        }

    def line(self, number: int) -> Row:
        fake = self.fake
        return {
            "id": self._key(number),
            "order_id": self._other(1_000_000),
            "line_number": fake.random_digit_not_null(),
            "product_sku_id": self._other(3_000),
            "quantity": fake.random_digit_not_null(),
            "unit_price": fake.random_int(100, 100_000),
            "line_total": fake.random_int(100, 100_000),
            "discount": fake.random_int(0, 1_000),
            "tax": fake.random_int(0, 10_000),
            "returned_quantity": fake.random_digit(),
            **self._stamps(),
        }

    def payment(self, number: int) -> Row:
        fake = self.fake
        return {
            "id": self._key(number),
            "order_id": self._other(1_000_000),
            "attempt": fake.random_digit_not_null(),
            "kind": fake.random_element(("charge", "refund")),
            "method": fake.random_element(("card", "paypal", "bank_transfer", "klarna", "gift_card")),
            "provider": fake.credit_card_provider(),
            "card_last_four": fake.numerify("####"),
            "amount": fake.random_int(100, 100_000),
            "currency": "USD",
            "status": fake.random_element(("pending", "captured", "failed", "voided")),
            "failure_reason": fake.random_element((None, "declined", "expired", "timeout")),
            **self._stamps(),
        }

    def wish(self, number: int) -> Row:
        created = self._time()
        return {
            "id": self._key(number),
            "user_id": self._other(1_000_000),
            "product_id": self._other(1_000),
            "removed_at": self._later(created),
            "created_at": created,
            "updated_at": created,
        }

    def center(self, number: int) -> Row:
        fake = self.fake
        return {
            "id": self._key(number),
            "name": fake.company(),
            "city": fake.city(),
            "country": fake.country_code(),
            "latitude": fake.latitude(),
            "longitude": fake.longitude(),
            **self._stamps(),
        }

    def item(self, number: int) -> Row:
        return {
            "id": self._key(number),
            "product_sku_id": self._other(3_000),
            "distribution_center_id": self._other(10),
            "quantity": self.fake.random_int(0, 500),
            "reorder_level": self.fake.random_int(0, 50),
            **self._stamps(),
        }

    def review(self, number: int) -> Row:
        fake = self.fake
        return {
            "id": self._key(number),
            "user_id": self._other(1_000_000),
            "product_id": self._other(1_000),
            "order_id": self._other(1_000_000),
            "rating": fake.random_int(1, 5),
            "title": fake.sentence(),
            "body": fake.paragraph(),
            "status": fake.random_element(("published", "pending", "rejected")),
            **self._stamps(),
        }
