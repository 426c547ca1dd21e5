/** On an iPhone the book goes to the home screen before a key is made; the invitation goes along as copied text. */
import { useSignal } from "@preact/signals";
import { Btn, Icon } from "../pieces/basic.tsx";
import { copyText } from "../system.ts";
import { door } from "../words/door.ts";

export function IosFirst({ isInvited }: { isInvited: boolean }) {
  const w = door.value;
  const copied = useSignal(false);
  const copy = async () => {
    copied.value = await copyText(location.href);
  };
  const steps: [string, string][] = [
    [w.ios_1, "share"],
    [w.ios_2, "plus"],
    [w.ios_3, "mobile"],
  ];
  const first = isInvited ? 1 : 0;
  return (
    <main class="phone gate">
      <h1>{w.ios_title}</h1>
      <p>{w.ios_why}</p>
      <ol class="stack how">
        {isInvited && (
          <li class="card row">
            <span class="n">1</span>
            <Btn icon={copied.value ? "check" : "copy"} onClick={() => void copy()}>
              {copied.value ? w.copied_link : w.ios_copy}
            </Btn>
          </li>
        )}
        {steps.map(([text, icon], i) => (
          <li key={icon} class="card row">
            <span class="n">{first + i + 1}</span>
            <span class="grow">{text}</span>
            <span class="mock">
              <Icon name={icon} size="l" />
            </span>
          </li>
        ))}
      </ol>
    </main>
  );
}
