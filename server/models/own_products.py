"""Products of a cooperative: what its lots are of, copied into the facts when a lot is published."""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.log import SCOPE_CHARS
from server.models.people import UUID_CHARS

NAME_CHARS = 200
NUMBER_CHARS = 60
DATE_CHARS = 10
CODE_CHARS = 40
GTIN_CHARS = 14
SLUG_CHARS = 80


class OwnProduct(Base):
    """One product. Texts are "" where nothing was said, dates civil or "".

    Shape:  `product_code`: of the commune's list (`models.people.Product`), or ""; `standard`: a code, its
            certificate beside it; `gtin`: 14 digits whose check digit is right, None where nobody issued one;
            `ocop_group`: 1 to 6, `ocop_stars`: 3 to 5, 0 for none (the certificate ends 36 months after
            `ocop_signed_on`); `ocop_checked_on`: the day on which the commune compared it with the paper;
            `is_current`: may be chosen for new lots; `key_product`: of the commune's list that it is one of;
            `test_reports`: one a line; `price_dong` a `price_per`, both or neither; `package_cm`: "20x15x10";
            `slug`: its public address, given once and kept, None before; `is_shown`: has a public page.
    """

    __tablename__ = "own_products"
    __table_args__ = (
        Index("own_products_organisation", "organisation", "is_current"),
        Index("own_products_key", "key_product"),
        Index("own_products_slug", "slug", unique=True),
    )

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    name_vi: Mapped[str] = mapped_column(String(NAME_CHARS))
    name_en: Mapped[str] = mapped_column(String(NAME_CHARS))
    product_code: Mapped[str] = mapped_column(String(CODE_CHARS))
    brand: Mapped[str] = mapped_column(String(NAME_CHARS))
    gtin: Mapped[str | None] = mapped_column(String(GTIN_CHARS))
    standard: Mapped[str] = mapped_column(String(CODE_CHARS))
    certificate_no: Mapped[str] = mapped_column(String(NUMBER_CHARS))
    certificate_by: Mapped[str] = mapped_column(String(NAME_CHARS))
    certificate_from: Mapped[str] = mapped_column(String(DATE_CHARS))
    certificate_to: Mapped[str] = mapped_column(String(DATE_CHARS))
    shelf_life_days: Mapped[int | None] = mapped_column(Integer)
    ocop_group: Mapped[int] = mapped_column(Integer)
    ocop_stars: Mapped[int] = mapped_column(Integer)
    ocop_decision: Mapped[str] = mapped_column(String(NUMBER_CHARS))
    ocop_certificate_no: Mapped[str] = mapped_column(String(NUMBER_CHARS))
    ocop_signed_on: Mapped[str] = mapped_column(String(DATE_CHARS))
    story: Mapped[str] = mapped_column(Text)
    is_current: Mapped[bool] = mapped_column(Boolean)
    key_product: Mapped[str | None] = mapped_column(ForeignKey("key_products.id"))
    ocop_subgroup: Mapped[str] = mapped_column(String(NAME_CHARS), default="", server_default="")
    ocop_checked_on: Mapped[str] = mapped_column(String(DATE_CHARS), default="", server_default="")
    ocop_checked_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    net_content: Mapped[str] = mapped_column(String(NUMBER_CHARS), default="", server_default="")
    ingredients: Mapped[str] = mapped_column(Text, default="", server_default="")
    storage: Mapped[str] = mapped_column(String(NAME_CHARS), default="", server_default="")
    warning: Mapped[str] = mapped_column(String(NAME_CHARS), default="", server_default="")
    standard_no: Mapped[str] = mapped_column(String(NUMBER_CHARS), default="", server_default="")
    self_declaration_no: Mapped[str] = mapped_column(String(NUMBER_CHARS), default="", server_default="")
    test_reports: Mapped[str] = mapped_column(Text, default="", server_default="")
    trademark_no: Mapped[str] = mapped_column(String(NUMBER_CHARS), default="", server_default="")
    price_dong: Mapped[int | None] = mapped_column(BigInteger)
    price_per: Mapped[str] = mapped_column(String(NUMBER_CHARS), default="", server_default="")
    capacity: Mapped[str] = mapped_column(String(NUMBER_CHARS), default="", server_default="")
    package_g: Mapped[int | None] = mapped_column(Integer)
    package_cm: Mapped[str] = mapped_column(String(NUMBER_CHARS), default="", server_default="")
    slug: Mapped[str | None] = mapped_column(String(SLUG_CHARS))
    is_shown: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    changed_at: Mapped[int] = mapped_column(BigInteger)


class OwnPicture(Base):
    """A picture of a product, bytes in the organisation's scope. `place`: 0 is the main one, None: taken off.

    One that was taken off stays: lots that were published before show it.
    """

    __tablename__ = "own_pictures"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(43), primary_key=True)
    product: Mapped[str] = mapped_column(ForeignKey("own_products.id"), primary_key=True)
    place: Mapped[int | None] = mapped_column(Integer)
