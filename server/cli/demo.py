"""`flask demo …`: the demo made, shown with fresh links, and removed. `make run` calls `flask demo start`."""

from __future__ import annotations

import time

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from server.cli.people import print_link, setup_command
from server.config import command, current_settings, now_ms
from server.db import DatabaseTrouble, reading
from server.demo.cast import AT_DESK, GUESTS, ON_PHONE, PEOPLE
from server.demo.phones import DemoFailed
from server.demo.playing import play
from server.demo.removing import NoDemo, RealBeside, remove
from server.demo.telling import SEED, tell
from server.models.people import Membership
from server.services import read_only
from server.services.inviting import invite
from server.store import people
from server.store.demo_mark import read_mark
from server.store.operator import OperatorKeyMissing, load_private

group = AppGroup("demo", help="An invented cooperative with an autumn of entries, to look around in.")


@group.command("start")
@click.pass_context
def start(context: click.Context) -> None:
    """Before serving: set an empty database up, with the demo unless DEMO=0; show the demo's links again."""
    state = _clear_half()
    if state == "empty" and not current_settings().demo:
        context.invoke(setup_command)
    elif state == "empty":
        _make(SEED)
    elif state == "made" and not read_only.is_on():  # nobody can join then
        _print_links()


@group.command("make")
@click.option("--seed", default=SEED, show_default=True, help="Another seed tells another autumn.")
def make(seed: int) -> None:
    """Make the demo in an empty database, or anew where it was only begun."""
    if _clear_half() != "empty":
        raise click.ClickException("the database is not empty / cơ sở dữ liệu không trống")
    _make(seed)


@group.command("links")
def links() -> None:
    """Print a fresh link for each part that one may play in the demo."""
    if _state() != "made":
        raise click.ClickException("there is no demo here / ở đây không có dữ liệu mẫu")
    _print_links()


@group.command("remove")
@click.option("--with-trials", is_flag=True, help="Also what phones that joined later recorded in the demo.")
def remove_command(with_trials: bool) -> None:
    """Remove the demo and leave an empty database; refuses where something real stands beside it."""
    try:
        remove(_app(), with_trials=with_trials)
    except NoDemo as error:
        raise click.ClickException("there is no demo here / ở đây không có dữ liệu mẫu") from error
    except RealBeside as error:
        click.echo("Không xóa gì: bên cạnh dữ liệu mẫu còn có / nothing removed, beside the demo there is:")
        for line in error.found:
            click.echo(f"  {line}")
        hint = command("demo remove --with-trials") if error.only_trials else "move it away first"
        raise click.ClickException(hint) from error
    click.echo("Đã xóa dữ liệu mẫu. / The demo is gone.")
    click.echo("Lần chạy sau: DEMO=0 make run, nếu không sẽ tạo lại. / DEMO=0 make run keeps it away.")


def register(app: Flask) -> None:
    """Add the commands to `app`."""
    app.cli.add_command(group)


def _state() -> str:
    """Return empty, making, made, or real for a database that is no demo."""
    with reading() as session:
        if not people.has_tables(session):
            raise click.ClickException(f"no tables yet: {command('upgrade')}")
        mark = read_mark(session)
        if mark is not None:
            return mark.state
        return "real" if people.is_set_up(session) else "empty"


def _clear_half() -> str:
    """Return the state, after taking away a demo that was only begun: nobody has used it yet."""
    state = _state()
    if state != "making":
        return state
    click.echo("Lần trước dở dang, xóa và làm lại. / The last time was cut off: cleared, beginning anew.")
    remove(_app())
    return "empty"


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]


def _make(seed: int) -> None:
    click.echo("Đang tạo dữ liệu mẫu (khoảng nửa phút) … / Making the demo (about half a minute) …")
    began = time.monotonic()
    try:
        played = play(_app(), tell(now_ms(), seed))
    except (DemoFailed, DatabaseTrouble, OperatorKeyMissing) as error:
        raise click.ClickException(
            f"the demo could not be made ({error}); DEMO=0 make run starts without it"
        ) from error
    click.echo(
        f"Xong: {played.farms} hộ, {played.accepted} thao tác đã nhận, {played.held} chờ HTX. / "
        f"Done: {played.farms} farms, {played.accepted} ops, {played.held} held, "
        f"{time.monotonic() - began:.0f} s."
    )
    _print_links()


def _print_links() -> None:
    """Print a fresh invitation for each guest's part."""
    key, now = load_private(), now_ms()
    named = {person.key: person for person in PEOPLE}
    click.echo("\n" + "=" * 78)
    click.echo("  DỮ LIỆU MẪU / DEMO: tên người, tên hộ, tên thuốc đều do máy chủ bịa ra.")
    click.echo("  Mỗi liên kết là một vai. Mở mỗi vai trong một hồ sơ trình duyệt khác.")
    click.echo("  Each link is one part; open each in another browser profile. All of it is invented.")
    click.echo("=" * 78)
    parts = [(guest, part, "phone" if guest in ON_PHONE else None) for guest, part in GUESTS]
    for guest, part, kind in [*parts, *((guest, part, "browser") for guest, part in AT_DESK)]:
        membership = _membership(named[guest].name, named[guest].organisation)
        if membership is None:
            continue
        print_link(f"{part}: {named[guest].name}", invite(key, membership, now, kind=kind))
    click.echo("=" * 78)


def _membership(name: str, organisation: str) -> str | None:
    """Return the membership of a person of the demo; None where it is gone."""
    with reading() as session:
        found = people.find_organisation(session, organisation)
        if found is None:
            return None
        members = people.members_where(session, Membership.organisation == found.id)
        return next((one.membership.id for one in members if one.person.name == name), None)
