/** Thêm hộ: four short steps, all of them without coverage; every step is kept on the phone. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Enrolment, Team } from "../../../app/types.ts";
import { Btn, Do, Dock, Icon, Note, Top } from "../../pieces/basic.tsx";
import { go } from "../../router.ts";
import { words } from "../../words/index.ts";
import { teamWords } from "../../words/team.ts";
import { lacksConsent } from "./consents.tsx";
import { Agree, Place, Season, Who } from "./enrol_steps.tsx";
import { invitationHash, useTeam, went } from "./use.ts";

const STEPS = [Who, Agree, Place, Season] as const;
const LAST = STEPS.length - 1;

export interface StepProps {
  team: Team;
  enrolment: Signal<Enrolment>;
  set: (change: Partial<Enrolment>) => void;
}

export function EnrolScreen() {
  const team = useTeam();
  const begun = useSignal<Enrolment | null>(null);
  useEffect(() => {
    if (team === null) return;
    void team.begun().then((found) => {
      begun.value = found;
    });
  }, [team]);
  if (team === null || begun.value === null) return <p class="help phone">{words.value.loading}</p>;
  return <Steps team={team} begun={begun.value} />;
}

function Steps({ team, begun }: { team: Team; begun: Enrolment }) {
  const t = teamWords.value;
  const enrolment = useSignal(begun);
  const resumed = useSignal(begun.name !== "");
  const busy = useSignal(false);
  const set = (change: Partial<Enrolment>) => {
    enrolment.value = { ...enrolment.value, ...change };
    void team.keep(enrolment.value);
  };
  const drop = async () => {
    await team.drop();
    enrolment.value = await team.begun();
    resumed.value = false;
  };
  const { step, name } = enrolment.value;
  const Step = STEPS[step] ?? Who;
  const titles = [t.who, t.agree, t.place, t.season];
  const missing = missingOf(team, enrolment.value);
  const finish = async () => {
    busy.value = true;
    const made = await team.enrol(enrolment.value);
    busy.value = false;
    if (made.ok) go(invitationHash(made.invitation), true);
    else went(made);
  };
  const next = () => {
    if (step >= LAST) return void finish();
    resumed.value = false;
    set({ step: step + 1 });
    scrollTo(0, 0);
  };
  const before = step === 0 ? undefined : () => set({ step: step - 1 });
  return (
    <>
      <main class="phone form">
        <Top title={titles[step] ?? t.who} {...(before === undefined ? {} : { onBack: before })}>
          <span class="small soft b nb">{t.step(step + 1, STEPS.length)}</span>
        </Top>
        {resumed.value && (
          <Note>
            <p>{t.begun}</p>
            <Btn kind="fit" onClick={() => void drop()}>
              {t.begun_drop}
            </Btn>
          </Note>
        )}
        {step > 0 && (
          <p class="small soft row">
            <Icon name="person" size="s" />
            {name.trim()}
          </p>
        )}
        <Step team={team} enrolment={enrolment} set={set} />
      </main>
      <Dock hint={step === LAST ? t.make_hint : ""}>
        {missing !== "" && <p class="hint missing">{missing}</p>}
        <Do icon={step === LAST ? "qr" : "next"} disabled={missing !== "" || busy.value} onClick={next}>
          {step === LAST ? t.make : t.next}
        </Do>
      </Dock>
    </>
  );
}

/** Why the button can't be tapped yet, "" where it can. */
function missingOf(team: Team, { step, name, consents }: Enrolment): string {
  const t = teamWords.value;
  if (step === 0 && name.trim() === "") return t.next_name;
  if (step === 1 && lacksConsent(team, consents)) return t.agree_first;
  return "";
}
