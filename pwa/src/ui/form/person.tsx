/** Who did it: the household as chips, anybody else by name. */
import { useSignal } from "@preact/signals";
import { app } from "../app.ts";
import { words } from "../words/index.ts";
import { Chip, type FieldProps } from "./fields.tsx";

export function PersonField({ name, value, set, focus }: FieldProps) {
  const typing = useSignal(false);
  const me = app().people.current.value?.name ?? "";
  const known = [...new Set([me, ...app().people.household.value])].filter(Boolean).slice(0, 6);
  const text = typeof value === "string" ? value : "";
  const other = typing.value || (text !== "" && !known.includes(text));
  return (
    <>
      <div class="wrap" role="group" aria-labelledby={`l-${name}`}>
        {known.map((one) => (
          <Chip
            key={one}
            on={!other && text === one}
            text={one === me ? words.value.me : one}
            onClick={() => {
              typing.value = false;
              set(name, one);
            }}
          />
        ))}
        <Chip
          on={other}
          text={words.value.other}
          onClick={() => {
            typing.value = true;
            set(name, "");
          }}
        />
      </div>
      {other && (
        <input
          type="text"
          class="pick text"
          aria-labelledby={`l-${name}`}
          autocomplete="off"
          value={text}
          onFocus={() => focus(name)}
          onInput={(event) => set(name, event.currentTarget.value)}
        />
      )}
    </>
  );
}
