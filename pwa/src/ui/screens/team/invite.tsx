/** Connecting a phone: the code on the screen, the phone that arrives, and the way for somebody far away. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Household, Invitation, Team, TeamPerson, TeamPhone } from "../../../app/types.ts";
import { makeQr, qrPath } from "../../../shared/qr.ts";
import { Btn, Do, Dock, Icon, Note, Top } from "../../pieces/basic.tsx";
import { go } from "../../router.ts";
import { copyText } from "../../system.ts";
import { words } from "../../words/index.ts";
import { teamWords } from "../../words/team.ts";
import { clockOf, householdHash, invitationHash, useTeam, went, within } from "./use.ts";

/** How often the server is asked whether the phone arrived, while somebody looks at the code. */
const LOOK_MS = 4000;

export function InviteScreen({ id }: { id: string }) {
  const t = teamWords.value;
  const team = useTeam();
  useLooking(team, id);
  const invitation = team?.invitations.value.get(id);
  const household = team?.households.value?.find((one) => one.farm === invitation?.farm);
  if (team === null || team.households.value === null) return <p class="help phone">{words.value.loading}</p>;
  if (invitation === undefined || household === undefined) {
    return (
      <>
        <main class="phone">
          <Top title={t.title} />
          <Note>{t.invite_gone}</Note>
        </main>
        <Dock bar />
      </>
    );
  }
  if (invitation.phone !== null)
    return <Arrived team={team} invitation={invitation} phone={invitation.phone} />;
  const person = household.people.find((one) => one.membership === invitation.membership);
  return <Waiting team={team} invitation={invitation} household={household} person={person} />;
}

/** Ask while the page is seen; without coverage nothing comes of it. */
function useLooking(team: Team | null, id: string): void {
  useEffect(() => {
    if (team === null) return;
    const look = () => {
      const known = team.invitations.peek().get(id);
      const done = known?.phone?.state === "confirmed" || known?.state === "unsent";
      if (document.visibilityState === "visible" && !done) void team.look();
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [team, id]);
}

interface WaitingProps {
  team: Team;
  invitation: Invitation;
  household: Household;
  person: TeamPerson | undefined;
}

function Waiting({ team, invitation, household, person }: WaitingProps) {
  const t = teamWords.value;
  const again = async () => {
    if (person === undefined) return;
    const made = await team.invite(household, person);
    if (made.ok) go(invitationHash(made.invitation), true);
    else went(made);
  };
  const over = invitation.state === "over";
  return (
    <>
      <main class="phone">
        <Top title={t.invite_for(invitation.name)} />
        {invitation.state === "unsent" && (
          <p class="need row wait" role="status">
            <Icon name="nosignal" />
            <span class="grow">{t.invite_unsent}</span>
          </p>
        )}
        {invitation.state === "open" && (
          <p class="okline" role="status">
            <Icon name="check" />
            {t.invite_open(within(invitation.expires_at))}
          </p>
        )}
        {over && <Note>{t.invite_over}</Note>}
        {!over && <Code invitation={invitation} />}
        {!over && <Far invitation={invitation} />}
      </main>
      <Dock>
        {over ? (
          <Do icon="qr" onClick={() => void again()}>
            {t.invite_new}
          </Do>
        ) : (
          <Btn icon="hands" onClick={() => go(householdHash(household.farm), true)}>
            {t.to_household}
          </Btn>
        )}
      </Dock>
    </>
  );
}

function Code({ invitation }: { invitation: Invitation }) {
  const t = teamWords.value;
  const { side, path } = qrPath(makeQr(`${location.origin}/#i=${invitation.whole}`));
  return (
    <>
      <h2 class="scan">{t.scan}</h2>
      <svg
        class="qr"
        viewBox={`0 0 ${side} ${side}`}
        role="img"
        aria-label={t.qr}
        shape-rendering="crispEdges"
      >
        <rect width={side} height={side} fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
      <p class="small">{t.scan_how}</p>
    </>
  );
}

/** The link without its secret, to be sent; the code, to be read out. Never both by one way. */
function Far({ invitation }: { invitation: Invitation }) {
  const t = teamWords.value;
  const open = useSignal(false);
  const copied = useSignal(false);
  const link = `${location.origin}/i/${invitation.id}`;
  const text = t.message(invitation.name, link);
  const shares = typeof navigator.share === "function";
  const share = () => void navigator.share({ text }).catch(() => undefined);
  const copy = async () => {
    copied.value = await copyText(link);
  };
  return (
    <>
      <button
        type="button"
        class="pick"
        aria-expanded={open.value}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        <Icon name="message" />
        <b class="grow">{t.far}</b>
        <Icon name={open.value ? "up" : "down"} />
      </button>
      {open.value && (
        <ol class="stack how">
          <li class="card stack">
            <p class="row">
              <span class="n">1</span>
              <b class="grow">{t.far_1}</b>
            </p>
            <p class="code-link">{link}</p>
            <div class="stack">
              {shares && (
                <Btn icon="share" onClick={share}>
                  {t.send}
                </Btn>
              )}
              <a class="btn" href={`sms:?&body=${encodeURIComponent(text)}`}>
                <Icon name="message" />
                {t.sms}
              </a>
              <Btn icon={copied.value ? "check" : "copy"} onClick={() => void copy()}>
                {copied.value ? t.copied : t.copy}
              </Btn>
            </div>
          </li>
          <li class="card stack">
            <p class="row">
              <span class="n">2</span>
              <b class="grow">{t.far_2}</b>
            </p>
            <p class="code-large">{invitation.code}</p>
            <p class="small">{t.far_how}</p>
          </li>
        </ol>
      )}
    </>
  );
}

function Arrived({ team, invitation, phone }: { team: Team; invitation: Invitation; phone: TeamPhone }) {
  const t = teamWords.value;
  const ask = phone.state === "waiting" && phone.pending === null;
  const texts: [string, string] = ask
    ? [t.arrived(phone.label, clockOf(phone.joined_at ?? phone.last_seen ?? Date.now())), t.arrived_how]
    : phone.pending === "ending" || phone.state === "revoked"
      ? [phone.label, t.ending]
      : phone.pending === "confirming"
        ? [phone.label, t.confirming]
        : [t.confirmed, t.confirmed_how];
  const good = phone.state === "confirmed" && phone.pending === null;
  return (
    <>
      <main class="phone">
        <Top title={t.invite_for(invitation.name)} />
        <section class={good ? "card done row" : "card wait row"} role="status">
          <Icon name={good ? "check" : "newphone"} size="xl" />
          <p class="grow">
            <span class="answer">{texts[0]}</span>
            <span class="under ink">{texts[1]}</span>
          </p>
        </section>
        {ask && (
          <Btn icon="x" onClick={() => void team.end(phone, t.turned_down).then(went)}>
            {t.arrived_no}
          </Btn>
        )}
      </main>
      <Dock>
        {ask ? (
          <Do icon="check" onClick={() => void team.confirm(phone).then(went)}>
            {t.arrived_yes}
          </Do>
        ) : (
          <Do icon="hands" onClick={() => go(householdHash(invitation.farm), true)}>
            {t.to_household}
          </Do>
        )}
      </Dock>
    </>
  );
}
