/** Every file of `sync/forms/` but the schema, by name without `.json`; parse before use (core/forms). */
declare module "virtual:forms" {
  const forms: Record<string, unknown>;
  export default forms;
}
