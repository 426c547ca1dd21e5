"""Carrying what could not be sent: a file from one phone to another, and what the server can never take."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.journeys.house import House
from tests.journeys.log import files_of, ops_of
from tests.journeys.phone import Phone
from tests.server.pictures import make_jpeg

# One bit of a stored signature turns, as on a dying flash chip: the server can never take this op. Done while
# nobody sends, page or worker: an attempt that read the row before would carry and write back the good bytes.
SPOIL = """
() => navigator.locks.request('so-nha-nong sync', async () => {
  const db = await new Promise((done) => {
    const ask = indexedDB.open('so-nha-nong');
    ask.onsuccess = () => done(ask.result);
  });
  const write = db.transaction('ops', 'readwrite');
  const store = write.objectStore('ops');
  const rows = await new Promise((done) => {
    const ask = store.getAll();
    ask.onsuccess = () => done(ask.result);
  });
  const over = new Promise((done) => { write.oncomplete = done; });
  for (const row of rows.filter((one) => one.state === 'outbox')) {
    row.signature = (row.signature[0] === 'A' ? 'B' : 'A') + row.signature.slice(1);
    store.put(row);
  }
  await over;
  db.close();
})
"""


def export(phone: Phone, to: Path) -> Path:
    """Tap "Chép ra tệp" and keep the file."""
    with phone.page.expect_download() as download:
        phone.tap(phone.button("Chép ra tệp"))
    assert download.value.suggested_filename.endswith(".sonhanong")
    download.value.save_as(to)
    return to


def test_a_file_of_one_phone_is_sent_by_another(
    house: House, make_phone: Callable[..., Phone], farm: str, tmp_path: Path
) -> None:
    hers, his = make_phone(house, "hers"), make_phone(house, "his")
    for one, name in ((hers, "Phạm Thị Lụa"), (his, "Nguyễn Văn Thịnh")):
        one.open(None)
        one.join(house.invite_fast(name, farm))
    device = hers.stored("identities")[0]["device"]
    hers.lose_signal()
    picture = tmp_path / "a.jpg"
    picture.write_bytes(make_jpeg(800, 600, 3))
    hers.begin("Thăm đồng")
    hers.photograph(picture)
    hers.save()
    hers.go("gui")
    file = export(hers, tmp_path / "lua.sonhanong")
    [shot] = hers.stored("blobs")

    his.go("gui")
    his.page.set_input_files("input[type=file][accept='.sonhanong']", file)
    his.sees("Đã nhận 2 mục, trong đó 1 ảnh")
    his.tap("Gửi ngay")
    his.waits_for_sent()
    his.go("")
    his.sees(his.page.locator(".entry", has_text="Thăm đồng"))
    assert [op.doc.partition(":")[0] for op in ops_of(house, device)] == ["entry", "photo"]
    assert shot["bytes"] in files_of(house)

    hers.find_signal()
    hers.waits_for_sent()
    assert len(ops_of(house, device)) == 2


def test_what_the_server_refuses_stays_is_said_exported_and_recorded_again(
    house: House, phone: Phone, farm: str, tmp_path: Path
) -> None:
    phone.open(None)
    phone.join(house.invite_fast("Phạm Thị Lụa", farm))
    device = phone.stored("identities")[0]["device"]
    phone.lose_signal()
    phone.begin("Phun thuốc")
    phone.type_into("Tên thuốc", "Abamectin 1.8EC")
    phone.save()
    phone.page.evaluate(SPOIL)
    phone.find_signal()
    phone.go("gui")
    phone.tap("Gửi ngay")
    phone.sees(phone.page.locator(".card.halt", has_text="Chưa gửi được"))

    lines = export(phone, tmp_path / "refused.sonhanong").read_text("utf-8").splitlines()
    bodies = [json.loads(json.loads(line)["body"]) for line in lines if '"body"' in line]
    assert "Abamectin 1.8EC" in bodies[-1]["set"].values()

    phone.tap("Ghi lại")
    phone.sees("Abamectin 1.8EC")
    phone.save()
    phone.waits_for_sent()
    [op] = ops_of(house, device)
    assert "Abamectin 1.8EC" in op.fields.values()
    phone.misses("dòng cần xem")
