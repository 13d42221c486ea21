"""Errors as problem details (RFC 9457): code, field and advice, in Chinese or English."""

import secrets
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from gisgov.kernel.catalogue import message, negotiate
from gisgov.kernel.errors import (
    Conflict,
    GisgovError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooLarge,
    TooMany,
)

STATUS: dict[type[GisgovError], int] = {
    Invalid: 422,
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    TooMany: 429,
}
PLAIN_CODES = {404: "request.not_found", 405: "request.method"}

log = structlog.get_logger()


def problem(
    request: Request,
    status: int,
    code: str,
    *,
    field: str | None = None,
    params: dict[str, object] | None = None,
    **more: Any,
) -> JSONResponse:
    """Return a problem in the caller's language, with a number that can be quoted."""
    number = secrets.token_hex(4)
    language = negotiate(request.headers.get("accept-language"))
    words = message(code, language, {"number": number, **(params or {})})
    content = {
        "type": f"urn:gisgov:problem:{code}",
        "title": words.title,
        "status": status,
        "code": code,
        "field": field,
        "advice": words.advice,
        "number": number,
        **more,
    }
    log.info("problem", number=number, code=code, status=status, path=request.url.path)
    headers = {"Content-Language": language}
    if "retry_s" in (params or {}):
        headers["Retry-After"] = str((params or {})["retry_s"])
    return JSONResponse(content, status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every error of an application as a problem."""
    app.add_exception_handler(GisgovError, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(DataError, _unstorable)
    app.add_exception_handler(UnicodeEncodeError, _unstorable)
    app.add_exception_handler(OperationalError, _database_down)
    app.add_exception_handler(PoolTimeout, _database_down)
    app.add_exception_handler(Exception, _failed)


def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, GisgovError)
    return problem(request, STATUS[type(error)], error.code, field=error.field, params=error.params)


def _unreadable(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    errors = [{"field": _field(found["loc"]), "message": found["msg"]} for found in error.errors()]
    return problem(request, 422, "request.invalid", field=errors[0]["field"], errors=errors)


def _field(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location[1:]) or str(location[0])


def _plain(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(request, error.status_code, PLAIN_CODES.get(error.status_code, "request.refused"))


def _unstorable(request: Request, error: Exception) -> JSONResponse:
    """Refuse what a column cannot hold: the character NUL, half a surrogate pair, a number beyond 64 bits."""
    log.warning("unstorable", error=str(error))
    return problem(request, 422, "request.unstorable")


def _database_down(request: Request, error: Exception) -> JSONResponse:
    log.error("database", error=str(error))
    return problem(request, 503, "service.database")


def _failed(request: Request, error: Exception) -> JSONResponse:
    reply = problem(request, 500, "service.failed")
    log.error("failed", exc_info=error)
    return reply
