/** Cài đặt: language, letter size, lunar days, who is writing, which farm, the version. Fetched when first opened. */
import type { Identity } from "../../app/types.ts";
import { app } from "../app.ts";
import { RemindersPlace } from "../mine/reminders.tsx";
import { Btn, Icon, Top } from "../pieces/basic.tsx";
import { Choice } from "../pieces/overlay.tsx";
import { go, makeHash } from "../router.ts";
import { words } from "../words/index.ts";
import { mine } from "../words/mine.ts";
import { UpdateCard } from "./home.tsx";
import { InstallOffer } from "./offers.tsx";

export function SettingsScreen() {
  const w = words.value;
  const settings = app().settings.value;
  const { people } = app();
  const change = (part: Parameters<ReturnType<typeof app>["changeSettings"]>[0]) =>
    void app().changeSettings(part);
  return (
    <main class="phone">
      <Top title={w.settings} />
      <UpdateCard />
      <Segments
        label={w.letters}
        options={[
          ["normal", w.letters_normal],
          ["large", w.letters_large],
          ["huge", w.letters_huge],
        ]}
        chosen={settings.letters}
        choose={(letters) => change({ letters })}
      />
      <Segments
        label={w.language}
        options={[
          ["vi", w.language_vi],
          ["en", w.language_en],
        ]}
        chosen={settings.language}
        choose={(language) => change({ language })}
      />
      <button
        type="button"
        class="pick"
        role="switch"
        aria-checked={settings.lunar}
        onClick={() => change({ lunar: !settings.lunar })}
      >
        <b class="grow">{w.lunar_show}</b>
        <span class="switch" aria-hidden="true">
          <span />
        </span>
      </button>
      <h2>{w.who_writes}</h2>
      <div class="stack" role="radiogroup" aria-label={w.who_writes}>
        {people.identities.value.map((one) => (
          <Choice
            key={one.device}
            role="radio"
            option={{ value: one.device, text: one.name, help: placeOf(one), icon: "person" }}
            checked={people.current.value?.device === one.device}
            onClick={() => void people.switchTo(one.device)}
          />
        ))}
        {!app().practice && (
          <Btn kind="add" icon="plus" onClick={() => go(makeHash("vao"))}>
            {w.add_person}
          </Btn>
        )}
      </div>
      {people.farms.value.length > 1 && (
        <>
          <h2>{w.which_farm}</h2>
          <div class="stack" role="radiogroup" aria-label={w.which_farm}>
            {people.farms.value.map((one) => (
              <Choice
                key={one.scope}
                role="radio"
                option={{ value: one.scope, text: one.name, help: one.village, icon: "field" }}
                checked={people.farm.value?.scope === one.scope}
                onClick={() => void people.switchFarm(one.scope)}
              />
            ))}
          </div>
        </>
      )}
      {!app().practice && <Own />}
      <InstallOffer always />
      {app().sync.status.value.connection !== "offline" && <Guides />}
      <h2>{w.about}</h2>
      <section class="card stack">
        <p>{w.about_text}</p>
        <p class="b">{w.version(__APP_VERSION__)}</p>
      </section>
    </main>
  );
}

/** What a person looks after about himself; not of the household that one practises on. */
function Own() {
  return (
    <>
      <h2>{mine.value.mine}</h2>
      <div class="stack">
        <RemindersPlace />
        <Way to="may" icon="mobile" text={mine.value.phones} />
        <Way to="dong-y" icon="document" text={mine.value.consents} />
        <Way to="roi" icon="leave" text={mine.value.leave} />
      </div>
    </>
  );
}

/** The guides to print, for whoever has coverage: they are pages of the server, none is kept on the phone. */
function Guides() {
  return (
    <a class="pick row" href="/huong-dan/" target="_blank" rel="noopener">
      <Icon name="document" />
      <b class="grow">{mine.value.guides}</b>
      <Icon name="next" />
    </a>
  );
}

/** Where somebody is at home; a person with two diaries by the cooperative too. */
function placeOf(one: Identity): string {
  const isTwice = app().people.identities.value.filter((other) => other.name === one.name).length > 1;
  return [one.village, isTwice ? one.orgName : ""].filter(Boolean).join(", ");
}

/** A way to a screen of its own. */
function Way({ to, icon, text }: { to: string; icon: string; text: string }) {
  return (
    <a class="pick row" href={makeHash(to)}>
      <Icon name={icon} />
      <b class="grow">{text}</b>
      <Icon name="next" />
    </a>
  );
}

interface SegmentsProps<T extends string> {
  label: string;
  options: readonly (readonly [T, string])[];
  chosen: T;
  choose: (value: T) => void;
}

function Segments<T extends string>({ label, options, chosen, choose }: SegmentsProps<T>) {
  return (
    <section class="field">
      <h2 class="label">{label}</h2>
      <div class="seg" role="group" aria-label={label}>
        {options.map(([value, text]) => (
          <button key={value} type="button" aria-pressed={value === chosen} onClick={() => choose(value)}>
            {text}
          </button>
        ))}
      </div>
    </section>
  );
}
