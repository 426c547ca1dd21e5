/** A receipt as a picture, for a phone that shares files: what stands on the screen, black on white. */

type Line = readonly [name: string, value: string];

const WIDTH = 720; // our choice: read without enlarging in a chat
const EDGE = 40;
const NAME_PX = 26;
const VALUE_PX = 34;
const GAP = 18;

/** A PNG of the lines below a title; null where the browser draws none. */
export async function pictureOf(name: string, title: string, lines: readonly Line[]): Promise<File | null> {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  if (pen === null) return null;
  const font = (px: number, weight: number) => `${weight} ${px}px system-ui, sans-serif`;
  pen.font = font(VALUE_PX, 700);
  const rows = lines.map(([label, value]) => [label, wrapped(pen, value)] as const);
  const height = rows.reduce((sum, [, texts]) => sum + NAME_PX + GAP + texts.length * (VALUE_PX + 8), 0);
  canvas.width = WIDTH;
  canvas.height = EDGE * 2 + 64 + height;
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.textBaseline = "top";
  pen.fillStyle = "#000";
  pen.font = font(44, 800);
  pen.fillText(title, EDGE, EDGE, WIDTH - EDGE * 2);
  let y = EDGE + 64;
  for (const [label, texts] of rows) {
    pen.font = font(NAME_PX, 400);
    pen.fillText(label, EDGE, y);
    y += NAME_PX + 4;
    pen.font = font(VALUE_PX, 700);
    for (const text of texts) {
      pen.fillText(text, EDGE, y);
      y += VALUE_PX + 8;
    }
    y += GAP - 4;
  }
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  return blob && new File([blob], `${name}.png`, { type: "image/png" });
}

/** A text in lines that fit; a word that is too long stands alone. */
function wrapped(pen: CanvasRenderingContext2D, text: string): string[] {
  const found: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${found.at(-1) ?? ""} ${word}`.trim();
    if (found.length > 0 && pen.measureText(longer).width <= WIDTH - EDGE * 2)
      found[found.length - 1] = longer;
    else found.push(word);
  }
  return found;
}
