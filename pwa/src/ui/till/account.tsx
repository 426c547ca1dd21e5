/** Số tài khoản: given by the household, or by the clerk for it, after the words of the consent were read out. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { checkAccount } from "../../core/vietqr.ts";
import { Btn, Do, Dock, Icon, Note, Top } from "../pieces/basic.tsx";
import { Choice, chooseOne, toast, warn } from "../pieces/overlay.tsx";
import { back, go } from "../router.ts";
import { language, words } from "../words/index.ts";
import { tillWords } from "../words/till.ts";
import { type Held, tillHash } from "./use.ts";

export function AccountCard({ held, farm }: { held: Held; farm: string }) {
  const w = tillWords.value;
  const account = held.place.accounts.find((one) => one.farm === farm);
  const bank = held.place.banks.find((one) => one.bin === account?.bin);
  return (
    <section class="card stack">
      <h3>{w.account}</h3>
      {account === undefined ? (
        <p>{w.account_none}</p>
      ) : (
        <p>
          <b>{account.number}</b>
          <span class="under">
            {bank?.short ?? account.bin}, {account.holder}
          </span>
        </p>
      )}
      <Btn icon="draft" onClick={() => go(tillHash("tai-khoan", farm))}>
        {account === undefined ? w.give_account : w.account_change}
      </Btn>
    </section>
  );
}

export function AccountScreen({ held, farm }: { held: Held; farm: string }) {
  const w = tillWords.value;
  const known = held.place.accounts.find((one) => one.farm === farm);
  const name = held.place.farms.find((one) => one.id === farm)?.name ?? "";
  const bin = useSignal(known?.bin ?? "");
  const number = useSignal(known?.number ?? "");
  const holder = useSignal(known?.holder ?? "");
  const agreed = useSignal(false);
  const wrong = useSignal<"" | "bin" | "number" | "holder" | "agree">("");
  const text = useSignal({ version: "", vi: "", en: "" });
  useEffect(() => {
    void held.till.consent().then((found) => {
      text.value = found;
    });
  }, []);
  const bank = held.place.banks.find((one) => one.bin === bin.value);
  const choose = () =>
    chooseOne(
      w.bank,
      held.place.banks.map((one) => ({ value: one.bin, text: one.short, help: one.name })),
      bin.value,
      (value) => {
        bin.value = value;
        wrong.value = "";
      },
    );
  const give = async (account: { bin: string; number: string; holder: string } | null) => {
    if (!(await held.till.giveAccount(farm, account))) return warn(words.value.not_saved);
    back();
    toast(account === null ? w.account_gone : w.account_saved);
  };
  const save = () => {
    const digits = number.value.trim();
    const problem = bank === undefined ? "bad_bin" : checkAccount(bin.value, digits);
    if (problem !== null) wrong.value = problem === "bad_bin" ? "bin" : "number";
    else if (holder.value.trim() === "") wrong.value = "holder";
    else if (!agreed.value) wrong.value = "agree";
    else void give({ bin: bin.value, number: digits, holder: holder.value.trim() });
  };
  const said = wrong.value === "" ? null : <Note>{w[`wrong_${wrong.value}`]}</Note>;
  return (
    <>
      <main class="phone">
        <Top title={w.account} />
        {name !== "" && <p class="under">{name}</p>}
        <div class="field">
          <span class="q">{w.bank}</span>
          <button type="button" class="pick" onClick={choose}>
            <b class="grow">{bank?.short ?? "…"}</b>
            <Icon name="down" />
          </button>
          {wrong.value === "bin" && said}
        </div>
        <label class="field">
          <span class="q">{w.number}</span>
          <input
            class="pick text"
            type="text"
            inputmode="text"
            autocomplete="off"
            value={number.value}
            onInput={(event) => {
              number.value = event.currentTarget.value;
              wrong.value = "";
            }}
          />
          {wrong.value === "number" && said}
        </label>
        <label class="field">
          <span class="q">{w.holder}</span>
          <input
            class="pick text"
            type="text"
            autocomplete="off"
            value={holder.value}
            onInput={(event) => {
              holder.value = event.currentTarget.value;
              wrong.value = "";
            }}
          />
          {wrong.value === "holder" && said}
        </label>
        <p class="card">{text.value[language.value]}</p>
        <Choice
          option={{ value: "agree", text: w.agree }}
          checked={agreed.value}
          role="checkbox"
          onClick={() => {
            agreed.value = !agreed.value;
            wrong.value = "";
          }}
        />
        {wrong.value === "agree" && said}
        {known !== undefined && (
          <Btn icon="undo" kind="quiet" onClick={() => void give(null)}>
            {w.account_back}
          </Btn>
        )}
      </main>
      <Dock>
        <Do icon="check" onClick={save}>
          {words.value.save}
        </Do>
      </Dock>
    </>
  );
}
