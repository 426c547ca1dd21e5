"""The words of the cooperative's pages: whole in both languages, each of them used."""

import re
from pathlib import Path

from server.pages.console_words import words


def test_every_word_of_a_page_stands_in_the_table_and_every_row_of_the_table_is_used() -> None:
    root = Path(__file__).parents[2] / "server"
    files = [*(root / "templates").rglob("*.html"), *(root / "pages").glob("console*.py")]
    for names in (
        "console*.py",
        "list_*.py",
        "dossier*.py",
        "label*.py",
        "prices_*.py",
    ):  # why nothing was done
        files += (root / "services").glob(names)
    files += [*(root / "pages").glob("dossier*.py"), *(root / "pages").glob("trace*.py")]
    files += [*(root / "pages").glob("indicator*.py"), *(root / "services" / "indicators").glob("*.py")]
    files += [one for names in ("shop*.py", "land*.py") for one in (root / "pages").glob(names)]
    text = "\n".join(path.read_text("utf-8") for path in files)
    quoted = set(re.findall(r"[\"']([a-z0-9_]+)[\"']", text))
    begun = set(re.findall(r"[\"']([a-z0-9]+_)[\"'] ~|f\"([a-z_]+_)\{", text))
    starts = tuple(
        {one or other for one, other in begun} | {"said_", "p_", "done_", "not_table_", "did_", "not_list_"}
    )
    ended = {f"{kind}_why" for kind in quoted}
    for key, row in words().items():
        assert row["vi"].strip(), key
        assert row["en"].strip(), key
        assert set(re.findall(r"\{(\w+)\}", row["vi"])) == set(re.findall(r"\{(\w+)\}", row["en"])), key
        assert key in quoted or key in ended or key.startswith(starts), key
    for key in re.findall(r"\bt\([\"']([a-z0-9_]+)[\"']\s*[,)]", text):
        assert key in words(), key
