"""Install and first entry: from the link that `flask invite` prints to a line in the cooperative's log."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.house import House
from tests.journeys.log import files_of, ops_of
from tests.journeys.phone import Phone
from tests.server.pictures import make_jpeg


def photo_file(folder: Path, seed: int) -> Path:
    """Return a picture as a phone's camera would leave it."""
    path = folder / f"anh-{seed}.jpg"
    path.write_bytes(make_jpeg(1200, 900, seed))
    return path


def test_a_printed_link_leads_to_the_first_line_in_the_log(
    house: House, phone: Phone, farm: str, tmp_path: Path
) -> None:
    phone.open(None)
    phone.join(house.invite("Phạm Thị Lụa", farm))
    phone.sees("Chưa có vụ nào")
    device = phone.stored("identities")[0]["device"]

    phone.begin("Phun thuốc")
    phone.type_into("Thuốc gì", "Abamectin 1.8EC")
    phone.photograph(photo_file(tmp_path, 1))
    phone.save()
    phone.sees(phone.page.locator(".entry", has_text="Phun thuốc"))
    phone.waits_for_sent()

    [entry, photo] = ops_of(house, device)
    [shot] = phone.stored("blobs")
    assert "Abamectin 1.8EC" in entry.fields.values()
    assert (entry.n, photo.n) == (1, 2)
    assert (
        photo.fields["entry"] == entry.doc if "entry" in photo.fields else entry.doc in photo.fields.values()
    )
    assert shot["bytes"] in files_of(house)


def test_the_app_is_installable_and_opens_without_any_connection(
    house: House, phone: Phone, farm: str
) -> None:
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    phone.waits_for_program()
    client = phone.context.new_cdp_session(phone.page)
    assert client.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    phone.close()

    phone.air.become("silent")
    phone.open()
    phone.sees("Phạm Thị Lụa")
    phone.begin("Phun thuốc")
    phone.save()
    phone.sees("1 dòng chờ gửi")
