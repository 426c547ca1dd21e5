/** The places that somebody who helps households has beside those of a farmer. */
import { EnrolScreen } from "./enrol.tsx";
import { HouseholdScreen } from "./household.tsx";
import { InviteScreen } from "./invite.tsx";
import { TeamScreen } from "./list.tsx";

export function TeamPlace({ name, first }: { name: string; first: string }) {
  if (name === "ho") return <HouseholdScreen key={first} farm={first} />;
  if (name === "them-ho") return <EnrolScreen />;
  return name === "moi" ? <InviteScreen key={first} id={first} /> : <TeamScreen />;
}
