"""The one catalogue of problems, and how a problem is answered: RFC 9457, `application/problem+json`.

A slug never changes its meaning: phones and their people learn it. `title` is constant, `detail` tells this
case. The next step is one of: `fix` (change what was sent), `later` (the same again), `sign-in`, `update`
(a newer app), `ask` (a person at the cooperative decides).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from flask import Response, request

from server.errors import Fault

NextStep = Literal["fix", "later", "sign-in", "update", "ask"]
RETRY_SECONDS = 30  # our choice, where the one who refuses knows no better


@dataclass(frozen=True)
class Problem:
    """One kind of problem: its status, its constant title in both languages, and what to do next."""

    slug: str
    status: int
    title: str
    title_en: str
    next_step: NextStep


_ROWS: tuple[tuple[str, int, str, str, NextStep], ...] = (
    # What was sent
    ("bad_body", 400, "Dữ liệu gửi lên không đọc được", "What was sent can't be read", "fix"),
    ("bad_request", 400, "Yêu cầu không đúng dạng", "The request has not the right shape", "fix"),
    ("bad_values", 422, "Có ô chưa đúng", "Some values are not right", "fix"),
    (
        "bad_checkpoint",
        422,
        "Không phải điểm chốt của nhật ký này",
        "This is no checkpoint of this log",
        "fix",
    ),
    ("bad_signature", 422, "Chữ ký không khớp với nội dung", "The signature does not fit", "fix"),
    ("bad_private", 422, "Phần riêng tư không khớp với nội dung", "The private part does not fit", "fix"),
    ("bad_key", 422, "Khóa của máy không hợp lệ", "The device's key is not valid", "fix"),
    ("too_large", 413, "Dữ liệu quá lớn", "Too large", "fix"),
    ("length_required", 411, "Thiếu độ dài của dữ liệu", "The length is missing", "fix"),
    ("unsupported_media", 415, "Không nhận loại tệp hoặc dữ liệu này", "This type is not taken", "fix"),
    ("request_reused", 409, "Yêu cầu này đã gửi với nội dung khác", "Same id, other values", "fix"),
    # One op of a sync
    ("newer_version", 409, "Ứng dụng mới hơn máy chủ", "The app is newer than the server", "later"),
    ("scope_unknown", 404, "Chưa thấy sổ này", "This book is not known here", "later"),
    (
        "key_wanted",
        409,
        "Máy chủ chưa biết khóa của máy ghi",
        "The recording device's key is wanted",
        "later",
    ),
    ("no_right", 403, "Máy này không có quyền làm việc đó", "This device has no right to that", "ask"),
    ("not_confirmed", 403, "Máy đang chờ xác nhận", "The device waits to be confirmed", "ask"),
    ("device_revoked", 403, "Máy đã bị dừng quyền", "The device was revoked", "ask"),
    ("device_copied", 409, "Khóa của máy đang nằm ở hai nơi", "The device's key is in two places", "ask"),
    ("self_review", 403, "Không ai tự duyệt việc mình ghi", "Nobody reviews their own entries", "ask"),
    ("four_eyes", 403, "Dòng này cần hai người duyệt", "Two people approve this entry", "ask"),
    ("book_closed", 409, "Sổ đã đóng", "The book is closed", "ask"),
    ("own_op_wanted", 409, "Thao tác này phải do chính máy đó ký", "Only that device can sign it", "fix"),
    # Limits
    ("quota", 429, "Hôm nay máy đã gửi hết hạn mức", "Today's quota of this device is used up", "later"),
    (
        "log_recovering",
        503,
        "Nhật ký công khai đang được phục hồi",
        "The transparency log is being recovered",
        "later",
    ),
    (
        "read_only",
        503,
        "Máy chủ tạm chỉ cho xem, chưa nhận gì mới",
        "The server only shows for the moment and takes nothing new",
        "later",
    ),
    ("busy", 503, "Máy chủ đang bận", "The server is busy", "later"),
    ("too_many", 429, "Gửi quá dồn dập", "Too many requests", "later"),
    # Device session, enrolment
    ("session", 401, "Cần mở lại phiên của máy", "The device's session has ended", "sign-in"),
    (
        "nonce_unknown",
        401,
        "Lần xác nhận đã hết hạn hoặc đã dùng",
        "The challenge is over or used",
        "sign-in",
    ),
    ("invite_unknown", 404, "Không có lời mời này", "This invitation is not known", "ask"),
    ("invite_used", 410, "Lời mời đã dùng", "The invitation was used", "ask"),
    ("invite_expired", 410, "Lời mời đã hết hạn", "The invitation has expired", "ask"),
    ("invite_burnt", 410, "Lời mời bị khóa vì nhập sai nhiều lần", "Too many wrong tries", "ask"),
    ("key_in_use", 409, "Khóa này đã thuộc về một máy khác", "The key belongs to another device", "fix"),
    # Passkeys
    ("bad_challenge", 400, "Lần xác nhận không dùng được nữa", "The challenge is not good any more", "fix"),
    ("bad_passkey", 400, "Khóa truy cập trả lời không đúng", "The passkey's answer proves nothing", "fix"),
    ("uv_required", 403, "Cần vân tay, khuôn mặt hoặc mã PIN", "The person was not verified", "fix"),
    ("cloned_passkey", 403, "Khóa truy cập đang ở hai nơi", "The passkey is in two places", "ask"),
    ("passkey_unknown", 403, "Không nhận ra khóa truy cập này", "This passkey is not known here", "ask"),
    ("passkey_wanted", 403, "Cần khóa truy cập", "A passkey is needed", "sign-in"),
    ("step_up", 403, "Việc này cần chạm khóa truy cập", "A passkey must confirm this", "fix"),
    ("csrf", 403, "Yêu cầu đến từ trang khác", "The request comes from another site", "fix"),
    ("update", 426, "Cần cập nhật ứng dụng", "The app must be updated", "update"),
    # Photos and voice notes
    ("hash_mismatch", 422, "Ảnh nhận được không khớp mã", "The bytes do not have the hash", "later"),
    ("bad_image", 422, "Ảnh bị hỏng hoặc chưa đủ", "The image is damaged or cut off", "fix"),
    ("wrong_offset", 409, "Vị trí gửi tiếp không khớp", "The upload continues at another place", "later"),
    ("bad_checksum", 460, "Đoạn vừa gửi bị lỗi", "The chunk's checksum does not fit", "later"),
    ("tus_version", 412, "Chỉ nhận giao thức tus 1.0.0", "Only tus 1.0.0 is spoken here", "update"),
    ("upload_unknown", 404, "Chưa có phần ảnh nào", "No part of this photo is here", "fix"),
    ("upload_expired", 410, "Phần ảnh gửi dở đã hết hạn", "The unfinished upload has expired", "later"),
    ("erased", 410, "Ảnh đã xóa theo yêu cầu", "The photo was erased", "ask"),
    ("storage_full", 507, "Máy chủ hết chỗ lưu", "The server's storage is full", "later"),
    # Reminders
    ("push_host", 422, "Không gửi lời nhắc đến địa chỉ này", "No reminders go to this address", "fix"),
    # The house
    ("not_found", 404, "Không tìm thấy", "Not found", "fix"),
    ("method", 405, "Địa chỉ này không làm việc đó", "This address does not do that", "fix"),
    ("unavailable", 503, "Máy chủ tạm ngừng", "The server can't answer now", "later"),
    ("http", 400, "Yêu cầu không thực hiện được", "The request can't be carried out", "fix"),
    ("unexpected", 500, "Máy chủ gặp lỗi", "Something went wrong on the server", "later"),
)

CATALOGUE: dict[str, Problem] = {row[0]: Problem(*row) for row in _ROWS}

NEXT_STEPS: dict[NextStep, tuple[str, str]] = {
    "fix": (
        "Dữ liệu vẫn còn trên máy. Xem lại nội dung, sửa rồi gửi lại.",
        "Nothing is lost on the phone. Look at what was sent, correct it and send it again.",
    ),
    "later": (
        "Dữ liệu vẫn còn trên máy. Ứng dụng sẽ tự gửi lại, không phải làm gì.",
        "Nothing is lost on the phone. The app sends it again by itself.",
    ),
    "sign-in": (
        "Ứng dụng tự mở lại phiên. Trên trang web, hãy đăng nhập lại.",
        "The app opens a new session by itself. On the web, sign in again.",
    ),
    "update": ("Hãy cập nhật ứng dụng rồi thử lại.", "Update the app, then try again."),
    "ask": (
        "Hãy hỏi hợp tác xã hoặc tổ công nghệ số cộng đồng.",
        "Ask the cooperative or the community digital team.",
    ),
}


def problem_answer(
    slug: str,
    detail: str = "",
    *,
    status: int | None = None,
    retry_after: int | None = None,
    errors: Iterable[Fault] = (),
) -> Response:
    """Return the answer for one problem of the catalogue.

    Shape:  503 and 507 always carry Retry-After, 429 too.
    """
    problem = CATALOGUE[slug]
    code = status or problem.status
    body: dict[str, object] = {
        "type": f"/problems/{slug}",
        "title": problem.title,
        "status": code,
        "instance": request.path,
        "next_step": problem.next_step,
    }
    if detail:
        body["detail"] = detail
    faults = [{"detail": fault.detail, "pointer": fault.pointer} for fault in errors]
    if faults:
        body["errors"] = faults
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    answer = Response(text, code, content_type="application/problem+json; charset=utf-8")
    answer.headers["Content-Language"] = "vi"
    answer.headers["Cache-Control"] = "no-store"
    if retry_after is not None or code in (429, 503, 507):
        answer.headers["Retry-After"] = str(retry_after or RETRY_SECONDS)
    return answer
