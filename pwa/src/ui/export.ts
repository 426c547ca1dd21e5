/** Hand on the file of what is unsent: share where the phone can share files, else a download. */
import type { ExportFile } from "../app/types.ts";
import { app } from "./app.ts";

export async function handOn(): Promise<ExportFile> {
  const made = await app().sync.exportUnsent();
  const file = new File([made.blob], made.name, { type: "application/octet-stream" });
  if (navigator.canShare?.({ files: [file] }) === true) {
    const isShared = await navigator.share({ files: [file] }).then(
      () => true,
      () => false,
    );
    if (isShared) return made;
  }
  const url = URL.createObjectURL(made.blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = made.name;
  link.click();
  URL.revokeObjectURL(url);
  return made;
}
