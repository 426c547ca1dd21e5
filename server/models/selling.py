"""What selling needs beside products: the commune's key products, shop fronts, where a product is listed.

Rows, not ops: no fact of production. Who changed what stands in the register of who did what.
Source: reference commerce §8, §9; commune-plan, indicators 1 and 2.
"""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.own_products import CODE_CHARS, DATE_CHARS, NAME_CHARS, SLUG_CHARS
from server.models.people import UUID_CHARS

URL_CHARS = 500
PHONE_CHARS = 30
STATE_CHARS = 10
MARK_CHARS = 2


class KeyProduct(Base):
    """A key product of a commune (sản phẩm chủ lực): what indicator 1 counts.

    Shape:  `organisation`: the commune; `product_codes`: of the list of products (`models.people.Product`),
            apart by spaces, "" for none; `since`, `until`: civil days, `until` "" while it counts;
            `source`: the paper that says so, `mark`: V, V2 or R, as in the reference.
    """

    __tablename__ = "key_products"
    __table_args__ = (Index("key_products_organisation", "organisation", "until"),)

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    name_vi: Mapped[str] = mapped_column(String(NAME_CHARS))
    name_en: Mapped[str] = mapped_column(String(NAME_CHARS), default="", server_default="")
    product_codes: Mapped[str] = mapped_column(Text, default="", server_default="")
    source: Mapped[str] = mapped_column(String(NAME_CHARS), default="", server_default="")
    mark: Mapped[str] = mapped_column(String(MARK_CHARS), default="R", server_default="R")
    since: Mapped[str] = mapped_column(String(DATE_CHARS))
    until: Mapped[str] = mapped_column(String(DATE_CHARS), default="", server_default="")
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    changed_at: Mapped[int] = mapped_column(BigInteger)


class Shop(Base):
    """An organisation's public front. `agreed_on`: the day on which whose number it is said yes, "" before.

    Shape:  `phone`, `zalo` are shown only with `agreed_on`; another number needs another yes.
    """

    __tablename__ = "shops"
    __table_args__ = (Index("shops_slug", "slug", unique=True),)

    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    slug: Mapped[str] = mapped_column(String(SLUG_CHARS))
    about: Mapped[str] = mapped_column(Text, default="", server_default="")
    phone: Mapped[str] = mapped_column(String(PHONE_CHARS), default="", server_default="")
    zalo: Mapped[str] = mapped_column(String(PHONE_CHARS), default="", server_default="")
    agreed_on: Mapped[str] = mapped_column(String(DATE_CHARS), default="", server_default="")
    is_open: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    changed_at: Mapped[int] = mapped_column(BigInteger)


class Listing(Base):
    """Where a product is offered on a marketplace: the evidence of indicator 2.

    Shape:  `marketplace`: shopee, tiktok, postmart, voso or other; `state`: live, gone or unknown, as seen on
            `checked_on` ("" before anybody looked); `screenshot`: a hash in the organisation's scope, None.
    """

    __tablename__ = "listings"
    __table_args__ = (
        Index("listings_product", "product", "state"),
        Index("listings_organisation", "organisation", "checked_on"),
        Index("listings_screenshot", "screenshot"),
    )

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    product: Mapped[str] = mapped_column(ForeignKey("own_products.id"))
    marketplace: Mapped[str] = mapped_column(String(CODE_CHARS))
    url: Mapped[str] = mapped_column(String(URL_CHARS))
    listed_on: Mapped[str] = mapped_column(String(DATE_CHARS))
    screenshot: Mapped[str | None] = mapped_column(String(43))
    checked_on: Mapped[str] = mapped_column(String(DATE_CHARS), default="", server_default="")
    state: Mapped[str] = mapped_column(String(STATE_CHARS))
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    changed_at: Mapped[int] = mapped_column(BigInteger)
