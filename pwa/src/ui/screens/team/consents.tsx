/** What a person is asked to agree to, each purpose by itself: read out by the helper, ticked for who said yes. */
import type { ConsentText, Team } from "../../../app/types.ts";
import { Icon } from "../../pieces/basic.tsx";
import { language } from "../../words/index.ts";
import { teamWords } from "../../words/team.ts";

interface ConsentsProps {
  team: Team;
  given: readonly string[];
  set: (given: readonly string[]) => void;
}

export function Consents({ team, given, set }: ConsentsProps) {
  const toggle = (purpose: string) =>
    set(given.includes(purpose) ? given.filter((one) => one !== purpose) : [...given, purpose]);
  return (
    <>
      <p>{teamWords.value.agree_how}</p>
      {team.consents().map((one) => (
        <Consent
          key={one.purpose}
          one={one}
          given={given.includes(one.purpose)}
          tap={() => toggle(one.purpose)}
        />
      ))}
    </>
  );
}

/** Whether something is not agreed to without which there is no diary. */
export function lacksConsent(team: Team, given: readonly string[]): boolean {
  return team.consents().some((one) => one.required && !given.includes(one.purpose));
}

function Consent({ one, given, tap }: { one: ConsentText; given: boolean; tap: () => void }) {
  return (
    <button type="button" class="choice consent" role="checkbox" aria-checked={given} onClick={tap}>
      <span class="mark">
        <Icon name="check" />
      </span>
      <span class="grow">
        <b>{one.title[language.value]}</b>
        {one.required && <span class="needed">{teamWords.value.agree_needed}</span>}
        <span class="under ink">{one.text[language.value]}</span>
      </span>
    </button>
  );
}
