"""PDF pages as people get them: pictures, text, and codes read by a decoder that is not ours."""

from __future__ import annotations

import pypdfium2
import zxingcpp
from PIL.Image import Image


def pages_of(pdf: bytes, dots_per_inch: int = 150) -> list[Image]:
    """Return every page as a picture."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=dots_per_inch / 72).to_pil() for page in document]


def text_of(pdf: bytes) -> str:
    """Return the text of all pages, in the order in which it is drawn."""
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def codes_on(page: Image) -> list[str]:
    """Return what the QR codes on a picture say."""
    return [one.text for one in zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormat.QRCode)]
