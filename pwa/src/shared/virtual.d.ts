/** Every file of `sync/forms/` but the schema, by name without `.json`; parse before use (core/forms). */
declare module "virtual:forms" {
  const forms: Record<string, unknown>;
  export default forms;
}

/** Pictograms of the first screens by name: the `d` of each path, 24-grid, stroke 2. */
declare module "virtual:pictograms" {
  const pictograms: Record<string, string[]>;
  export default pictograms;
}

/** All other pictograms, in the same shape. */
declare module "virtual:pictograms/rest" {
  const pictograms: Record<string, string[]>;
  export default pictograms;
}

/** Version of package.json. */
declare const __APP_VERSION__: string;
