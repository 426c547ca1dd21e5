/** What grows or lives in a season: chosen from the cooperative's list of products, which fills in its name and sector. */
import type { Form, Value, Values } from "../../app/types.ts";
import { app } from "../app.ts";
import { Icon } from "../pieces/basic.tsx";
import { chooseOne, type Option } from "../pieces/overlay.tsx";
import { language } from "../words/index.ts";
import { recordWords } from "../words/record.ts";
import type { FieldProps } from "./fields.tsx";

type Product = { [name: string]: Value };

const listed = (): readonly Product[] => app().reference("products") ?? [];

function nameOf(product: Product): string {
  const { name } = product;
  if (typeof name !== "object" || name === null || Array.isArray(name)) return "";
  const said = name[language.value] ?? name.vi;
  return typeof said === "string" ? said : "";
}

/** Return the products of the season's sector as choices; none where this is no season or there is no list. */
export function productOptions(form: Form, values: Values): readonly Option[] {
  if (form.document !== "season") return [];
  return listed()
    .filter((one) => values.sector === undefined || values.sector === null || one.sector === values.sector)
    .map((one) => ({
      value: String(one.code),
      text: nameOf(one),
      ...(typeof one.icon === "string" ? { icon: one.icon } : {}),
    }));
}

/** Return what choosing a product writes. */
export function productValues(code: Value): Values {
  const product = listed().find((one) => one.code === code);
  if (product === undefined) return { product: code };
  return { product: code, product_name: nameOf(product), sector: product.sector ?? null };
}

export function ProductPick({ name, value, set, options }: FieldProps & { options: readonly Option[] }) {
  const chosen = options.find((one) => one.value === value);
  const open = () =>
    chooseOne(recordWords.value.choose_product, options, chosen?.value ?? null, (code) => set(name, code));
  return (
    <button type="button" class="pick" aria-labelledby={`l-${name} v-${name}`} onClick={open}>
      <Icon name={chosen?.icon ?? "season"} size="l" />
      <span class="grow" id={`v-${name}`}>
        {chosen?.text ?? recordWords.value.choose_product}
      </span>
      <Icon name="next" />
    </button>
  );
}
