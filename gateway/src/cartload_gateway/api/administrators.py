"""Routes of the gateway's own for administrators: who may call them."""

from typing import Annotated

from fastapi import Depends, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials

from cartload_gateway.api.admission import Admission, Admitted
from cartload_gateway.compat.routes import access_token
from cartload_kit.errors import Forbidden, Unauthorized


async def _admit_administrator(
    request: Request,
    response: Response,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(access_token)],
) -> Admitted:
    if credentials is None:
        raise Unauthorized()
    admission: Admission = request.app.state.parts.admission
    admitted = await admission.admit(request)
    if admitted.caller is None or admitted.caller.role != "admin":
        raise Forbidden("Only an account with the role admin may do this.")
    response.headers.update(admitted.headers)
    return admitted


Administrator = Annotated[Admitted, Depends(_admit_administrator)]
"""The administrator that asks, admitted and counted; everybody else is refused."""
