/** Words that every part of the app uses: values of fields, names of documents and of logs. */

/** A value of a field, as it stands in an op. Amounts are `{ amount: "2.5", unit: "sao" }`. */
export type { Value, Values } from "../../store/rows.ts";
export type {
  Form,
  FormField,
  FormLines,
  FormPhoto,
  Forms,
  FormTile,
  Sector,
  Words,
} from "../forms.ts";

/** `type:uuid`, for example `entry:0199…`. A document is known by its scope and this. */
export type DocRef = string;
/** `farm:uuid` or `org:uuid`. */
export type Scope = string;
