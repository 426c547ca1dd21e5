/**
 * Who may write which document, read which log, ask for what: the phone's side of the one table.
 *
 * Twin of `sync/rights.py`; the table is the same file, there is no second copy. Pages and acts of the
 * console are asked by the server alone. What the table does not name is forbidden.
 * Source: PROTOCOL §23; tests/vectors/rights.json.
 */

import { documents, gives, reads, requests, roles, until } from "../../../sync/rights.json";

/** All roles, in the order of the table. */
export const ROLES: readonly string[] = Object.values(roles).flat();

export type RequestKind = keyof typeof requests;
export type ScopeKind = keyof typeof documents;

interface Rule {
  readonly first: readonly string[];
  readonly later: readonly string[];
  readonly writer_later?: boolean;
  readonly end?: readonly string[];
  readonly step_up?: boolean;
  readonly guarded?: {
    readonly states: readonly string[];
    readonly fields: readonly string[];
    readonly roles: readonly string[];
  };
}

/** What a role reads: `farms` own, helped, organisation or none; `org` read, write or none. */
export interface Reads {
  readonly farms: string;
  readonly org: string;
  readonly below?: boolean;
}

const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** The rule of a document type; one this program does not know has its scope's own. */
function rule(kind: ScopeKind, type: string): Rule {
  return own<Rule>(documents[kind], type) ?? documents[kind].other;
}

/** Whether a role is one of a household. */
export const isHousehold = (role: string): boolean => roles.household.includes(role);

/** Whether a role is that of whose household it is: the first that is recorded for. */
export const isOwner = (role: string): boolean => role === roles.household[0];

/** Whether a role is one that helps households: team member, extension officer. */
export const isHelper = (role: string): boolean => roles.helper.includes(role);

/** Whether a role that reaches a scope may write an op of a document there. */
export function mayWrite(
  role: string,
  kind: ScopeKind,
  type: string,
  is: { readonly first: boolean; readonly writer?: boolean },
): boolean {
  const { first, later, writer_later } = rule(kind, type);
  if (is.first) return first.includes(role);
  return later.includes(role) || (writer_later === true && is.writer === true);
}

/**
 * Whether an op does what fewer may than write the document, and only with a fresh assertion.
 *
 * One with a private part does: a private value of a guarded field would hide the public one.
 */
export function isGuarded(
  kind: ScopeKind,
  type: string,
  fields: Readonly<Record<string, unknown>>,
  hasPrivate: boolean,
): boolean {
  const { guarded } = rule(kind, type);
  if (guarded === undefined) return false;
  if (hasPrivate) return true;
  const { state } = fields;
  const isState = typeof state === "string" && guarded.states.includes(state);
  return isState || guarded.fields.some((name) => Object.hasOwn(fields, name));
}

/** Whether a role may write the guarded ops of a document. */
export const mayPassGuard = (role: string, kind: ScopeKind, type: string): boolean =>
  rule(kind, type).guarded?.roles.includes(role) === true;

/** Whether an op of a document needs a fresh passkey assertion of its writer. */
export const needsStepUp = (kind: ScopeKind, type: string): boolean => rule(kind, type).step_up === true;

/** Whether a role may end a device; everybody may end his own. */
export const mayRevoke = (role: string, isSelf: boolean): boolean =>
  isSelf || documents.org.device.end.includes(role);

/** Whether a role may write anything at all in scopes of a kind. */
export const mayOpen = (role: string, kind: ScopeKind): boolean =>
  Object.values<Rule>(documents[kind]).some((one) => one.first.includes(role) || one.later.includes(role));

/** What a role reads; a role that the table does not name reads nothing. */
export const readsOf = (role: string): Reads => own<Reads>(reads, role) ?? { farms: "none", org: "none" };

/** Whether a role may make, invite and confirm members of a role. */
export const mayGive = (role: string, given: string): boolean =>
  own<readonly string[]>(gives, role)?.includes(given) === true;

/** Whether memberships of a role must have an end. */
export const needsUntil = (role: string): boolean => until.includes(role);

/** Whether a role may send a request of a kind. */
export const mayAsk = (role: string, kind: RequestKind): boolean => requests[kind].ask.includes(role);

/** Whether a role may settle a request of a kind: where it asks itself, that is the decision. */
export const maySettle = (role: string, kind: RequestKind): boolean => requests[kind].settle.includes(role);
