/** What must be read before anything else, on top of Home. */
export function Urgent() {
  return null;
}
