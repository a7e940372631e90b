"""All tables by Mimesis: one Generic, its own providers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from mimesis import Generic, Locale

from bench.engine.shop import Makers, Row, key
from cartload.schema import Ids


def makers(ids: Ids, seed: int = 1) -> Makers:
    """A function for each table."""
    shop = _Shop(Generic(Locale.EN, seed=seed), ids)
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
    def __init__(self, generic: Any, ids: Ids) -> None:
        self.ids = ids
        self.person, self.place, self.text = generic.person, generic.address, generic.text
        self.finance, self.pay, self.flag = generic.finance, generic.payment, generic.development.boolean
        self.number, self.pick = generic.numeric.integer_number, generic.choice.choice
        self.moment, self.code = generic.datetime.datetime, generic.random.generate_string_by_mask
        self.uuid, self.slug = generic.cryptographic.uuid, generic.internet.slug

    def _key(self, number: int) -> int | str:
        return key(self.ids, self.uuid, number)

    def _other(self, most: int) -> int | str:
        return key(self.ids, self.uuid, self.number(1, most))

    def _time(self) -> datetime:
        moment: datetime = self.moment(2023, 2024).replace(tzinfo=UTC)
        return moment

    def _stamps(self) -> Row:
        created = self._time()
        return {"created_at": created, "updated_at": created}

    def _later(self, moment: datetime) -> datetime | None:
        return moment + timedelta(minutes=self.number(1, 10_000)) if self.flag() else None

    def category(self, number: int) -> Row:
        text = self.text
        row = {"id": self._key(number), "name": text.word(), "slug": self.slug()}
        return {**row, "description": text.sentence(), **self._stamps()}

    def sub_category(self, number: int) -> Row:
        return {"category_id": self._other(20), **self.category(number)}

    def product(self, number: int) -> Row:
        text, launched = self.text, self._time()
        return {
            "id": self._key(number),
            "sub_category_id": self._other(100),
            "name": text.title(),
            "brand": self.finance.company(),
            "summary": text.sentence(),
            "description": text.text(2),
            "slug": self.slug(),
            "image_url": f"https://images.example.com/{self.slug()}.jpg",
            "rating": self.number(20, 50) / 10,
            "launched_at": launched,
            "discontinued_at": self._later(launched),
            **self._stamps(),
        }

    def sku(self, number: int) -> Row:
        return {
            "id": self._key(number),
            "product_id": self._other(1_000),
            "sku": self.code("SKU-########"),
            "size": self.pick(("S", "M", "L", "XL")),
            "color": self.text.color(),
            "price": self.number(100, 100_000),
            "cost": self.number(100, 100_000),
            "weight_grams": self.number(50, 5_000),
            "stock": self.number(0, 500),
            **self._stamps(),
        }

    def user(self, number: int) -> Row:
        person = self.person
        return {
            "id": self._key(number),
            "user_name": person.username(),
            "first_name": person.first_name(),
            "last_name": person.last_name(),
            "email": person.email(domains=("example.com",)),
            "phone_number": person.phone_number(),
            "birth_date": person.birthdate(1945, 2008),
            "gender": person.gender(),
            "locale": "en_US",
            "country": self.place.country_code(),
            "time_zone": "America/New_York",
            **self._stamps(),
        }

    def address(self, number: int) -> Row:
        place = self.place
        return {
            "id": self._key(number),
            "user_id": self._other(1_000_000),
            "title": self.pick(("Home", "Work", "Parents", "Office")),
            "line_1": place.address(),
            "line_2": place.secondary_address() if self.flag() else None,
            "city": place.city(),
            "region": place.state(),
            "postal_code": place.postal_code(),
            "country": place.country_code(),
            "phone_number": self.person.phone_number(),
            "is_default": self.flag(),
            "latitude": place.latitude(),
            "longitude": place.longitude(),
            **self._stamps(),
        }

    def order(self, number: int) -> Row:
        placed, amount = self._time(), self.number
        return {
            "id": self._key(number),
            "order_number": f"ORD-{number:012d}",
            "user_id": self._other(1_000_000),
            "address_id": self._other(1_000_000),
            "status": self.pick(("pending", "paid", "shipped", "delivered", "cancelled")),
            "currency": "USD",
            "subtotal": amount(100, 100_000),
            "discount": amount(0, 1_000),
            "tax": amount(0, 10_000),
            "shipping": 499,
            "total": amount(100, 100_000),
            "coupon": self.pick((None, "SAVE5", "SAVE10", "SAVE20")),
            "channel": self.pick(("web", "ios", "android", "store", "phone")),
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
        amount = self.number
        return {
            "id": self._key(number),
            "order_id": self._other(1_000_000),
            "line_number": amount(1, 9),
            "product_sku_id": self._other(3_000),
            "quantity": amount(1, 9),
            "unit_price": amount(100, 100_000),
            "line_total": amount(100, 100_000),
            "discount": amount(0, 1_000),
            "tax": amount(0, 10_000),
            "returned_quantity": amount(0, 9),
            **self._stamps(),
        }

    def payment(self, number: int) -> Row:
        return {
            "id": self._key(number),
            "order_id": self._other(1_000_000),
            "attempt": self.number(1, 9),
            "kind": self.pick(("charge", "refund")),
            "method": self.pick(("card", "paypal", "bank_transfer", "klarna", "gift_card")),
            "provider": self.pay.credit_card_network(),
            "card_last_four": self.code("####"),
            "amount": self.number(100, 100_000),
            "currency": "USD",
            "status": self.pick(("pending", "captured", "failed", "voided")),
            "failure_reason": self.pick((None, "declined", "expired", "timeout")),
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
        place = self.place
        return {
            "id": self._key(number),
            "name": self.finance.company(),
            "city": place.city(),
            "country": place.country_code(),
            "latitude": place.latitude(),
            "longitude": place.longitude(),
            **self._stamps(),
        }

    def item(self, number: int) -> Row:
        return {
            "id": self._key(number),
            "product_sku_id": self._other(3_000),
            "distribution_center_id": self._other(10),
            "quantity": self.number(0, 500),
            "reorder_level": self.number(0, 50),
            **self._stamps(),
        }

    def review(self, number: int) -> Row:
        return {
            "id": self._key(number),
            "user_id": self._other(1_000_000),
            "product_id": self._other(1_000),
            "order_id": self._other(1_000_000),
            "rating": self.number(1, 5),
            "title": self.text.title(),
            "body": self.text.text(3),
            "status": self.pick(("published", "pending", "rejected")),
            **self._stamps(),
        }
