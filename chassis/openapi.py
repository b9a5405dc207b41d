"""What the doors of a service say about themselves: OpenAPI, with forms, pages and problems."""

import inspect
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from chassis.once import Done
from chassis.problems import Problem
from chassis.session import COOKIE

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
RESPONSES = {
    "Refused": {"description": "Not done, and why: `type` is the code, `title` the sentence.", "content": PROBLEM},
    "Failed": {"description": "Not done: something is away or broken here. Try again later.", "content": PROBLEM},
}
LOGINS = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}
KEYED = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "format": "uuid"},
    "description": "A new one for everything to be done. Sent again with the same, it is answered as the first time.",
}
SEEN = {"description": "Done: look here.", "headers": {"Location": {"schema": {"type": "string"}}}}


def operation_id(route: APIRoute) -> str:
    """The door's own name; a door that can be opened in two ways says which, unless it is the usual one."""
    unusual = sorted((route.methods or set()) - {"GET", "HEAD", "POST"})
    return "_".join([route.name, *(method.lower() for method in unusual)])


def openapi(app: FastAPI) -> dict[str, Any]:
    """The app's OpenAPI document, with what each door takes from and answers to a browser, and how it refuses."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        for route in iter_route_contexts(app.routes):
            if isinstance(route.original_route, APIRoute) and route.include_in_schema:
                for method in route.methods or ():
                    operation = document["paths"][route.path_format][method.lower()]
                    _describe(operation, route.endpoint)
                    if answers_done(route.endpoint):
                        operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/once"})
        components = document.setdefault("components", {})
        components["schemas"] = dict(sorted((_schemas(components) | _problem()).items()))
        components |= {"parameters": {"once": KEYED}, "responses": RESPONSES, "securitySchemes": LOGINS}
        document["security"] = [{name: []} for name in LOGINS]
    return app.openapi_schema or {}


def answers_done(endpoint: Any) -> bool:
    """True for a command, whose answer is kept for when it comes again."""
    answer = inspect.signature(endpoint).return_annotation
    return isinstance(answer, type) and issubclass(answer, Done)


def _describe(operation: dict[str, Any], endpoint: Any) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    responses |= {"4XX": {"$ref": "#/components/responses/Refused"}, "5XX": {"$ref": "#/components/responses/Failed"}}
    if hasattr(endpoint, "page"):
        responses["200"]["content"]["text/html"] = {"schema": {"type": "string"}}
    if hasattr(endpoint, "form"):
        responses["303"] = SEEN
        if body := operation.get("requestBody"):
            body["content"]["application/x-www-form-urlencoded"] = body["content"]["application/json"]


def _schemas(components: dict[str, Any]) -> dict[str, Any]:
    replaced = ("HTTPValidationError", "ValidationError")
    return {name: schema for name, schema in components.get("schemas", {}).items() if name not in replaced}


def _problem() -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}
