"""The limits of passwords and sign-ins, for the gateway's route that shows them to administrators."""

from fastapi import APIRouter

from cartload_auth.api.dependencies import UseDependencies
from cartload_auth.settings import AuthSettings
from cartload_kit.published_limits import PublishedLimits, Usage, publish
from cartload_kit.tokens import CurrentAdmin

internal = APIRouter(prefix="/internal", tags=["internal"], include_in_schema=False)
"""What only the gateway calls: it routes nothing below /internal."""


@internal.get("/limits", summary="Read the limits of passwords and sign-ins")
async def read_limits(dependencies: UseDependencies, _: CurrentAdmin) -> PublishedLimits:
    """The limits. Attempts are kept by a hash of whom they are charged to, so nobody counts them here."""
    config = dependencies.config
    return publish(
        AuthSettings,
        {
            **dependencies.passwords.usages(),
            "login_attempts": Usage(config.per_pair.burst),
            "login_attempts_account": Usage(config.per_account.burst),
            "login_attempts_address": Usage(config.per_address.burst),
            "registrations_address": Usage(config.registrations.burst),
        },
    )
