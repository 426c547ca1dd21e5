"""What machines read on a product's page and a shop front: schema.org as JSON-LD.

Only what the page itself says. A certificate that ended is not among them; a price without a number is none.
Source: schema.org Product, Organization, Certification, Offer.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.pages.console_words import Language
from server.services.shop import Front, ProductShown
from sync.values import Json

CONTEXT = "https://schema.org"
Facts = dict[str, Json]


@dataclass(frozen=True)
class Page:
    """Where a page is, and in which language. `base` without a slash at its end."""

    base: str
    path: str
    language: Language

    @property
    def url(self) -> str:
        """Return its whole address."""
        return self.base + self.path


def product_data(found: ProductShown, page: Page) -> Facts:
    """Return a product as schema.org has it."""
    row = found.row
    seller = _organisation(found.front, page)
    data: Facts = {
        "@context": CONTEXT,
        "@type": "Product",
        "name": (row.name_en if page.language == "en" else "") or row.name_vi,
        "url": page.url,
        "countryOfOrigin": {"@type": "Country", "name": "Vietnam"},
        "manufacturer": seller,
    }
    texts = {"description": row.story, "brand": row.brand, "gtin14": row.gtin or ""}
    data |= {name: text for name, text in texts.items() if text}
    if row.brand:
        data["brand"] = {"@type": "Brand", "name": row.brand}
    pictures: list[Json] = [f"{page.url}/anh/{place}-lon.jpg" for place in range(len(found.shots))]
    if pictures:
        data["image"] = pictures
    papers = _papers(found)
    if papers:
        data["hasCertification"] = papers
    if row.price_dong:
        price: Facts = {"price": row.price_dong, "priceCurrency": "VND"}
        data["offers"] = {"@type": "Offer", **price, "seller": seller, "url": page.url}
    return data


def front_data(front: Front, page: Page) -> Facts:
    """Return a shop front as schema.org has it."""
    offered: list[Json] = [
        {"@type": "Product", "name": one.row.name_vi, "url": f"{page.base}/sp/{one.row.slug}"}
        for one in front.wares
    ]
    data: Facts = {"@context": CONTEXT, **_organisation(front, page)}
    if front.about:
        data["description"] = front.about
    if offered:
        data["makesOffer"] = [{"@type": "Offer", "itemOffered": one} for one in offered]
    return data


def _organisation(front: Front, page: Page) -> Facts:
    data: Facts = {"@type": "Organization", "name": front.name}
    if front.slug:
        data["url"] = f"{page.base}/gian-hang/{front.slug}"
    if front.address:
        data["address"] = {
            "@type": "PostalAddress", "streetAddress": front.address, "addressCountry": "VN",
        }  # fmt: skip
    if front.phone:
        data["telephone"] = front.phone
    return data


def _papers(found: ProductShown) -> list[Json]:
    """Return the certificates that are in force, as the page names them."""
    row, papers = found.row, list[Json]()
    if found.mark == "certified":
        paper = _paper(row.standard, row.certificate_no, row.certificate_to)
        if row.certificate_by:
            paper["issuedBy"] = {"@type": "Organization", "name": row.certificate_by}
        papers.append(paper)
    if found.ocop in ("holds", "soon") and row.ocop_checked_on:
        number = row.ocop_certificate_no or row.ocop_decision
        rating: Facts = {"@type": "Rating", "ratingValue": row.ocop_stars, "bestRating": 5}
        papers.append(_paper("OCOP", number, found.ocop_ends) | {"certificationRating": rating})
    return papers


def _paper(name: str, number: str, until: str) -> Facts:
    return {"@type": "Certification", "name": name, "certificationIdentification": number, "expires": until}
