"""`python -m cartload_shop ROLE`: the roles `api` and `worker`, and the one-shots beside them."""

from cartload_kit import cli, logging
from cartload_kit.settings import load
from cartload_shop.settings import ApiSettings, MigrateSettings, WorkerSettings


def api() -> None:
    """Serve shops."""
    from cartload_shop import bootstrap

    bootstrap.run_api(load(ApiSettings))


def worker() -> None:
    """Open and remove shops."""
    from cartload_shop.tasks import bootstrap

    bootstrap.run(load(WorkerSettings))


def migrate() -> None:
    """Bring the database, and those of all shops, up to date; harmless to repeat."""
    from cartload_shop.tasks.migrations import migrate_all

    settings = load(MigrateSettings)
    logging.configure("shop-migrate")
    migrate_all(settings.shop_database_url.get_secret_value())


def openapi() -> None:
    """Print the OpenAPI document."""
    from cartload_kit.http import print_openapi
    from cartload_shop.app import build

    print_openapi(build())


if __name__ == "__main__":
    cli.dispatch({"api": api, "worker": worker, "migrate": migrate, "openapi": openapi})
