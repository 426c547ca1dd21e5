"""Labels on paper: every code of every size is read by a foreign decoder, at a thermal printer's dots."""

from __future__ import annotations

import pytest

from server.services.console_reach import NotDone
from server.services.label_print import (
    LABELS_MAX,
    MODULE_MM_MIN,
    SIZES,
    Printed,
    Size,
    Text,
    print_labels,
    qr_of,
)
from sync.codes import serial_of
from tests.server.pdfs import codes_on, pages_of, text_of

HOST = "HTTPS://SO-NHA-NONG.KIENTHUY.HAIPHONG.EXAMPLE"
LOT = f"{HOST}/T/7K3M9QXA"
TEXT = Text("Cà chua bi #Kiến *Quốc*", "7K3M-9QXA", ("Thu 12/11/2026", "HSD 19/11/2026", "HTX Kiến Quốc"))
DOTS_PER_INCH = 203
NOW = 1_795_000_000_000


def serials(count: int) -> list[Printed]:
    """Return numbered labels, each with a code of its own."""
    return [Printed(f"{LOT}/{serial_of(bytes(16), n)}", f"Số {n}") for n in range(1, count + 1)]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_every_code_is_read_from_the_printed_page(size: Size) -> None:
    skip = 1 if size.a_page > 1 else 0
    labels = serials(size.a_page - skip + 1)
    first, second = pages_of(print_labels(size, TEXT, labels, NOW, skip), DOTS_PER_INCH)
    assert sorted(codes_on(first)) == sorted(one.url for one in labels[:-1])
    assert codes_on(second) == [labels[-1].url]
    same = print_labels(size, TEXT, [Printed(LOT)] * size.a_page, NOW)
    [page] = pages_of(same, DOTS_PER_INCH)
    assert codes_on(page) == [LOT] * size.a_page
    assert "7K3M-9QXA" in text_of(same)


def test_what_people_wrote_is_no_markup() -> None:
    pdf = print_labels(SIZES["a4_12"], TEXT, [Printed(LOT)], NOW)
    assert "Cà chua bi #Kiến *Quốc*" in " ".join(text_of(pdf).split())


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_a_code_has_modules_that_a_cheap_phone_reads_and_its_quiet_zone(size: Size) -> None:
    code, side = qr_of(f"{LOT}/{serial_of(bytes(16), 1)}", size)
    module = side / code.symbol_size(border=4)[0]
    assert module >= MODULE_MM_MIN
    assert code.error in ("Q", "M", "H")
    assert side <= size.label[1] - 3
    if size.dots:
        assert (module * size.dots) == pytest.approx(round(module * size.dots))


def test_what_can_not_be_printed_says_so() -> None:
    with pytest.raises(NotDone) as small:
        print_labels(SIZES["a4_65"], TEXT, [Printed(f"HTTPS://{'A' * 300}.EXAMPLE/T/7K3M9QXA")], NOW)
    assert small.value.key == "not_label_small"
    with pytest.raises(NotDone) as many:
        print_labels(SIZES["a4_65"], TEXT, [Printed(LOT)] * (LABELS_MAX + 1), NOW)
    assert many.value.key == "not_label_many"
