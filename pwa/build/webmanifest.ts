import type { ManifestOptions } from "vite-plugin-pwa";

/** What the phone shows when the diary is put on the home screen; colours are `--paper` and `--rice` of the tokens. */
export const manifest: Partial<ManifestOptions> = {
  id: "/",
  name: "Sổ Nhà Nông",
  short_name: "Sổ Nhà Nông",
  description: "Nhật ký đồng ruộng, ghi được khi không có sóng.",
  lang: "vi",
  dir: "ltr",
  start_url: "/",
  scope: "/",
  display: "standalone",
  orientation: "portrait",
  background_color: "#FAF3E2",
  theme_color: "#FAF3E2",
  categories: ["productivity"],
  prefer_related_applications: false,
  icons: [
    { src: "/icon-192.png", sizes: "192x192", type: "image/png", purpose: "any" },
    { src: "/icon-512.png", sizes: "512x512", type: "image/png", purpose: "any" },
    { src: "/icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
  ],
};
