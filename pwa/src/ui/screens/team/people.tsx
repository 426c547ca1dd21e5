/** The people of a household and their phones: connect one, confirm one that came, replace one that is lost. */
import { useSignal } from "@preact/signals";
import type { Household, Team, TeamPerson, TeamPhone } from "../../../app/types.ts";
import { isOwner } from "../../../core/rights.ts";
import { Btn, Do, Icon } from "../../pieces/basic.tsx";
import { openSheet, toast } from "../../pieces/overlay.tsx";
import { go } from "../../router.ts";
import { teamWords } from "../../words/team.ts";
import { Consents, lacksConsent } from "./consents.tsx";
import { invitationHash, went, within } from "./use.ts";

interface PersonProps {
  team: Team;
  one: Household;
  person: TeamPerson;
}

export function People({ team, one }: { team: Team; one: Household }) {
  const t = teamWords.value;
  return (
    <>
      <h2>{t.people}</h2>
      <div class="stack">
        {[...one.people].sort(waitingFirst).map((person) => (
          <PersonCard key={person.membership} team={team} one={one} person={person} />
        ))}
        <Btn
          kind="add"
          icon="plus"
          onClick={() => openSheet(t.add_member, () => <Member team={team} one={one} />)}
        >
          {t.add_member}
        </Btn>
      </div>
    </>
  );
}

/** Whose phone stands at the door comes first. */
function waitingFirst(a: TeamPerson, b: TeamPerson): number {
  const waits = (one: TeamPerson) => one.phones.some((phone) => phone.state === "waiting");
  return Number(waits(b)) - Number(waits(a));
}

function PersonCard({ team, one, person }: PersonProps) {
  const t = teamWords.value;
  const { invitation } = person;
  const live = person.phones.filter((phone) => phone.state !== "revoked");
  const connect = async () => {
    if (invitation !== null) return go(invitationHash(invitation.id));
    const made = await team.invite(one, person);
    if (made.ok) go(invitationHash(made.invitation));
    else went(made);
  };
  return (
    <section class="card stack">
      <p class="row">
        <span class="picto">
          <Icon name="person" />
        </span>
        <span class="grow">
          <b class="pn">{person.name}</b>
          <span class="under">{isOwner(person.role) ? t.owner : t.member}</span>
        </span>
      </p>
      {person.phones.length === 0 && <p class="small soft">{t.no_phone}</p>}
      {person.phones.map((phone) => (
        <PhoneLine key={phone.device} team={team} one={one} person={person} phone={phone} />
      ))}
      {(live.length === 0 || invitation !== null) && (
        <Btn icon="qr" onClick={() => void connect()}>
          {invitation === null ? t.connect : t.connect_again}
        </Btn>
      )}
    </section>
  );
}

function stateOf(phone: TeamPhone): { text: string; icon: string; kind: string } {
  const t = teamWords.value;
  if (phone.pending === "ending") return { text: t.phone_ending, icon: "held", kind: "held" };
  if (phone.pending === "confirming") return { text: t.phone_confirming, icon: "waiting", kind: "waiting" };
  const states = {
    confirmed: { text: t.phone_confirmed, icon: "check", kind: "sent" },
    waiting: { text: t.phone_waiting, icon: "waiting", kind: "waiting" },
    revoked: { text: t.phone_revoked, icon: "phoneoff", kind: "draft" },
  };
  return states[phone.state];
}

function PhoneLine({ team, one, person, phone }: PersonProps & { phone: TeamPhone }) {
  const t = teamWords.value;
  const shown = stateOf(phone);
  const unsent = (phone.unsent ?? 0) + (phone.photos ?? 0);
  const confirm = async () => {
    if (went(await team.confirm(phone))) toast(t.confirmed);
  };
  return (
    <div class="stack phone-line">
      <p class="row top-line">
        <Icon name={phone.state === "revoked" ? "phoneoff" : "onphone"} />
        <span class="grow">
          <b>{phone.label}</b>
          <span class="under">
            {phone.last_seen === null ? t.never_seen : t.seen(within(phone.last_seen))}
          </span>
          {phone.app !== null && <span class="under">{t.version(phone.app)}</span>}
          {unsent > 0 && phone.state !== "revoked" && (
            <span class="under ink b">{t.still_has(phone.unsent ?? 0, phone.photos ?? 0)}</span>
          )}
        </span>
      </p>
      <span class={`state ${shown.kind}`}>
        <Icon name={shown.icon} />
        {shown.text}
      </span>
      {phone.state === "waiting" && phone.pending === null && (
        <div class="stack">
          <Btn icon="check" onClick={() => void confirm()}>
            {t.arrived_yes}
          </Btn>
          <Btn kind="quiet" onClick={() => void team.end(phone, t.turned_down).then(went)}>
            {t.arrived_no}
          </Btn>
        </div>
      )}
      {phone.state === "confirmed" && phone.pending === null && (
        <Btn
          kind="quiet"
          icon="phoneoff"
          onClick={() =>
            openSheet(t.lost_title, () => <Lost team={team} one={one} person={person} phone={phone} />)
          }
        >
          {t.lost}
        </Btn>
      )}
    </div>
  );
}

/** A lost phone: the end that the cooperative has to follow, and the invitation for the next one, by one tap. */
function Lost({ team, one, person, phone }: PersonProps & { phone: TeamPhone }) {
  const t = teamWords.value;
  const replace = async () => {
    if (!went(await team.end(phone, t.lost_reason))) return;
    const made = await team.invite(one, person);
    if (made.ok) go(invitationHash(made.invitation));
    else went(made);
  };
  return (
    <>
      <p>{t.lost_how}</p>
      {(phone.unsent ?? 0) > 0 && <p class="b">{t.lost_unsent(phone.unsent ?? 0)}</p>}
      <Do icon="qr" onClick={() => void replace()}>
        {t.lost_do}
      </Do>
    </>
  );
}

/** One more person: the name, then what they agree to, as when a household is enrolled. */
function Member({ team, one }: { team: Team; one: Household }) {
  const t = teamWords.value;
  const name = useSignal("");
  const isNamed = useSignal(false);
  const consents = useSignal<readonly string[]>([]);
  const isMissing = lacksConsent(team, consents.value);
  const add = async () => {
    const made = await team.addMember(one, name.value, consents.value);
    if (made.ok) go(invitationHash(made.invitation));
    else went(made);
  };
  if (isNamed.value) {
    return (
      <>
        <p class="row b">
          <Icon name="person" />
          {name.value.trim()}
        </p>
        <Consents
          team={team}
          given={consents.value}
          set={(given) => {
            consents.value = given;
          }}
        />
        {isMissing && <p class="hint missing">{t.agree_first}</p>}
        <Do icon="qr" disabled={isMissing} onClick={() => void add()}>
          {t.add_member_do}
        </Do>
      </>
    );
  }
  return (
    <>
      <label class="field">
        <span class="label">{t.add_member_name}</span>
        <input
          class="pick text"
          type="text"
          autocomplete="off"
          autocapitalize="words"
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
      </label>
      <Do
        icon="next"
        disabled={name.value.trim() === ""}
        onClick={() => {
          isNamed.value = true;
        }}
      >
        {t.next}
      </Do>
    </>
  );
}
