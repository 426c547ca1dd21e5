"""`flask setup`, `flask invite`, `flask people …`: the operator at the machine, with the operator's key."""

from __future__ import annotations

import io
from datetime import datetime, timedelta, timezone

import click
import segno
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import true

from server.config import command, now_ms
from server.db import reading, run_write
from server.errors import ServiceError
from server.models.people import Village
from server.services import restoring
from server.services.enrolling_rows import UnknownName, find_or_add_member
from server.services.inviting import InviteLink, invite, open_book, settle_device
from server.services.seed_lists import load_lists
from server.services.setup import area_names, load_products, new_id, set_up
from server.store import devices, log, operator, people
from sync.rights import HOUSEHOLD, OPERATOR, ROLES, SENSOR, needs_until

VIETNAM = timezone(timedelta(hours=7))
STAFF = tuple(role for role in ROLES if role not in HOUSEHOLD | {OPERATOR, SENSOR})

group = AppGroup("people", help="Persons, farms, devices.")


@click.command("setup")
@click.option("--commune", default="Xã Kiến Thụy", show_default=True)
@click.option("--cooperative", default="Hợp tác xã Nông nghiệp Kiến Thụy", show_default=True)
@click.option("--administrator", default="Quản trị viên", show_default=True)
@click.option("--village", "villages", multiple=True, help="A village of the commune; may be repeated.")
@click.option(
    "--areas/--no-areas",
    default=None,
    help="Begin with the commune's five areas as villages (former units, not verified). "
    "Left out: yes where no --village is given.",
)
def setup_command(
    commune: str, cooperative: str, administrator: str, villages: tuple[str, ...], areas: bool | None
) -> None:
    """Make the operator's key, the commune, the first cooperative and its first staff link. Once."""
    if areas or (areas is None and not villages):
        villages = (*villages, *area_names())
    try:
        made = set_up(commune, cooperative, administrator, villages, now_ms())
        products = load_products()
        load_lists(made.commune, now_ms())
        if made.was_there:
            click.echo(f"Đã cài đặt từ trước: {made.origin}. Không đổi gì. / Set up before, nothing changed.")
            click.echo(f"Lời mời mới / a new link: {command('invite')} --staff <tên> --role manager")
            return
        link = invite(operator.load_private(), made.manager, now_ms())
    except (operator.OperatorKeyMissing, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Sổ / log: {made.origin}   sản phẩm / products: {products}")
    click.echo("Giữ bản sao của operator.pem ở nơi khác. / Keep a copy of operator.pem elsewhere.")
    restoring.look()
    print_link(f"{administrator} ({cooperative})", link)


@click.command("invite")
@click.option("--person", help="Name or id of a household's person; goes with --farm.")
@click.option("--farm", help="Code, name or id of the farm; a new name makes a new farm.")
@click.option("--staff", help="Name or id of a person of the organisation's staff.")
@click.option("--role", help="owner (default) or member; with --staff: " + ", ".join(STAFF) + ".")
@click.option("--organisation", help="Name or id; the first cooperative if left out.")
@click.option("--village", help="Name or id of the village, for new rows.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of a new membership.")
@click.option("--confirm", is_flag=True, help="Somebody must confirm the device before it reads.")
@click.option("--hours", type=click.IntRange(1, 24 * 31), default=72, show_default=True)
def invite_command(
    person: str | None,
    farm: str | None,
    staff: str | None,
    role: str | None,
    organisation: str | None,
    village: str | None,
    until: datetime | None,
    confirm: bool,
    hours: int,
) -> None:
    """Print a link, a QR and a code that make one phone or browser somebody's own.

    \b
    A household:  flask invite --person "Bùi Thị Mận" --farm "Hộ bà Mận" --village "Thôn Đông"
    Its member:   flask invite --person "Bùi Văn Con" --farm H001 --role member
    The staff:    flask invite --staff "Trần Thị Hoa" --role reviewer
    An auditor:   flask invite --staff "Vũ Thị Kiểm" --role auditor --until 2027-03-31

    What is new, person or farm, is added; a farm's book is opened for its organisation. Who has the link is
    that person at once; who was told the code must be confirmed (flask people confirm), and with --confirm so
    must the link's holder. The link serves one device; a second one is held until somebody lets it in.
    """
    if (staff is None) == (person is None) or (person is None) != (farm is None):
        raise click.UsageError("either --person and --farm, or --staff")
    role = role or ("owner" if staff is None else "reviewer")
    known = sorted(HOUSEHOLD) if staff is None else STAFF
    if role not in known:
        raise click.UsageError(f"--role: one of {', '.join(known)}")
    if until is None and needs_until(role):
        raise click.UsageError(f"--role {role} needs --until: this right ends by itself")
    name, now = person or staff or "", now_ms()
    try:
        key = operator.load_private()
        membership = run_write(
            lambda session: find_or_add_member(
                session,
                organisation=organisation,
                person=name,
                farm=farm,
                village=village,
                role=role,
                now=now,
                until=None if until is None else end_of_day(until),
            )
        )
        if membership.farm is not None:
            open_book(key, membership.farm, now)
        link = invite(key, membership.id, now, confirm=confirm, hours=hours)
    except (operator.OperatorKeyMissing, UnknownName) as error:
        raise click.ClickException(str(error)) from error
    restoring.look()
    print_link(name, link)


def end_of_day(day: datetime) -> int:
    """Return the end of a day in Vietnam in ms."""
    return int((day.replace(tzinfo=VIETNAM) + timedelta(days=1)).timestamp() * 1000)


@group.command("list")
def list_people() -> None:
    """List organisations, farms, members and roles."""
    with reading() as session:
        for one in people.members_where(session, true()):
            place = one.farm.code + " " + one.farm.name if one.farm is not None else "-"
            click.echo(
                f"{one.organisation.name}\t{place}\t{one.person.name}\t{one.membership.role}\t{one.membership.id}"
            )


@group.command("devices")
def list_devices() -> None:
    """List devices and open invitations with their state."""
    with reading() as session:
        for organisation in people.organisations(session):
            for row in devices.rows_of_organisation(session, organisation.id):
                member = people.member(session, row.membership)
                name = "-" if member is None else member.person.name
                shown = (row.doc.partition(":")[2], row.state, row.kind, name, row.label, row.device or "-")
                click.echo("\t".join(shown))
            for held in log.held_of_type(session, f"org:{organisation.id}", "device"):
                click.echo(f"{held.doc.partition(':')[2]}\theld\t-\t-\t-\t{held.device}")


@group.command("confirm")
@click.argument("invitation")
@click.option("--device", help="The id of a later device, whose join is held; left out: the first.")
def confirm_device(invitation: str, device: str | None) -> None:
    """Confirm a waiting device, named by the id of its invitation."""
    _settle(invitation, {"confirmed": True} | ({} if device is None else {"device": device}))


@group.command("revoke")
@click.argument("invitation")
@click.option("--device", help="End this one device; left out: all that joined on the invitation.")
@click.option("--reason", default="", help="Shown to the people of the organisation.")
def revoke_device(invitation: str, device: str | None, reason: str) -> None:
    """End devices; what they recorded before and send later is held for a person to look at."""
    fields: dict[str, object] = {"revoked": True, "reason": reason}
    _settle(invitation, fields | ({} if device is None else {"device": device}))


@group.command("villages")
@click.option("--add", "names", multiple=True, help="A new village; may be repeated.")
def list_villages(names: tuple[str, ...]) -> None:
    """List the commune's villages, after adding new ones."""
    now = now_ms()
    with reading() as session:
        commune = people.organisations(session)[0].id
        fresh = [name for name in names if people.find_village(session, commune, name) is None]
    run_write(
        lambda session: session.add_all(
            [Village(id=new_id(now), commune=commune, name=name) for name in fresh]
        )
    )
    with reading() as session:
        for village in people.villages(session):
            click.echo(f"{village.id}\t{village.name}")


def print_link(name: str, link: InviteLink) -> None:
    """Print one invitation for a person to open or to be told."""
    until = datetime.fromtimestamp(link.expires_at / 1000, VIETNAM).strftime("%H:%M %d/%m/%Y")
    click.echo(f"\nLời mời cho / invitation for {name}, dùng một lần đến / once, until {until}:")
    click.echo(f"  {link.url}")
    drawn = io.StringIO()
    segno.make(link.url, error="m").terminal(out=drawn, border=2, compact=True)
    click.echo(drawn.getvalue())
    if not link.is_staff:
        click.echo(
            f"Hoặc mở / or open {link.code_url}\n  và nhập mã / and type {link.code} (HTX sẽ xác nhận)"
        )


def register(app: Flask) -> None:
    """Add the commands to `app`."""
    app.cli.add_command(setup_command)
    app.cli.add_command(invite_command)
    app.cli.add_command(group)


def _settle(device: str, fields: dict[str, object]) -> None:
    try:
        settle_device(operator.load_private(), device, fields, now_ms())
    except operator.OperatorKeyMissing as error:
        raise click.ClickException(str(error)) from error
    except ServiceError as error:
        raise click.ClickException("no such device") from error
    restoring.look()
    click.echo("Xong. / Done.")
