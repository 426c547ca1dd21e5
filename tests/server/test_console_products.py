"""The pages of products: what a manager types stands there, what is wrong is said, pictures are clean."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.server.consoles import OURS, fake_build, other_cooperative
from tests.server.desks import Office
from tests.server.phones import start
from tests.server.pictures import make_jpeg

PATH = "/htx/san-pham"


@pytest.fixture
def office(app: Flask, tmp_path: Path) -> Office:
    fake_build(app, tmp_path)
    start()
    return Office(app)


def add(office: Office, **more: str) -> str:
    return office.done(f"{PATH}/them", **{"name_vi": "Cải ngọt Tân Trào", **more})


def send(office: Office, place: str, data: bytes) -> Any:
    return office.client.post(f"{place}/anh", data={"anh": (io.BytesIO(data), "a.jpg")}, headers=OURS)


def test_a_product_is_made_changed_and_no_longer_sold(office: Office) -> None:
    assert "Chưa có sản phẩm nào" in office.text(PATH)
    place = add(office, standard="VietGAP", certificate_no="VG-01",
                certificate_from="01/01/2026", certificate_to="31/12/2099", shelf_life_days="5")  # fmt: skip
    page = office.text(place)
    assert "Giấy chứng nhận còn hiệu lực hôm nay" in page
    assert 'value="31/12/2099"' in page
    office.done(place, name_vi="Cải ngọt sạch", standard="VietGAP")
    assert "tự khai" in office.text(PATH)
    office.done(f"{place}/thoi", ban="0")
    assert "Thôi bán" in office.text(PATH)
    office.done(f"{PATH}/dia-chi", dia_chi="Thôn Đông, xã Kiến Thụy, thành phố Hải Phòng")
    assert "Thôn Đông, xã Kiến Thụy" in office.text(PATH)


@pytest.mark.parametrize("gtin", ["8938547458164", "4012345666663", "614141777778", "09521234543213"])
def test_a_gtin_with_a_right_check_digit_is_kept_as_fourteen_digits(office: Office, gtin: str) -> None:
    assert f'value="{gtin.rjust(14, "0")}"' in office.text(add(office, gtin=gtin))


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("GTIN sai số kiểm tra", {"gtin": "8934588000015"}),
        ("GTIN sai số kiểm tra", {"gtin": "8936001234561"}),
        ("GTIN sai số kiểm tra", {"gtin": "893"}),
        ("Ngày ghi chưa đúng", {"certificate_to": "31/02/2026"}),
        ("trước ngày bắt đầu", {"certificate_from": "02/01/2026", "certificate_to": "01/01/2026"}),
        ("Hạn dùng là số ngày", {"shelf_life_days": "0"}),
        ("OCOP phải có", {"ocop_stars": "4", "ocop_group": "1"}),
        ("OCOP phải có", {"ocop_stars": "9", "ocop_group": "1", "ocop_signed_on": "01/01/2026"}),
        ("không có trong danh sách", {"product_code": "unicorn"}),
        ("Chưa ghi tên", {"name_vi": " "}),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    office: Office, sentence: str, said: dict[str, str]
) -> None:
    typed = {"name_vi": "Cải ngọt", "brand": "Tân Trào", **said}
    office.refused(f"{PATH}/them", sentence, **typed)
    assert 'value="Tân Trào"' in office.fill(f"{PATH}/them", **typed).get_data(as_text=True)
    assert "Chưa có sản phẩm nào" in office.text(PATH)


def test_an_ocop_certificate_ends_after_thirty_six_months(office: Office) -> None:
    place = add(office, ocop_stars="4", ocop_group="1", ocop_signed_on="29/02/2024", ocop_decision="148/QĐ")
    assert "đến 28/02/2027" in office.text(place)


def test_a_picture_is_re_encoded_and_shown_to_the_cooperative_alone(app: Flask, office: Office) -> None:
    place = add(office)
    assert send(office, place, make_jpeg()).status_code == 303
    [address] = re.findall(r'src="(/api/v1/photos/org/[^"]+)"', office.text(place))
    shown = office.get(address)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert office.get(f"{PATH}").get_data(as_text=True).count("<img") == 1
    other = Office(app, "Anh Đoài", organisation=other_cooperative())
    assert other.get(address).status_code == 404
    assert other.get(place).status_code == 404
    sha256 = address.split("/")[-1].split("?")[0]
    office.done(f"{place}/anh/{sha256}", lam="bo")
    assert "Chưa có ảnh" in office.text(place)
    assert office.get(address).status_code == 200  # lots that were published with it go on showing it


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_is_no_picture_is_refused_in_words(office: Office, data: bytes) -> None:
    place = add(office)
    answer = send(office, place, data)
    assert answer.status_code == 422
    assert "không phải ảnh" in answer.get_data(as_text=True)


def test_a_clerk_looks_and_changes_nothing(app: Flask, office: Office) -> None:
    place = add(office)
    clerk = Office(app, "Chị Kho", "clerk")
    assert clerk.get(place).status_code == 200
    assert f'action="{place}"' in clerk.text(place)
    assert clerk.fill(place, name_vi="Khác").status_code == 404
    assert clerk.get(f"{PATH}/them").status_code == 404
    assert "Cải ngọt Tân Trào" in office.text(place)
