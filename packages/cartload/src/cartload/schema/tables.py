"""All tables: columns in the order of the row hash, keys, and what each means."""

from collections.abc import Sequence
from typing import Any, Final

from cartload.schema.model import Column, Table


def _id() -> Column:
    return Column("id", "id", "Primary key; a UUID version 8 as text or an integer from 1, as the spec says.")


def _ref(name: str, parent: str, description: str) -> Column:
    return Column(name, "id", description, references=f"{parent}.id")


def _text(name: str, length: int, description: str, **extra: Any) -> Column:
    return Column(name, "string", description, length=length, **extra)


def _enum(name: str, values: str, description: str) -> Column:
    options = tuple(values.split())
    return Column(name, "enum", description, values=options, length=max(map(len, options)), ascii=True)


def _int(name: str, description: str) -> Column:
    return Column(name, "integer", description)


def _money(name: str, description: str) -> Column:
    return Column(name, "money", f"{description}, in minor units of the dataset's currency.")


def _decimal(name: str, precision: int, scale: int, description: str) -> Column:
    return Column(name, "decimal", description, precision=precision, scale=scale)


def _time(name: str, description: str, *, nullable: bool = False) -> Column:
    return Column(name, "timestamp", description, nullable=nullable)


def _table(name: str, description: str, columns: Sequence[Column], **keys: Any) -> Table:
    stamps = (
        _time("created_at", "When the row came to be."),
        _time("updated_at", "The latest change that the row shows."),
    )
    return Table(name, description, (*columns, *stamps), **keys)


_CATEGORIES = _table(
    "categories",
    "The top level of the catalogue.",
    (
        _id(),
        _text("name", 80, "Shown name."),
        _text("slug", 80, "Name in URLs.", ascii=True),
        _text("description", 255, "One sentence about it."),
    ),
    unique=(("slug",),),
    catalogue=True,
)

_SUB_CATEGORIES = _table(
    "sub_categories",
    "The second level of the catalogue.",
    (
        _id(),
        _ref("category_id", "categories", "Category that it belongs to."),
        _text("name", 80, "Shown name."),
        _text("slug", 120, "Name in URLs.", ascii=True),
        _text("description", 255, "One sentence about it."),
    ),
    unique=(("slug",),),
    indexes=(("category_id",),),
    catalogue=True,
)

_PRODUCTS = _table(
    "products",
    "What the shop sells, without size and colour.",
    (
        _id(),
        _ref("sub_category_id", "sub_categories", "Where it is listed."),
        _text("name", 120, "Shown name."),
        _text("brand", 60, "Maker's name; invented."),
        _text("summary", 160, "One line for lists."),
        _text("description", 500, "A few sentences for its page."),
        _text("slug", 160, "Name in URLs.", ascii=True),
        _text("image_url", 200, "Picture, on a reserved domain.", ascii=True),
        _decimal("rating", 2, 1, "Mean rating that its published reviews tend to, 1.0 to 5.0."),
        _time("launched_at", "First moment on sale."),
        _time("discontinued_at", "End of sale.", nullable=True),
    ),
    unique=(("slug",),),
    indexes=(("sub_category_id",), ("launched_at",)),
    catalogue=True,
)

_PRODUCTS_SKUS = _table(
    "products_skus",
    "What can be put into a basket: a product in one size and colour.",
    (
        _id(),
        _ref("product_id", "products", "Product that it is a variant of."),
        _text("sku", 20, "Stock keeping unit.", ascii=True),
        _text("size", 16, "Size, where the product has sizes.", nullable=True, ascii=True),
        _text("color", 24, "Colour, where the product has colours.", nullable=True, ascii=True),
        _money("price", "Price of one, at least 1"),
        _money("cost", "What the shop pays for one"),
        _int("weight_grams", "Shipping weight in grams."),
        _int("stock", "Pieces in stock, in all distribution centres together."),
    ),
    unique=(("sku",),),
    indexes=(("product_id",),),
    catalogue=True,
)

_DISTRIBUTION_CENTERS = _table(
    "distribution_centers",
    "Warehouses from which orders are sent, in the countries where most customers live.",
    (
        _id(),
        _text("name", 120, "Shown name."),
        _text("city", 80, "City that it lies in or near."),
        _text("country", 2, "ISO 3166-1 alpha-2; one of the customers' countries.", ascii=True),
        _decimal("latitude", 8, 5, "Degrees north."),
        _decimal("longitude", 8, 5, "Degrees east."),
    ),
    unique=(("country", "city"),),
    catalogue=True,
)

_INVENTORY_ITEMS = _table(
    "inventory_items",
    "How much of a SKU lies in a distribution centre; over the centres it adds up to the SKU's stock.",
    (
        _id(),
        _ref("product_sku_id", "products_skus", "What lies there."),
        _ref("distribution_center_id", "distribution_centers", "Where it lies; once a SKU."),
        _int("quantity", "Pieces there."),
        _int("reorder_level", "With so many pieces left it is ordered again; 0 for what is discontinued."),
    ),
    unique=(("product_sku_id", "distribution_center_id"),),
    indexes=(("distribution_center_id",),),
    catalogue=True,
)

_USERS = _table(
    "users",
    "Customers of the shop.",
    (
        _id(),
        _text("user_name", 80, "Login name, unique.", ascii=True),
        _text("first_name", 60, "Given name."),
        _text("last_name", 60, "Family name."),
        _text("email", 120, "Address on a reserved domain, unique.", ascii=True),
        _text("phone_number", 24, "From a range set aside for fiction.", ascii=True),
        Column("birth_date", "date", "Day of birth; 16 or older at sign-up."),
        _enum("gender", "female male other undisclosed", "As the customer gave it."),
        _text("locale", 10, "Language and country, such as de_DE.", ascii=True),
        _text("country", 2, "Home country, ISO 3166-1 alpha-2.", ascii=True),
        _text("time_zone", 40, "IANA time zone of the home city.", ascii=True),
    ),
    unique=(("user_name",), ("email",)),
    indexes=(("country",), ("created_at",)),
)

_ADDRESSES = _table(
    "addresses",
    "Where customers live and have parcels sent; the first of each customer is the default.",
    (
        _id(),
        _ref("user_id", "users", "Whose address it is."),
        _text("title", 40, "The customer's own name for it."),
        _text("line_1", 120, "Street and house number."),
        _text("line_2", 60, "Flat or floor.", nullable=True),
        _text("city", 80, "City."),
        _text("region", 80, "State, province or county.", nullable=True),
        _text("postal_code", 12, "In the country's format.", ascii=True),
        _text("country", 2, "ISO 3166-1 alpha-2.", ascii=True),
        _text("phone_number", 24, "From a range set aside for fiction.", ascii=True),
        Column("is_default", "boolean", "Whether it is the customer's default; exactly one is."),
        _decimal("latitude", 8, 5, "Degrees north."),
        _decimal("longitude", 8, 5, "Degrees east."),
    ),
    indexes=(("user_id",),),
)

_ORDER_DETAILS = _table(
    "order_details",
    "Orders with their state as of the window's end.",
    (
        _id(),
        _text("order_number", 20, "Number shown to the customer, unique.", ascii=True),
        _ref("user_id", "users", "Who ordered."),
        _ref("address_id", "addresses", "Where it is sent; decides the tax."),
        _enum("status", "pending paid shipped delivered returned cancelled", "How far the order has come."),
        _text("currency", 3, "ISO 4217; the same in the whole dataset.", ascii=True),
        _money("subtotal", "Sum of the line totals"),
        _money("discount", "Sum of the line discounts"),
        _money("tax", "Sum of the line taxes"),
        _money("shipping", "Shipping fee, not taxed"),
        _money("total", "subtotal - discount + tax + shipping"),
        _text("coupon", 20, "Code behind the discount.", nullable=True, ascii=True),
        _enum("channel", "web ios android store phone", "Where it was placed."),
        _time("placed_at", "When it was placed."),
        _time("paid_at", "When a charge was captured.", nullable=True),
        _time("shipped_at", "When it left the warehouse.", nullable=True),
        _time("delivered_at", "When it arrived.", nullable=True),
        _time("cancelled_at", "When it was cancelled.", nullable=True),
        _time("returned_at", "When goods came back.", nullable=True),
    ),
    unique=(("order_number",),),
    indexes=(("user_id",), ("address_id",), ("status",), ("placed_at",)),
)

_ORDER_ITEM = _table(
    "order_item",
    "Lines of orders.",
    (
        _id(),
        _ref("order_id", "order_details", "Order that it belongs to."),
        _int("line_number", "From 1, unique in the order."),
        _ref("product_sku_id", "products_skus", "What was bought; unique in the order."),
        _int("quantity", "Pieces bought, at least 1."),
        _money("unit_price", "Price of one, the SKU's price"),
        _money("line_total", "unit_price x quantity"),
        _money("discount", "The line's part of the order's discount"),
        _money("tax", "Tax on line_total - discount"),
        _int("returned_quantity", "Pieces that came back."),
    ),
    unique=(("order_id", "line_number"), ("order_id", "product_sku_id")),
    indexes=(("product_sku_id",),),
)

_PAYMENT_DETAILS = _table(
    "payment_details",
    "Charges and refunds of orders.",
    (
        _id(),
        _ref("order_id", "order_details", "Order that it pays."),
        _int("attempt", "From 1, unique in the order; a refund comes after the charges."),
        _enum("kind", "charge refund", "Direction of the money."),
        _enum("method", "card paypal bank_transfer klarna gift_card", "How it was paid."),
        _text("provider", 24, "Payment provider; invented.", ascii=True),
        _text("card_last_four", 4, "Of a test card, for cards only.", nullable=True, ascii=True),
        _money("amount", "Amount, above 0"),
        _text("currency", 3, "ISO 4217.", ascii=True),
        _enum("status", "pending captured failed voided", "How it ended so far."),
        _text("failure_reason", 40, "Why a failed charge failed.", nullable=True, ascii=True),
    ),
    unique=(("order_id", "attempt"),),
    indexes=(("created_at",),),
)

_WISHLIST = _table(
    "wishlist",
    "Products that customers noted.",
    (
        _id(),
        _ref("user_id", "users", "Who noted it."),
        _ref("product_id", "products", "What was noted; once a customer."),
        _time("removed_at", "When it was taken off again.", nullable=True),
    ),
    unique=(("user_id", "product_id"),),
    indexes=(("product_id",),),
)

_REVIEWS = _table(
    "reviews",
    "What customers say of products that were delivered to them.",
    (
        _id(),
        _ref("user_id", "users", "Who wrote it; the customer of the order."),
        _ref("product_id", "products", "What it is about; once a customer."),
        _ref("order_id", "order_details", "Order that it follows; delivered before."),
        _int("rating", "Stars, 1 to 5."),
        _text("title", 80, "Headline, in the customer's language."),
        _text("body", 500, "Text, in the customer's language."),
        _enum("status", "published pending rejected", "Whether the shop has checked and accepted it."),
    ),
    unique=(("user_id", "product_id"),),
    indexes=(("product_id",), ("order_id",)),
)

_SESSIONS = _table(
    "sessions",
    "Visits to the shop on the web and in its apps; one line of a visitor's clickstream.",
    (
        _id(),
        Column(
            "visitor_id", "id", "Browser or app that came; the same at each visit, with or without a user."
        ),
        Column(
            "user_id",
            "id",
            "Whose visit it is; NULL for visitors who have not signed up by then.",
            nullable=True,
            references="users.id",
        ),
        _enum("channel", "web ios android", "Where the visit took place: in a browser or in an app."),
        _enum("device", "desktop mobile tablet", "Kind of device; one for each visitor."),
        _enum("os", "windows macos linux ios android", "Operating system; one for each visitor."),
        _enum("browser", "chrome safari edge firefox samsung app", "Browser; `app` in apps."),
        _enum(
            "traffic_source",
            "direct organic_search paid_search social email referral",
            "What brought the visitor.",
        ),
        _text("country", 2, "ISO 3166-1 alpha-2; the user's home country.", ascii=True),
        _time("started_at", "When its first event happened."),
        _time("ended_at", "When its last event happened."),
        _int("events", "Events that it has, at least 1."),
    ),
    indexes=(("visitor_id",), ("user_id",), ("started_at",)),
)

_EVENTS = _table(
    "events",
    "What visitors do in a session, step by step.",
    (
        _id(),
        _ref("session_id", "sessions", "Session that it belongs to."),
        _int("sequence", "From 1, unique in the session, without a gap."),
        _enum(
            "type",
            "page_view search view_product add_to_cart remove_from_cart begin_checkout purchase",
            "What happened.",
        ),
        Column(
            "product_id",
            "id",
            "Product that is viewed, put into the cart or taken out of it; else NULL.",
            nullable=True,
            references="products.id",
        ),
        _text("query", 60, "What was searched for; NULL but in searches.", nullable=True),
        _text("url", 200, "Page, as a path in the shop.", ascii=True),
        _time("occurred_at", "When it happened."),
    ),
    unique=(("session_id", "sequence"),),
    indexes=(("product_id",), ("occurred_at",)),
)

TABLES: Final[tuple[Table, ...]] = (
    _CATEGORIES,
    _SUB_CATEGORIES,
    _PRODUCTS,
    _PRODUCTS_SKUS,
    _DISTRIBUTION_CENTERS,
    _INVENTORY_ITEMS,
    _USERS,
    _ADDRESSES,
    _ORDER_DETAILS,
    _ORDER_ITEM,
    _PAYMENT_DETAILS,
    _WISHLIST,
    _REVIEWS,
    _SESSIONS,
    _EVENTS,
)
"""All tables, parents first."""

TABLE_NAMES: Final = tuple(table.name for table in TABLES)
CATALOGUE_TABLES: Final = tuple(table.name for table in TABLES if table.catalogue)
"""Tables made once per dataset, in runs of rows."""
BLOCK_TABLES: Final = tuple(table.name for table in TABLES if not table.catalogue)
"""Tables made per block of customers."""

_BY_NAME: Final = {table.name: table for table in TABLES}


def table(name: str) -> Table:
    """The table of that name; KeyError when there is none."""
    return _BY_NAME[name]
