"""`python -m sync.verify bundle.json`: check a lot's bundle without any network, and say what it proves.

Exit code 0: it holds; 1: something does not, which is named; 2: the file can't be read, or a wrong option.
`--key` gives the log's key as you know it (from the commune, from another phone); without it the key of the
bundle is used and shown. `--en`: in English.
"""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sync.bundle import Proven, check
from sync.errors import Refusal

HOURS: int = 7  # Vietnam
Say = Callable[[str, str], str]


def main(words: list[str]) -> int:
    """Return the exit code for the words of a command line."""
    parser = argparse.ArgumentParser(prog="python -m sync.verify", description="Check a lot's bundle.")
    parser.add_argument("bundle", type=Path, help="the file, bundle.json")
    parser.add_argument("--key", help="the log's key as you know it: name+id+key")
    parser.add_argument("--en", action="store_true", help="in English")
    given = parser.parse_args(words)
    say: Say = (lambda _vi, en: en) if given.en else (lambda vi, _en: vi)
    try:
        text = given.bundle.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        sys.stdout.write(say("Không đọc được tệp", "The file can't be read") + f": {type(error).__name__}\n")
        return 2
    try:
        proven = check(text, given.key)
    except Refusal as refusal:
        sys.stdout.write(say("KHÔNG KHỚP", "IT DOES NOT HOLD") + f": {refusal.detail}\n")
        return 1
    sys.stdout.write("\n".join([*told(proven, say, is_key_known=given.key is not None), ""]))
    return 0


def told(proven: Proven, say: Say, *, is_key_known: bool) -> list[str]:
    """Return what a bundle proves and what it does not, line by line."""
    times = [at for _, at in proven.ops.values()]
    began, ended = _day(min(times)), _day(max(times))
    lines = [
        say("KHỚP.", "IT HOLDS.") + f" {proven.facts.get('code', '')}",
        "",
        say("Điều chứng minh được:", "What is proven:"),
        say(
            f"- {len(proven.ops)} thao tác, nhận {began} – {ended}, không đổi từ lúc nhận.",
            f"- {len(proven.ops)} ops, received {began} – {ended}, unchanged since.",
        ),
        say(
            f"- Ký bởi {len(proven.devices)} máy; máy nào cũng do người có quyền cho vào.",
            f"- Signed by {len(proven.devices)} devices, each let in by somebody who had the right.",
        ),
        say(
            f"- Đều nằm trong nhật ký công khai {proven.origin}, điểm chốt {proven.size}.",
            f"- All of it is in the public log {proven.origin}, checkpoint {proven.size}.",
        ),
    ]
    if proven.is_confirmed:
        lines.append(
            say("- Người công bố đã chạm khóa truy cập.", "- Whoever published it touched a passkey for it.")
        )
    for name, at in proven.cosigned:
        lines.append(
            say(f"- {name} làm chứng: đã thấy {_day(at * 1000)}.", f"- {name} saw it on {_day(at * 1000)}.")
        )
    lines += ["", say("Điều chưa chứng minh được:", "What is not proven:")]
    if not is_key_known:
        lines.append(
            say(
                f"- Khóa của nhật ký lấy từ chính tệp này: so với khóa bạn biết. {proven.log_key}",
                f"- The log's key is the file's own: compare it with the one you know. {proven.log_key}",
            )
        )
    if not proven.cosigned:
        lines.append(
            say(
                "- Chưa có nhân chứng: giờ nhận là lời của máy chủ.",
                "- No witness: the time of receipt is the server's word.",
            )
        )
    if not proven.is_confirmed:
        lines.append(say("- Không có lần chạm khóa truy cập.", "- No passkey was touched for it."))
    lines += [
        say(
            f"- Không có bản gốc của {doc} mà tờ công bố kể.",
            f"- The ops of {doc}, which it tells of, are not here.",
        )
        for doc in proven.missing
    ]
    lines += [
        say(
            "- Việc ghi có thật, đúng ngày như lời kể hay không.",
            "- Whether what is told happened, and on that day.",
        ),
        say("- Mọi lần phun, bón đều đã được ghi hay chưa.", "- Whether every spraying was written down."),
        say(
            "- Hàng trên tay có đúng là lô này không: tem chép được.",
            "- Whether the goods in your hand are this lot.",
        ),
    ]
    return lines


def _day(ms: int) -> str:
    return (datetime.fromtimestamp(ms / 1000, UTC) + timedelta(hours=HOURS)).strftime("%d/%m/%Y %H:%M")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
