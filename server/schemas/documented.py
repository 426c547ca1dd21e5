"""OpenAPI parts of the routes whose shapes are read by `sync.wire` or are no JSON: for the document only.

Nothing is checked with these; tests/server/test_schemathesis.py holds the routes against them.
"""

from __future__ import annotations

from collections.abc import Mapping

_TEXT = {"type": "string"}
_JSON = "application/json"
_OP = {
    "type": "object",
    "required": ["body", "signature"],
    "properties": {"body": _TEXT, "private": _TEXT, "signature": _TEXT},
}
_RESULT = {
    "type": "object",
    "required": ["result"],
    "properties": {
        "result": {"type": "string", "enum": ["accepted", "already", "held", "later", "refused"]},
        "seq": {"type": "integer"},
        "received_at": {"type": "integer"},
        "problem": _TEXT,
    },
}
_REQUEST = {
    "type": "object",
    "properties": {
        "cursors": {"type": "object", "additionalProperties": _TEXT, "maxProperties": 64},
        "ops": {"type": "array", "items": _OP, "maxItems": 100},
        "keys": {"type": "object", "additionalProperties": _TEXT},
        "limit": {
            "type": "object",
            "properties": {
                "ops": {"type": "integer", "minimum": 1},
                "bytes": {"type": "integer", "minimum": 1},
            },
        },
        "access": {"type": "string", "maxLength": 200},
        "phone": {"type": "object"},
        "whole": {"type": "boolean"},
        "tree": {"type": "integer"},
    },
}
_ANSWER = {
    "type": "object",
    "required": ["origin", "epoch", "results", "ops", "cursors", "more", "now", "access", "safe"],
    "properties": {
        "origin": _TEXT,
        "epoch": {"type": "integer"},
        "results": {"type": "array", "items": _RESULT},
        "ops": {"type": "array", "items": {"type": "object"}},
        "cursors": {"type": "object", "additionalProperties": _TEXT},
        "more": {"type": "boolean"},
        "now": {"type": "integer"},
        "access": _TEXT,
        "safe": {"type": "object"},
        "tree": {"type": "object"},
    },
}


def header(name: str, text: str, *, required: bool = False) -> dict[str, object]:
    """Return a header of a request."""
    return {"name": name, "in": "header", "required": required, "schema": _TEXT, "description": text}


def bare(description: str) -> dict[str, object]:
    """Return an answer without a body."""
    return {"description": description}


def json_answer(description: str, schema: Mapping[str, object] | None = None) -> dict[str, object]:
    """Return an answer of JSON."""
    return {"description": description, "content": {_JSON: {"schema": schema or {"type": "object"}}}}


VERSION = header("Tus-Resumable", "1.0.0", required=True)
SYNC: dict[str, object] = {
    "requestBody": {"required": True, "content": {_JSON: {"schema": _REQUEST}}},
    "responses": {"200": json_answer("One result an op, and what the device has not seen", _ANSWER)},
}
READINGS: dict[str, object] = {
    "requestBody": {
        "required": True,
        "content": {
            _JSON: {
                "schema": {
                    "type": "object",
                    "required": ["ops"],
                    "properties": {"ops": {"type": "array", "items": _OP, "maxItems": 100}},
                }
            }
        },
    },
    "responses": {
        "200": json_answer(
            "One result an op",
            {
                "type": "object",
                "required": ["results", "now"],
                "properties": {"results": {"type": "array", "items": _RESULT}, "now": {"type": "integer"}},
            },
        )
    },
}
SHOWN: dict[str, object] = {
    "responses": {"200": json_answer("What the caller may see"), "304": bare("The caller has it")}
}
EVIDENCE: dict[str, object] = {
    "requestBody": {
        "required": True,
        "content": {
            _JSON: {
                "schema": {
                    "type": "object",
                    "required": ["held", "given"],
                    "properties": {"held": _TEXT, "given": _TEXT},
                }
            }
        },
    },
    "responses": {"204": bare("Kept")},
}
BEGIN: dict[str, object] = {
    "parameters": [
        VERSION,
        header("Upload-Length", "bytes of the whole", required=True),
        header("Upload-Metadata", "sha256 and the base64 of the hash's 43 characters", required=True),
    ],
    "responses": {"201": bare("Begun, or found again; Location and Upload-Offset")},
}
LOOK: dict[str, object] = {
    "parameters": [VERSION],
    "responses": {"200": bare("Upload-Offset, Upload-Length")},
}
SEND: dict[str, object] = {
    "parameters": [
        VERSION,
        header("Upload-Offset", "where these bytes begin", required=True),
        header("Upload-Checksum", "sha256 and the base64 of the piece's hash"),
    ],
    "requestBody": {
        "required": True,
        "content": {"application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    "responses": {"204": bare("Upload-Offset behind these bytes")},
}
END: dict[str, object] = {"parameters": [VERSION], "responses": {"204": bare("Given up")}}
SPOKEN: dict[str, object] = {"responses": {"204": bare("Tus-Version, Tus-Extension, Tus-Max-Size")}}
_BYTES: dict[str, object] = {
    kind: {"schema": {"type": "string", "format": "binary"}}
    for kind in ("image/jpeg", "audio/webm", "audio/ogg", "audio/mp4", "audio/aac")
}
SHOW: dict[str, object] = {
    "parameters": [{"name": "size", "in": "query", "schema": {"type": "string", "enum": ["view", "thumb"]}}],
    "responses": {
        "200": {"description": "The picture, re-encoded, or the sound", "content": _BYTES},
        "206": {"description": "A part of it", "content": _BYTES},
        "304": bare("The caller has it"),
    },
}
LIVES: dict[str, object] = {"responses": {"200": json_answer("The process answers")}}
READY: dict[str, object] = {
    "responses": {"200": json_answer("It can work"), "503": json_answer("Something is missing")}
}
