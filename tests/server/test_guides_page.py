"""The guides are given to anybody, without a cookie; nothing else of that folder is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.pages.guides import GUIDES

FOLDER = Path(__file__).parents[2] / "docs" / "guides"


def test_the_list_leads_to_every_guide_and_says_in_english_that_they_are_vietnamese(
    client: FlaskClient,
) -> None:
    answer = client.get("/huong-dan/")
    page = answer.get_data(as_text=True)
    assert "Set-Cookie" not in answer.headers
    links = re.findall(r'href="(/huong-dan/[^"]+\.pdf)"', page)
    assert links == [f"/huong-dan/{name}.pdf" for name in GUIDES]
    assert "Written in Vietnamese only" in client.get("/huong-dan/?tieng=en").get_data(as_text=True)
    assert client.get("/huong-dan").headers["Location"].endswith("/huong-dan/")


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_comes_as_it_was_made_and_not_again_where_it_is_known(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/huong-dan/{name}.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data == (FOLDER / f"{name}.pdf").read_bytes()
    assert (
        client.get(answer.request.path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    )


@pytest.mark.parametrize("name", ["guide", "..%2fsbom", "khong-co", "nong-dan.typ"])
def test_nothing_else_is_given(client: FlaskClient, name: str) -> None:
    assert client.get(f"/huong-dan/{name}.pdf").status_code == 404
    assert client.get(f"/huong-dan/{name}").status_code == 404
